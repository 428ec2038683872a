using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Connections;

/// <summary>A deployment that cannot be called: every call is answered with the reason.</summary>
internal sealed class UnusableConnection(string provider, string exceptionName, ConnectionFault fault) : IUpstreamConnection
{
    public string Provider => provider;

    public string ExceptionName => exceptionName;

    public string? DisplayBase => null;

    public TransportOptions Transport => TransportOptions.Default;

    public ResponseRules Response => ResponseRules.Identity;

    public UpstreamEndpoint EndpointFor(Surface surface) => new(null, fault);

    public ConnectionFault? WriteRequest(in UpstreamRequest request, JsonEdits edits) => fault;

    public ValueTask<ConnectionFault?> AuthorizeAsync(HttpRequestMessage message, string? clientKey, CancellationToken cancellationToken)
        => ValueTask.FromResult<ConnectionFault?>(fault);

    public UpstreamErrorKind Classify(int status, ReadOnlySpan<byte> body) => fault.Kind;
}
