using System.Buffers;
using System.Text.Json;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.Media;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Connections;

/// <summary>What differs between providers whose connection needs no class of its own.</summary>
internal sealed record NativeWiring
{
    /// <summary>The dialect of chat calls.</summary>
    public Surface Spoken { get; init; } = Surface.Chat;

    /// <summary>The dialect of OpenAI's completions; null for that of chat calls.</summary>
    public Surface? SpokenForCompletions { get; init; }

    /// <summary>Where calls of a surface go, by whether they stream.</summary>
    public required Func<Surface, bool, UpstreamEndpoint> Address { get; init; }

    /// <summary>The format of embeddings; null for OpenAI's.</summary>
    public EmbeddingCodec? Embeddings { get; init; }

    /// <summary>Changes the parameter rules of bodies in OpenAI's form.</summary>
    public Action<ParameterRulesBuilder>? Rules { get; init; }

    /// <summary>Rewrites a body in OpenAI's form (after the rules) as a whole; null sends it as it is.</summary>
    public Action<JsonElement, UpstreamRequest, Utf8JsonWriter>? Shape { get; init; }

    /// <summary>Makes more of a call than one exchange; null for one.</summary>
    public Func<HttpMessageInvoker, HttpRequestMessage, UpstreamRequest, CancellationToken,
        Task<HttpResponseMessage>>? Exchange
    { get; init; }

    /// <summary>How a surface of pictures, sounds or documents is worded; null for the words of the provider's slug.</summary>
    public Func<Surface, MediaShape?>? Media { get; init; }

    /// <summary>Films in the provider's own way; null for none.</summary>
    public IVideoTasks? Videos { get; init; }

    /// <summary>What the codec is told besides; null for nothing.</summary>
    public IReadOnlyDictionary<string, string>? Options { get; init; }
}

/// <summary>A connection that is wired by values. For providers whose differences are an address, a credential and a few members.</summary>
internal sealed class NativeConnection(
    ConnectionDraft draft, Authorization authorization, NativeWiring wiring) : DialectConnection(draft, authorization)
{
    private readonly Rewriters _rewriters = new(draft, wiring.Rules);
    private readonly Lazy<TargetModel> _target = new(
        () => wiring.Options is { } options ? TargetOf(draft) with { Options = options } : TargetOf(draft));

    public override ResponseRules Response => Draft.Response;

    public override EmbeddingCodec? Embeddings => wiring.Embeddings;

    protected override Surface Spoken => wiring.Spoken;

    public override Surface SpokenFor(Surface surface)
        => surface is Surface.Completions && wiring.SpokenForCompletions is { } other ? other : base.SpokenFor(surface);

    public override MediaShape? ShapeFor(Surface surface) => wiring.Media is null ? base.ShapeFor(surface) : wiring.Media(surface);

    public override IVideoTasks? Videos => wiring.Videos;

    public override TargetModel TargetFor(Surface spoken) => _target.Value;

    public override UpstreamEndpoint EndpointFor(Surface surface, bool stream, string? apiVersion)
        => Draft.Fault is { } fault ? new UpstreamEndpoint(null, fault)
            : !surface.IsChat() && EndpointTable.GateOf(Draft, surface) is { } closed ? closed
            : wiring.Address(surface, stream);

    public override ConnectionFault? WriteRequest(in UpstreamRequest request, JsonEdits edits)
    {
        // A body that a codec has written is complete; OpenAI's come from clients.
        if (SurfacePaths.Of(request.Surface) is null)
        {
            return null;
        }

        if (_rewriters.Write(request, edits) is { } fault)
        {
            return fault;
        }

        if (wiring.Shape is not null)
        {
            Reshape(request, edits);
        }

        return null;
    }

    public override Task<HttpResponseMessage> ExchangeAsync(
        HttpMessageInvoker transport, HttpRequestMessage message, in UpstreamRequest request, CancellationToken cancellationToken)
        => wiring.Exchange is null ? base.ExchangeAsync(transport, message, request, cancellationToken)
            : wiring.Exchange(transport, message, request, cancellationToken);

    /// <summary>A wiring's address below the base: the same path for each surface of chat calls.</summary>
    public static UpstreamEndpoint Below(ConnectionDraft draft, string path)
    {
        if (draft.Base is null)
        {
            return EndpointTable.BaseMissing(draft);
        }

        var (root, query) = EndpointTable.Split(draft.Base);
        return EndpointTable.Make(draft, EndpointTable.Join(root + path, query, "", draft.Deployment.ExtraQuery));
    }

    /// <summary>The fault of a surface whose format nobody translates yet to the provider's.</summary>
    public static UpstreamEndpoint NotServed(ConnectionDraft draft, Surface surface)
        => EndpointTable.BadRequest(draft, $"{surface.Route()} is not available for this provider in this gateway.");

    private void Reshape(in UpstreamRequest request, JsonEdits edits)
    {
        var edited = new ArrayBufferWriter<byte>(edits.LengthOf(request.Json.Length) + 1);
        edits.WriteTo(request.Json.Span, edited);
        var written = new ArrayBufferWriter<byte>(edited.WrittenCount + 256);
        using (var document = JsonDocument.Parse(edited.WrittenMemory))
        using (var json = new Utf8JsonWriter(written, HubJson.Writing))
        {
            wiring.Shape!(document.RootElement, request, json);
        }

        edits.Clear();
        edits.Replace(0, request.Json.Length, written.WrittenMemory);
    }
}
