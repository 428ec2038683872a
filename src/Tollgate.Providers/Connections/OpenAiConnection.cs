using Tollgate.Engine.Upstream;
using Tollgate.Providers.Anthropic;
using Tollgate.Providers.Hooks;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.Media;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Connections;

/// <summary>A connection to whoever speaks OpenAI's dialect below a base URL.</summary>
internal sealed class OpenAiConnection(ConnectionDraft draft, EndpointTable endpoints, Authorization authorization) : IUpstreamConnection
{
    private readonly Rewriters _rewriters = new(draft);
    private readonly SpokenSurfaces _spoken = new(draft);
    private readonly Lazy<TargetModel> _target = new(() => SpokenSurfaces.TargetOf(draft));
    private readonly bool _isGateway = draft.Row.Hooks.Contains("litellm_proxy", StringComparer.Ordinal);
    private readonly ErrorClassifier _errors = new(draft.Row);

    public string Provider { get; } = draft.Row.Slug;

    public string ExceptionName { get; } = draft.Row.ExceptionName;

    public ErrorWording Wording { get; } = ErrorWords.Of(draft.Row);

    public string? DisplayBase { get; } = DisplayOf(draft.Base);

    public TransportOptions Transport { get; } = TransportOf(draft);

    public ResponseRules Response { get; } = draft.Response;

    public IVideoTasks? Videos { get; init; }

    public UpstreamEndpoint EndpointFor(Surface surface) => endpoints[surface];

    public ConnectionFault? WriteRequest(in UpstreamRequest request, JsonEdits edits)
        => (_isGateway ? GatewayHops.Check(request) : null) ?? _rewriters.Write(request, edits);

    public Surface SpokenFor(Surface surface) => _spoken.For(surface);

    public Surface SpokenFor(in UpstreamRequest request) => _spoken.For(request);

    public MediaShape? ShapeFor(Surface surface) => MediaShapes.Of(draft, surface);

    public TargetModel TargetFor(Surface spoken) => _target.Value;

    /// <summary>Only OpenAI itself counts; whoever speaks its dialect does not.</summary>
    public UpstreamCounter CounterFor(Surface spoken)
        => spoken is Surface.Responses && draft.Row.Slug is "openai" && endpoints[Surface.Responses].Uri is { } uri
            ? new UpstreamCounter(new UriBuilder(uri) { Path = uri.AbsolutePath.TrimEnd('/') + "/input_tokens" }.Uri, CounterForm.Responses)
            : default;

    public ValueTask<ConnectionFault?> AuthorizeAsync(HttpRequestMessage message, string? clientKey, CancellationToken cancellationToken)
        => authorization.ApplyAsync(message, clientKey, cancellationToken);

    public void CompleteHeaders(in UpstreamRequest request, System.Net.Http.Headers.HttpRequestHeaders headers)
    {
        if (_isGateway)
        {
            GatewayHops.Write(request, headers);
        }

        if (request.Surface == Surface.Messages)
        {
            AnthropicHeaders.Write(request, headers, AnthropicHost.Other, draft.Model);
        }
    }

    public UpstreamErrorKind Classify(int status, ReadOnlySpan<byte> body) => _errors.Classify(status, body);

    public static TransportOptions TransportOf(ConnectionDraft draft) => new(
        draft.Deployment.SslVerify ?? draft.Config.Models.SslVerify,
        draft.Deployment.SslCaFile ?? (draft.Deployment.SslVerify is null ? draft.Config.Models.SslCaFile : null),
        draft.Deployment.Proxy);

    /// <summary>A base URL that may be shown: no query, no user information.</summary>
    public static string? DisplayOf(string? address)
        => Uri.TryCreate(address, UriKind.Absolute, out var uri)
            ? uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/')
            : null;
}
