using System.Globalization;
using System.Net.Http.Headers;
using Tollgate.Engine.PassThrough.Natives;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Anthropic;
using Tollgate.Providers.Connections;
using Tollgate.Providers.Resources;
using Tollgate.Wire;
using Tollgate.Wire.Anthropic;
using Tollgate.Wire.Bedrock;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.Media;
using Tollgate.Wire.Media.Videos;

namespace Tollgate.Providers.Amazon;

/// <summary>A connection to a model of Bedrock.</summary>
/// <param name="draft">Row and deployment.</param>
/// <param name="model">The model.</param>
/// <param name="region">Its region.</param>
/// <param name="address">Where Bedrock is; for <c>converse_like/</c> the whole address.</param>
/// <param name="authorization">Signature or bearer token.</param>
/// <param name="videos">Films that are written into a bucket; null where the address knows none.</param>
internal sealed class BedrockConnection(
    ConnectionDraft draft, BedrockModel model, string region, string address, Authorization authorization, IVideoTasks? videos = null)
    : DialectConnection(draft, authorization), IUpstreamConnection
{
    private static readonly BedrockRerank Rerank = new();

    private static readonly BedrockPictures Pictures = new();

    private static readonly string[] Efforts = ["minimal", "low", "medium", "high"];

    private readonly BedrockWire _wire = BedrockWire.Of(model);
    private readonly Rewriters _chat = new(draft);
    private readonly AnthropicHost _host = AnthropicHost.BedrockInvoke.For(draft);
    private readonly Rewriters _messages = new(draft, AnthropicBody.ShapeFor(AnthropicHost.BedrockInvoke));
    private readonly UpstreamEndpoint?[] _endpoints = new UpstreamEndpoint?[Surfaces.Count * 2];
    private TargetModel? _target;
    private TargetModel? _claude;

    /// <summary>Where realtime sessions are opened, or why they are not.</summary>
    public UpstreamEndpoint Sonic
    {
        get
        {
            if (Draft.Fault is not null)
            {
                return new UpstreamEndpoint(null, Draft.Fault);
            }

            if (!model.Name.Contains("sonic", StringComparison.OrdinalIgnoreCase))
            {
                return EndpointTable.BadRequest(Draft, $"the model '{model.Id}' has no realtime sessions.");
            }

            var (root, query) = EndpointTable.Split(address);
            return EndpointTable.Make(
                Draft, EndpointTable.Join($"{root}/model/{Uri.EscapeDataString(model.Id)}/invoke-with-bidirectional-stream", query, "", Draft.Deployment.ExtraQuery));
        }
    }

    /// <summary>Signs for S3; null for a connection that has no keys.</summary>
    public Authorization? Storage { get; init; }

    /// <inheritdoc/>
    public override INativeResources? Resources => Storage is { } storage && Draft.Fault is null
        ? new BedrockResources(
            PlaceOf(),
            BedrockWire.IsClaude(model) ? Surface.Messages : _wire.Spoken,
            model.Id,
            (message, token) => AuthorizeAsync(message, clientKey: null, token),
            (message, token) => storage.ApplyAsync(message, clientKey: null, token))
        : null;

    /// <inheritdoc/>
    protected override Surface Spoken => _wire.Spoken;

    /// <summary>Clients of Anthropic's dialect reach Claude in it, without a detour.</summary>
    public override Surface SpokenFor(Surface surface) => surface is Surface.Messages && BedrockWire.IsClaude(model) ? surface : base.SpokenFor(surface);

    /// <inheritdoc/>
    public override EmbeddingCodec? Embeddings { get; } = EmbeddingsOf(model);

    /// <inheritdoc/>
    public override IVideoTasks? Videos { get; } = videos;

    /// <inheritdoc/>
    public override TargetModel TargetFor(Surface spoken)
        => spoken is Surface.Messages ? _claude ??= Claude() : _target ??= base.TargetFor(spoken) with { Options = Options() };

    /// <inheritdoc/>
    public override MediaShape? ShapeFor(Surface surface) => surface switch
    {
        Surface.Rerank => Rerank,
        Surface.ImageGenerations or Surface.ImageEdits => Pictures,
        Surface.Videos => NovaReelVideos.Instance,
        _ => null,
    };

    /// <inheritdoc/>
    public override UpstreamEndpoint EndpointFor(Surface surface, bool stream, string? apiVersion)
    {
        ref var slot = ref _endpoints[((int)surface * 2) + (stream ? 1 : 0)];
        return slot ??= Make(surface, stream);
    }

    /// <inheritdoc/>
    public override ConnectionFault? WriteRequest(in UpstreamRequest request, JsonEdits edits)
    {
        switch (request.Surface)
        {
            case Surface.Chat:
                return WriteChat(request, edits);
            case Surface.Messages:
                return AnthropicBody.Write(request, _host, Draft.Model, _messages, edits);
            case Surface.Converse:
                if (BedrockWire.IsClaude(model))
                {
                    ConverseBetas.Write(request, Draft.Model, edits);
                }

                return null;
            case Surface.Prompt:
                return null;
            default:
                return _chat.Write(request, edits);
        }
    }

    /// <inheritdoc/>
    public override UpstreamCounter CounterFor(Surface spoken)
    {
        const string converse = "/converse";
        const string invoke = "/invoke";
        if (spoken is not (Surface.Converse or Surface.Messages) || EndpointFor(spoken, stream: false, apiVersion: null).Uri is not { } uri)
        {
            return default;
        }

        var path = uri.AbsolutePath;
        var (last, form) = spoken is Surface.Messages ? (invoke, CounterForm.InvokeModel) : (converse, CounterForm.Converse);
        return path.EndsWith(last, StringComparison.Ordinal)
            ? new UpstreamCounter(new UriBuilder(uri) { Path = path[..^last.Length] + "/count-tokens" }.Uri, form) : default;
    }

    /// <inheritdoc/>
    public override UpstreamErrorKind Classify(int status, ReadOnlySpan<byte> body) => Classify(status, body, headers: null);

    /// <summary>Amazon says the class in a header.</summary>
    public UpstreamErrorKind Classify(int status, ReadOnlySpan<byte> body, HttpResponseHeaders? headers)
        => AmazonErrors.Classify(status, body, headers) ?? base.Classify(status, body);

    private BedrockPlace PlaceOf()
    {
        var domain = BedrockFamily.DomainOf(region);
        return new BedrockPlace(
            (Draft.Param("aws_bedrock_endpoint", "AWS_ENDPOINT_URL_BEDROCK") ?? $"https://bedrock.{region}.{domain}").TrimEnd('/'),
            (Draft.Param("s3_endpoint_url", "AWS_ENDPOINT_URL_S3") ?? $"https://s3.{Draft.Param("s3_region_name") ?? region}.{domain}").TrimEnd('/'),
            Draft.Param("s3_bucket_name", "AWS_S3_BUCKET_NAME"),
            Draft.Param("s3_output_bucket_name", "AWS_S3_OUTPUT_BUCKET_NAME"),
            Draft.Param("aws_batch_role_arn", "AWS_BATCH_ROLE_ARN"),
            Draft.Param("s3_encryption_key_id", "AWS_S3_ENCRYPTION_KEY_ID"));
    }

    private TargetModel Claude()
    {
        var target = AnthropicModels.TargetOf(Draft, AnthropicHost.BedrockInvoke);
        return target with { Options = new Dictionary<string, string>(target.Options, StringComparer.Ordinal) { [MessagesOptions.MediaAsBytes] = "true" } };
    }

    private Dictionary<string, string> Options()
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["base_model"] = model.Route is "nova" or "nova-2" ? $"amazon.{model.Route}" : Draft.Deployment.Info.BaseModel ?? model.Name,
            [BedrockRerank.ArnOption] = model.Id.StartsWith("arn:", StringComparison.Ordinal) ? model.Id : $"arn:aws:bedrock:{region}::foundation-model/{model.Id}",
        };
        foreach (var effort in Efforts)
        {
            if (Draft.Env($"DEFAULT_REASONING_EFFORT_{effort.ToUpperInvariant()}_THINKING_BUDGET") is { } tokens)
            {
                options["thinking_budget_" + effort] = tokens;
            }
        }

        if (Draft.Param(AsyncInvokeEmbeddings.OutputOption) is { } output)
        {
            options[AsyncInvokeEmbeddings.OutputOption] = output;
        }

        if (_wire.Family is not null)
        {
            options[PromptCodec.FamilyOption] = _wire.Family;
        }

        if (_wire is { Spoken: Surface.Converse, Invokes: true })
        {
            options[ConverseCodec.InvokeOption] = "true";
        }

        return options;
    }

    private static EmbeddingCodec? EmbeddingsOf(BedrockModel model)
        => EmbeddingsOf(model.Name) is { } codec ? model.Route is "async_invoke" ? new AsyncInvokeEmbeddings(codec) : codec : null;

    private static EmbeddingCodec? EmbeddingsOf(string name)
        => name.StartsWith("amazon.titan-embed", StringComparison.OrdinalIgnoreCase) ? new TitanEmbeddings()
        : name.StartsWith("amazon.nova", StringComparison.OrdinalIgnoreCase) && name.Contains("embed", StringComparison.OrdinalIgnoreCase) ? new NovaEmbeddings()
        : name.StartsWith("cohere.embed", StringComparison.OrdinalIgnoreCase) ? new BedrockCohereEmbeddings()
        : name.StartsWith("twelvelabs.marengo", StringComparison.OrdinalIgnoreCase) ? new MarengoEmbeddings()
        : null;

    /// <summary>Counts of older models stand in headers and nowhere else.</summary>
    public TokenUsage? UsageOf(HttpResponseHeaders headers)
        => CountOf(headers, "x-amzn-bedrock-input-token-count") is { } input
            ? new TokenUsage(input, CountOf(headers, "x-amzn-bedrock-output-token-count") ?? 0, input + (CountOf(headers, "x-amzn-bedrock-output-token-count") ?? 0), 0, 0)
            : null;

    private static long? CountOf(HttpResponseHeaders headers, string name)
        => headers.NonValidated.TryGetValues(name, out var values)
            && long.TryParse(values.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;

    private UpstreamEndpoint Make(Surface surface, bool stream)
    {
        if (Draft.Fault is not null)
        {
            return new UpstreamEndpoint(null, Draft.Fault);
        }

        if (surface is Surface.Rerank)
        {
            return EndpointTable.Make(Draft, Draft.HasOwnBase ? $"{EndpointTable.Split(address).Root}/rerank"
                : $"https://bedrock-agent-runtime.{region}.{BedrockFamily.DomainOf(region)}/rerank");
        }

        if (surface is Surface.Videos && NovaReelVideos.Serves(model.Name))
        {
            var (place, own) = EndpointTable.Split(address);
            return EndpointTable.Make(Draft, EndpointTable.Join(place + "/async-invoke", own, "", Draft.Deployment.ExtraQuery));
        }

        var isOther = surface is Surface.ImageGenerations or Surface.ImageEdits || (surface is Surface.Embeddings && Embeddings is not null);
        if (!isOther && surface is not (Surface.Chat or Surface.Messages or Surface.Converse or Surface.Prompt))
        {
            return EndpointTable.BadRequest(Draft, $"the provider '{Draft.Row.Slug}' does not serve {surface.Route()} for model '{model.Id}'.");
        }

        if (model.Route is "converse_like")
        {
            return EndpointTable.Make(Draft, address);
        }

        var (root, query) = EndpointTable.Split(address);
        if (model.Route is "async_invoke")
        {
            return surface is Surface.Embeddings ? EndpointTable.Make(Draft, EndpointTable.Join($"{root}/async-invoke", query, "", Draft.Deployment.ExtraQuery))
                : EndpointTable.BadRequest(Draft, $"models of the route async_invoke/ serve {Surface.Embeddings.Route()} only.");
        }

        var invokes = isOther || surface is Surface.Messages || _wire.Invokes;
        var operation = (invokes, stream && _wire.Family is not "j2") switch
        {
            (false, false) => "converse",
            (false, true) => "converse-stream",
            (true, false) => "invoke",
            (true, true) => "invoke-with-response-stream",
        };
        return EndpointTable.Make(
            Draft, EndpointTable.Join($"{root}/model/{Uri.EscapeDataString(model.Id)}/{operation}", query, "", Draft.Deployment.ExtraQuery));
    }

    /// <summary>OpenAI's body for InvokeModel: the model stands in the address, whether it is a stream too.</summary>
    private ConnectionFault? WriteChat(in UpstreamRequest request, JsonEdits edits)
    {
        var scratch = new JsonEdits();
        if (_chat.Write(request, scratch) is { } fault)
        {
            return fault;
        }

        var (text, members) = Edited(request.Json, scratch);
        var cut = new JsonEdits();
        new RootCutter(text, members).Cut(cut, static name => name is "model" or "stream" or "stream_options");
        edits.Replace(0, request.Json.Length, Edited(text, cut).Text);
        return null;
    }

    private static (byte[] Text, JsonMembers Members) Edited(ReadOnlyMemory<byte> json, JsonEdits edits)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>(edits.LengthOf(json.Length) + 1);
        edits.WriteTo(json.Span, output);
        var text = output.WrittenSpan.ToArray();
        var members = new JsonMembers();
        JsonScanner.Scan(text, members);
        return (text, members);
    }
}
