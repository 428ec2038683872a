using Tollgate.Engine.Configuration;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Engine.PassThrough;

/// <summary>The way to the target of an operator's own path: its headers are its credentials.</summary>
internal sealed class EndpointConnection(PassThroughEndpoint endpoint, string provider, TransportOptions transport) : IUpstreamConnection
{
    public string Provider { get; } = provider;

    public string ExceptionName => "PassThroughException";

    public string? DisplayBase { get; } =
        endpoint.Target.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/');

    public TransportOptions Transport { get; } = transport;

    public ResponseRules Response => ResponseRules.Identity;

    public UpstreamEndpoint EndpointFor(Surface surface) => new(endpoint.Target, null);

    public ConnectionFault? WriteRequest(in UpstreamRequest request, JsonEdits edits) => null;

    public ValueTask<ConnectionFault?> AuthorizeAsync(HttpRequestMessage message, string? clientKey, CancellationToken cancellationToken)
    {
        foreach (var (name, value) in endpoint.Headers)
        {
            message.Headers.Remove(name);
            if (!message.Headers.TryAddWithoutValidation(name, value) && message.Content is { } content)
            {
                content.Headers.Remove(name);
                content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return default;
    }

    public UpstreamErrorKind Classify(int status, ReadOnlySpan<byte> body) => PlainErrors.KindOf(status);
}
