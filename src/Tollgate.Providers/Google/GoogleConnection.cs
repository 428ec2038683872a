using System.Net.Http.Headers;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Anthropic;
using Tollgate.Providers.Connections;
using Tollgate.Wire;
using Tollgate.Wire.Gemini;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.Media;
using Tollgate.Wire.Media.Videos;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Google;

/// <summary>What connections to Google have in common: generateContent for chat calls, Google's errors.</summary>
/// <param name="draft">Row and deployment.</param>
/// <param name="authorization">Key or token.</param>
/// <param name="spoken">The dialect of chat calls: Google's own, or that of a partner's model.</param>
internal abstract class GoogleConnection(ConnectionDraft draft, Authorization authorization, Surface spoken) : DialectConnection(draft, authorization)
{
    private readonly AnthropicHost _host = AnthropicHost.Vertex.For(draft);
    private readonly Rewriters _bodies = new(
        draft, spoken is Surface.Messages ? AnthropicBody.ShapeFor(AnthropicHost.Vertex) : draft.Row.Slug is "vertex_ai" ? ShapeForVertex : Shape);
    private readonly bool _takesTierAsHeader = draft.Row.Slug is "vertex_ai";
    private readonly Lazy<TargetModel> _target = new(() => spoken is Surface.Messages
        ? AnthropicModels.TargetOf(draft, AnthropicHost.Vertex) : TargetOf(draft) with { Options = GoogleOptions.Of(draft) });

    /// <summary>Where sessions of the Live API are opened (as an HTTP address), or why they are not.</summary>
    public abstract UpstreamEndpoint Live { get; }

    /// <summary>The model as such a session names it.</summary>
    public abstract string LiveModel { get; }

    /// <inheritdoc/>
    protected override Surface Spoken => spoken;

    /// <inheritdoc/>
    protected override void ShapePolicy(ParameterRulesBuilder rules)
    {
        if (_takesTierAsHeader && spoken is Surface.GenerateContent && rules.Surface is Surface.Chat)
        {
            // Becomes Vertex AI's labels.
            rules.PassOn("metadata");
        }
    }

    /// <inheritdoc/>
    public override ResponseRules Response => spoken is Surface.Chat ? Draft.Response : ResponseRules.Identity;

    /// <inheritdoc/>
    public override TargetModel TargetFor(Surface spoken) => _target.Value;

    /// <inheritdoc/>
    public override MediaShape? ShapeFor(Surface surface) => surface switch
    {
        Surface.ImageGenerations or Surface.ImageEdits => ImagenPictures.Serves(Draft.Model) ? ImagenPictures.Instance : GeminiPictures.Instance,
        Surface.Speech => GeminiSpeech.Instance,
        Surface.Transcriptions => GeminiTranscription.Verbatim,
        Surface.Translations => GeminiTranscription.InEnglish,
        Surface.Videos => VeoVideos.Instance,
        _ => null,
    };

    /// <inheritdoc/>
    public override ConnectionFault? WriteRequest(in UpstreamRequest request, JsonEdits edits) => request.Surface is Surface.Messages
        ? AnthropicBody.Write(request, _host, Draft.Model, _bodies, edits)
        : _bodies.Write(request, edits);

    /// <inheritdoc/>
    public override void CompleteHeaders(in UpstreamRequest request, HttpRequestHeaders headers)
    {
        if (request.Surface is Surface.Messages)
        {
            AnthropicHeaders.Write(request, headers, _host, Draft.Model);
        }
        else if (_takesTierAsHeader && request.Surface is Surface.GenerateContent && TierOf(request) is "priority" or "flex")
        {
            headers.TryAddWithoutValidation("X-Vertex-AI-LLM-Shared-Request-Type", TierOf(request));
        }
    }

    /// <summary>Speech that is heard as it is made comes from where streams come from.</summary>
    public override Task<HttpResponseMessage> ExchangeAsync(
        HttpMessageInvoker transport, HttpRequestMessage message, in UpstreamRequest request, CancellationToken cancellationToken)
    {
        const string whole = ":generateContent";
        if (request.Surface is Surface.Speech && message.RequestUri is { } address && address.AbsolutePath.EndsWith(whole, StringComparison.Ordinal)
            && TextOf(request, "stream_format"u8) is "sse")
        {
            message.RequestUri = new UriBuilder(address)
            {
                Path = address.AbsolutePath[..^whole.Length] + ":streamGenerateContent",
                Query = address.Query.Length == 0 ? "alt=sse" : address.Query.TrimStart('?') + "&alt=sse",
            }.Uri;
        }

        return base.ExchangeAsync(transport, message, request, cancellationToken);
    }

    /// <inheritdoc/>
    public override UpstreamErrorKind Classify(int status, ReadOnlySpan<byte> body)
    {
        var kind = base.Classify(status, body);

        // What texts say (context, policy, key) and what the status says count first; the word helps where neither says much.
        return kind is UpstreamErrorKind.InternalServer && status is 200 or 500 or 0 ? GoogleErrors.KindOf(body) ?? kind : kind;
    }

    /// <inheritdoc/>
    public override TimeSpan? RetryAfterIn(ReadOnlySpan<byte> body) => GoogleErrors.RetryDelay(body);

    /// <summary>A part of an address: users' names of models, escaped.</summary>
    protected static string Escaped(string model) => string.Join('/', model.Split('/').Select(Uri.EscapeDataString));

    /// <summary>True for a name that would lead out of its place in an address.</summary>
    protected static bool IsUnsafe(string model) => model.Split('/').Any(static part => part is "" or "." or "..");

    /// <summary>The fault of a surface that cannot be served.</summary>
    protected UpstreamEndpoint NotServed(Surface surface)
        => EndpointTable.BadRequest(Draft, $"the provider '{Draft.Row.Slug}' does not serve {surface.Route()} for model '{Draft.Model}'.");

    /// <summary>Vertex AI takes the class of service in a header.</summary>
    private static void ShapeForVertex(ParameterRulesBuilder rules)
    {
        Shape(rules);
        if (rules.Surface is Surface.GenerateContent)
        {
            rules.Remove("service_tier");
        }
    }

    private static string? TierOf(in UpstreamRequest request) => TextOf(request, "service_tier"u8);

    private static string? TextOf(in UpstreamRequest request, ReadOnlySpan<byte> name)
    {
        var json = request.Json.Span;
        return request.Members.Find(json, name) is >= 0 and var index
            ? JsonText.AsString(json.Slice(request.Members[index].ValueStart, request.Members[index].ValueLength)) : null;
    }

    private static void Shape(ParameterRulesBuilder rules)
    {
        if (rules.Surface is Surface.GenerateContent)
        {
            // Whether it streams is in the address, too.
            rules.ModelInPath = true;
            rules.StreamUsage = StreamUsage.Never;
            rules.Remove("stream");
        }
    }
}
