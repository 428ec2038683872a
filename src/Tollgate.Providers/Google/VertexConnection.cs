using Tollgate.Engine.PassThrough.Natives;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;
using Tollgate.Providers.Resources;
using Tollgate.Wire;
using Tollgate.Wire.Gemini;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Media;
using Tollgate.Wire.Media.Documents;
using Tollgate.Wire.Media.Videos;

namespace Tollgate.Providers.Google;

/// <summary>A connection to Vertex AI: Google's own models, a partner's, or an endpoint of the user's (04-gemini-vertex.md sections 1.2 and 6).</summary>
internal sealed class VertexConnection : GoogleConnection
{
    private static readonly VertexEmbeddings TextEmbeddings = new();
    private static readonly VertexMultimodalEmbeddings MixedEmbeddings = new();

    private readonly VertexPublisher _publisher;
    private readonly VertexPlace _place;
    private readonly UpstreamEndpoint _whole;
    private readonly UpstreamEndpoint _stream;
    private readonly UpstreamCounter _counter;
    private readonly UpstreamEndpoint _predict;
    private readonly UpstreamEndpoint _speech;
    private readonly UpstreamEndpoint _ranking;
    private readonly UpstreamEndpoint _films;

    public VertexConnection(ConnectionDraft draft, VertexPlace place, Authorization authorization)
        : this(draft, place, authorization, VertexPublisher.Of(draft))
    {
    }

    private VertexConnection(ConnectionDraft draft, VertexPlace place, Authorization authorization, VertexPublisher publisher)
        : base(draft, authorization, publisher.Spoken)
    {
        _publisher = publisher;
        _place = place;
        _whole = AddressOf(place, publisher.Method, publisher.Query);
        _stream = AddressOf(place, publisher.StreamMethod, publisher.StreamQuery);
        _counter = publisher.Spoken switch
        {
            Surface.GenerateContent => new UpstreamCounter(AddressOf(place, "countTokens", "").Uri, CounterForm.VertexGenerateContent),

            // One place counts for all of this partner's models; a gateway in between has the model in its address.
            Surface.Messages when Draft.Base is not { Length: > 0 }
                => new UpstreamCounter(AddressOf(place, "rawPredict", "", "count-tokens").Uri, CounterForm.VertexMessages),
            _ => default,
        };
        _predict = AddressOf(place, "predict", "");
        _films = AddressOf(place, "predictLongRunning", "");
        _speech = ServiceAddress(place, "https://texttospeech.googleapis.com", "/v1/text:synthesize");
        _ranking = ServiceAddress(
            place,
            "https://discoveryengine.googleapis.com",
            $"/v1/projects/{place.Project ?? VertexPlace.UnknownProject}/locations/global/rankingConfigs/default_ranking_config:rank");
    }

    /// <summary>Batches of Google's own models; express mode has no project to run them in.</summary>
    public override INativeResources? Resources => IsGooglesOwn && Draft.Fault is null && !_place.IsKeyed && _place.IsWellFormed
        ? new VertexResources(
            $"{(Draft.Base is { Length: > 0 } custom ? EndpointTable.Split(custom).Root : _place.Host)}/v1/{_place.Path}",
            (Draft.Param("gcs_api_base", "STORAGE_EMULATOR_HOST") ?? "https://storage.googleapis.com").TrimEnd('/'),
            Draft.Param("gcs_bucket_name", "GCS_BUCKET_NAME"),
            _publisher.Model,
            (message, token) => AuthorizeAsync(message, clientKey: null, token))
        : null;

    /// <inheritdoc/>
    public override UpstreamEndpoint Live
    {
        get
        {
            if (!IsGooglesOwn)
            {
                return EndpointTable.BadRequest(Draft, $"the model '{Draft.Model}' has no realtime sessions.");
            }

            return _place is { Project: null, IsKeyed: false }
                ? EndpointTable.BadRequest(Draft, "a realtime session names its project: set vertex_project.")
                : ServiceAddress(_place, _place.Host, "/ws/google.cloud.aiplatform.v1.LlmBidiService/BidiGenerateContent");
        }
    }

    /// <inheritdoc/>
    public override string LiveModel
        => _place.IsKeyed ? $"publishers/google/models/{_publisher.Model}" : $"{_place.Path}/publishers/google/models/{_publisher.Model}";

    /// <inheritdoc/>
    public override EmbeddingCodec Embeddings
        => Draft.Model.StartsWith("multimodalembedding", StringComparison.Ordinal) ? MixedEmbeddings : TextEmbeddings;

    /// <inheritdoc/>
    public override UpstreamEndpoint EndpointFor(Surface surface, bool stream, string? apiVersion)
        => surface == Spoken ? stream ? _stream : _whole : surface switch
        {
            Surface.Embeddings => _predict,
            Surface.ImageGenerations or Surface.ImageEdits when IsGooglesOwn => ImagenPictures.Serves(Draft.Model) ? _predict : _whole,
            Surface.Speech when IsGooglesOwn => IsGemini ? _whole : _speech,
            Surface.Rerank when IsGooglesOwn => _ranking,
            Surface.Transcriptions or Surface.Translations when IsGooglesOwn && IsGemini => _whole,
            Surface.Videos when IsGooglesOwn && VeoVideos.Serves(Draft.Model) => _films,
            Surface.Ocr when Spoken is Surface.Chat && Reads => _whole,
            _ => NotServed(surface),
        };

    /// <inheritdoc/>
    public override MediaShape? ShapeFor(Surface surface) => surface switch
    {
        Surface.Speech when !IsGemini => CloudSpeech.Instance,
        Surface.Rerank => DiscoveryRerank.Instance,
        Surface.Ocr => _publisher.Name is "mistralai" ? MistralOcr.Elsewhere : DeepSeekOcr.Instance,
        _ => base.ShapeFor(surface),
    };

    /// <inheritdoc/>
    public override IVideoTasks? Videos => IsGooglesOwn ? field ??= VeoTasks.OfVertex(Draft, _place, this) : null;

    private bool Reads => Draft.Model.Contains("ocr", StringComparison.OrdinalIgnoreCase);

    private bool IsGooglesOwn => _publisher.Spoken is Surface.GenerateContent;

    private bool IsGemini => _publisher.Model.StartsWith("gemini", StringComparison.OrdinalIgnoreCase);

    /// <summary>An address of a service beside Vertex AI; below a base of one's own where there is one.</summary>
    private UpstreamEndpoint ServiceAddress(VertexPlace place, string host, string path)
    {
        if (Draft.Fault is not null)
        {
            return new UpstreamEndpoint(null, Draft.Fault);
        }

        if (!place.IsWellFormed)
        {
            return EndpointTable.BadRequest(Draft, "vertex_project or vertex_location is not well-formed.");
        }

        var (root, own) = EndpointTable.Split(Draft.Base is { Length: > 0 } custom ? custom : host);
        return EndpointTable.Make(Draft, EndpointTable.Join(root + path, own, "", Draft.Deployment.ExtraQuery));
    }

    /// <inheritdoc/>
    public override UpstreamCounter CounterFor(Surface spoken) => spoken == Spoken ? _counter : default;

    private UpstreamEndpoint AddressOf(VertexPlace place, string method, string query, string? model = null)
    {
        if (Draft.Fault is not null)
        {
            return new UpstreamEndpoint(null, Draft.Fault);
        }

        if (!place.IsWellFormed)
        {
            return EndpointTable.BadRequest(Draft, "vertex_project or vertex_location is not well-formed.");
        }

        if (IsUnsafe(_publisher.Model))
        {
            return EndpointTable.BadRequest(Draft, "litellm_params.model is no name of a model.");
        }

        var version = Draft.Deployment.CustomProvider is "vertex_ai_beta" || Draft.Deployment.Model.StartsWith("vertex_ai_beta/", StringComparison.Ordinal)
            ? "v1beta1" : "v1";
        var (root, own) = EndpointTable.Split(Draft.Base is { Length: > 0 } custom ? custom : place.Host);
        var suffix = method.StartsWith('/') ? method : ":" + method;
        string address;
        var isHost = Draft.Base is { Length: > 0 } && HasNoPath(root);
        if (Draft.Base is { Length: > 0 } && !isHost && !IsPrivateEndpoint(root))
        {
            // A gateway in between: its address is the model's.
            address = root + suffix;
        }
        else
        {
            var path = Draft.Base is { Length: > 0 } && IsPrivateEndpoint(root) ? $"{place.Path}/endpoints/{Escaped(_publisher.Model)}"
                : place.IsKeyed ? $"publishers/{_publisher.Name ?? "google"}/models/{Escaped(model ?? _publisher.Model)}"
                : _publisher.Name is { } name ? $"{place.Path}/publishers/{name}/models/{Escaped(model ?? _publisher.Model)}"
                : $"{place.Path}/endpoints/{Escaped(_publisher.Model)}";
            address = $"{root}/{version}/{path}{suffix}";
        }

        return EndpointTable.Make(Draft, EndpointTable.Join(address, own, query, Draft.Deployment.ExtraQuery));
    }

    /// <summary>An address without a path stands for Google's host: a proxy in front of it.</summary>
    private static bool HasNoPath(string root) => Uri.TryCreate(root, UriKind.Absolute, out var uri) && uri.AbsolutePath is "/";

    /// <summary>An address of Private Service Connect stands for the host only.</summary>
    private bool IsPrivateEndpoint(string root)
        => (Draft.Deployment.ProviderParams.TryGetValue("use_psc_endpoint_format", out var said) && bool.TryParse(said, out var isPsc) && isPsc)
            || (Uri.TryCreate(root, UriKind.Absolute, out var uri) && uri.Host.EndsWith(".p.googleapis.com", StringComparison.OrdinalIgnoreCase));
}
