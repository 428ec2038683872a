using Tollgate.Engine.PassThrough.Natives;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;
using Tollgate.Providers.Resources;
using Tollgate.Wire;
using Tollgate.Wire.Gemini;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Media.Videos;

namespace Tollgate.Providers.Google;

/// <summary>A connection to Gemini of AI Studio: a key, the model in the address (04-gemini-vertex.md section 1.1).</summary>
internal sealed class GeminiConnection(ConnectionDraft draft, Authorization authorization) : GoogleConnection(draft, authorization, Surface.GenerateContent)
{
    private static readonly GeminiEmbeddings EmbeddingsCodec = new();

    private readonly UpstreamEndpoint _whole = AddressOf(draft, "generateContent", "");
    private readonly UpstreamEndpoint _stream = AddressOf(draft, "streamGenerateContent", "alt=sse");
    private readonly UpstreamEndpoint _counter = AddressOf(draft, "countTokens", "");
    private readonly UpstreamEndpoint _embeddings = AddressOf(draft, "batchEmbedContents", "");

    private readonly UpstreamEndpoint _predict = AddressOf(draft, "predict", "");
    private readonly UpstreamEndpoint _films = AddressOf(draft, "predictLongRunning", "");

    /// <inheritdoc/>
    public override UpstreamEndpoint Live => Draft.Fault is not null ? new UpstreamEndpoint(null, Draft.Fault)
        : Draft.Base is not { } address ? EndpointTable.BaseMissing(Draft)
        : EndpointTable.Make(
            Draft, address.TrimEnd('/') + "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent");

    /// <inheritdoc/>
    public override string LiveModel => Draft.Model.StartsWith("models/", StringComparison.Ordinal) ? Draft.Model : "models/" + Draft.Model;

    /// <inheritdoc/>
    public override INativeResources? Resources
        => Draft.Fault is null && Draft.Base is { } address && Uri.TryCreate(EndpointTable.Split(address).Root, UriKind.Absolute, out _)
            ? new GeminiResources(HostOf(EndpointTable.Split(address).Root), Draft.Model, (message, token) => AuthorizeAsync(message, clientKey: null, token))
            : null;

    /// <inheritdoc/>
    public override EmbeddingCodec Embeddings => EmbeddingsCodec;

    /// <inheritdoc/>
    public override IVideoTasks Videos => field ??= VeoTasks.OfStudio(Draft, this);

    /// <inheritdoc/>
    public override UpstreamEndpoint EndpointFor(Surface surface, bool stream, string? apiVersion) => surface switch
    {
        Surface.GenerateContent => stream ? _stream : _whole,
        Surface.Embeddings => _embeddings,
        Surface.ImageGenerations or Surface.ImageEdits when ImagenPictures.Serves(Draft.Model) => _predict,
        Surface.ImageGenerations or Surface.ImageEdits or Surface.Speech or Surface.Transcriptions or Surface.Translations => _whole,
        Surface.Videos when VeoVideos.Serves(Draft.Model) => _films,
        _ => NotServed(surface),
    };

    /// <inheritdoc/>
    public override UpstreamCounter CounterFor(Surface spoken)
        => spoken is Surface.GenerateContent ? new UpstreamCounter(_counter.Uri, CounterForm.GenerateContent) : default;

    /// <summary>The address before its version.</summary>
    private static string HostOf(string root)
        => root.IndexOf("/v1", StringComparison.Ordinal) is >= 0 and var version ? root[..version] : root;

    private static UpstreamEndpoint AddressOf(ConnectionDraft draft, string method, string query)
    {
        if (draft.Fault is not null)
        {
            return new UpstreamEndpoint(null, draft.Fault);
        }

        if (draft.Base is not { } address)
        {
            return EndpointTable.BaseMissing(draft);
        }

        var model = draft.Model.StartsWith("models/", StringComparison.Ordinal) ? draft.Model["models/".Length..] : draft.Model;
        if (IsUnsafe(model))
        {
            return EndpointTable.BadRequest(draft, "litellm_params.model is no name of a model.");
        }

        var (root, own) = EndpointTable.Split(address);

        // Gateways in between have paths of their own: what they hold already is not said twice.
        var kind = model.StartsWith("tunedModels/", StringComparison.Ordinal) ? "" : "/models";
        var path = root.EndsWith("/models", StringComparison.Ordinal) ? ""
            : root.Contains("/v1", StringComparison.Ordinal) ? kind
            : "/v1beta" + kind;
        return EndpointTable.Make(draft, EndpointTable.Join($"{root}{path}/{Escaped(model)}:{method}", own, query, draft.Deployment.ExtraQuery));
    }
}
