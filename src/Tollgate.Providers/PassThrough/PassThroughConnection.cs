using Tollgate.Engine.PassThrough;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.PassThrough;

/// <summary>The way to a provider for calls that are relayed: one header with the credential, or what a connection to a deployment puts on its calls.</summary>
/// <param name="provider">Slug.</param>
/// <param name="address">Where it is, for display.</param>
/// <param name="transport">TLS and proxy.</param>
internal sealed class PassThroughConnection(string provider, string? address, TransportOptions transport) : IUpstreamConnection
{
    /// <summary>Header with the credential; null when there is none, or when <see cref="Inner"/> has it.</summary>
    public (string Name, string Value)? Credential { get; init; }

    /// <summary>The connection that authorises; null for a header.</summary>
    public IUpstreamConnection? Inner { get; init; }

    public string Provider { get; } = provider;

    public string ExceptionName => Inner?.ExceptionName ?? "PassThroughException";

    public string? DisplayBase { get; } = Connections.OpenAiConnection.DisplayOf(address);

    public TransportOptions Transport { get; } = transport;

    public ResponseRules Response => ResponseRules.Identity;

    public IVideoTasks? Videos => Inner?.Videos;

    public UpstreamEndpoint EndpointFor(Surface surface) => new(null, null);

    public ConnectionFault? WriteRequest(in UpstreamRequest request, JsonEdits edits) => null;

    public ValueTask<ConnectionFault?> AuthorizeAsync(HttpRequestMessage message, string? clientKey, CancellationToken cancellationToken)
    {
        if (Credential is { } credential)
        {
            message.Headers.Remove(credential.Name);
            message.Headers.TryAddWithoutValidation(credential.Name, credential.Value);
        }

        return Inner?.AuthorizeAsync(message, clientKey, cancellationToken) ?? default;
    }

    public UpstreamErrorKind Classify(int status, ReadOnlySpan<byte> body) => Inner?.Classify(status, body) ?? PlainErrors.KindOf(status);
}
