using System.Collections.Frozen;
using Tollgate.Engine.PassThrough.Natives;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.Media;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Connections;

/// <summary>
/// A connection to whoever speaks a dialect of its own in chat calls. What differs from one to the next: the surface that is spoken, the
/// addresses, the credentials and what is edited into a body that is already in the dialect.
/// </summary>
/// <param name="draft">Row and deployment.</param>
/// <param name="authorization">Credentials and headers.</param>
internal abstract class DialectConnection(ConnectionDraft draft, Authorization authorization) : IUpstreamConnection
{
    private readonly ErrorClassifier _errors = new(draft.Row);
    private readonly Lazy<TargetModel> _target = new(() => TargetOf(draft));

    /// <inheritdoc/>
    public string Provider { get; } = draft.Row.Slug;

    /// <inheritdoc/>
    public string ExceptionName { get; } = draft.Row.ExceptionName;

    /// <inheritdoc/>
    public ErrorWording Wording { get; } = ErrorWords.Of(draft.Row);

    /// <inheritdoc/>
    public string? DisplayBase { get; } = OpenAiConnection.DisplayOf(draft.Base);

    /// <inheritdoc/>
    public TransportOptions Transport { get; } = OpenAiConnection.TransportOf(draft);

    /// <inheritdoc/>
    public virtual INativeResources? Resources => null;

    /// <inheritdoc/>
    public virtual ResponseRules Response => ResponseRules.Identity;

    /// <summary>Row and deployment.</summary>
    protected ConnectionDraft Draft { get; } = draft;

    /// <summary>
    /// Rules for bodies that are going to be translated. What of messages and tools can be said, the codec decides: the row's rules about them
    /// would cut off thoughts and cache hints before it sees them.
    /// </summary>
    private Rewriters Policy => field ??= new Rewriters(Draft, rules =>
    {
        if (Spoken is not Surface.Chat)
        {
            rules.Messages = null;
            rules.Tools = null;
        }

        ShapePolicy(rules);
    });

    /// <summary>Changes the rules for bodies that are going to be translated after everybody else.</summary>
    protected virtual void ShapePolicy(ParameterRulesBuilder rules)
    {
    }

    /// <summary>The dialect of chat calls.</summary>
    protected abstract Surface Spoken { get; }

    /// <inheritdoc/>
    public virtual Surface SpokenFor(Surface surface) => surface.IsChat() ? Spoken : surface;

    /// <inheritdoc/>
    public virtual EmbeddingCodec? Embeddings => null;

    /// <inheritdoc/>
    public virtual TargetModel TargetFor(Surface spoken) => _target.Value;

    /// <inheritdoc/>
    public virtual MediaShape? ShapeFor(Surface surface) => MediaShapes.Of(Draft, surface);

    /// <inheritdoc/>
    public virtual IVideoTasks? Videos => null;

    /// <inheritdoc/>
    public UpstreamEndpoint EndpointFor(Surface surface) => EndpointFor(surface, stream: false, apiVersion: null);

    /// <inheritdoc/>
    public abstract UpstreamEndpoint EndpointFor(Surface surface, bool stream, string? apiVersion);

    /// <summary>Rules of the row for OpenAI's clients: the same that providers of the OpenAI dialect have.</summary>
    public virtual ConnectionFault? ApplyPolicy(in UpstreamRequest request, JsonEdits edits)
        => request.Surface is Surface.Chat or Surface.Completions or Surface.Embeddings ? Policy.Write(request, edits) : null;

    /// <inheritdoc/>
    public virtual void ApplyDefaults(ChatRequest request) => HubDefaults.Apply(Draft.Deployment, request);

    /// <inheritdoc/>
    public abstract ConnectionFault? WriteRequest(in UpstreamRequest request, JsonEdits edits);

    /// <inheritdoc/>
    public virtual ValueTask<ConnectionFault?> AuthorizeAsync(HttpRequestMessage message, string? clientKey, CancellationToken cancellationToken)
        => authorization.ApplyAsync(message, clientKey, cancellationToken);

    /// <inheritdoc/>
    public virtual UpstreamCounter CounterFor(Surface spoken) => default;

    /// <inheritdoc/>
    public virtual bool TakesClientToken(string token) => false;

    /// <inheritdoc/>
    public virtual void CompleteHeaders(in UpstreamRequest request, System.Net.Http.Headers.HttpRequestHeaders headers)
    {
    }

    /// <inheritdoc/>
    public virtual Task<HttpResponseMessage> ExchangeAsync(
        HttpMessageInvoker transport, HttpRequestMessage message, in UpstreamRequest request, CancellationToken cancellationToken)
        => transport.SendAsync(message, cancellationToken);

    /// <inheritdoc/>
    public virtual UpstreamErrorKind Classify(int status, ReadOnlySpan<byte> body) => _errors.Classify(status, body);

    /// <inheritdoc/>
    public virtual TimeSpan? RetryAfterIn(ReadOnlySpan<byte> body) => null;

    /// <summary>What a codec must know of a deployment's model.</summary>
    public static TargetModel TargetOf(ConnectionDraft draft) => new()
    {
        Provider = draft.Row.Slug,
        Model = draft.Model,
        MaxOutputTokens = draft.Sizes.MaxOutputTokens,
        Can = flag => draft.Deployment.Info.Capabilities.TryGetValue("supports_" + flag, out var stated) ? stated : draft.Facts?.Flags.Contains(flag),
        ModifyParams = draft.Config.Models.ModifyParams,
        DropParams = draft.Deployment.DropParams ?? draft.Config.Models.DropParams,
        Rules = draft.Response,
        Options = draft.Tools is { KeepCacheControl: true } || draft.Messages is { KeepCacheControl: true }
            ? new Dictionary<string, string>(StringComparer.Ordinal) { ["cache_control"] = "true" } : FrozenDictionary<string, string>.Empty,
    };
}
