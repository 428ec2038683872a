using System.Buffers;
using System.Text.Json;

namespace Tollgate.Wire.Hub;

/// <summary>
/// A wire format of chat calls, read and written to and from the hub. The same codec serves clients on the way in and upstreams on the way
/// out; one that has only one of the two sides leaves the other's members as they are here. Codecs have no state: one serves all calls.
/// </summary>
public abstract class DialectCodec
{
    /// <summary>The surface whose bodies it reads and writes.</summary>
    public abstract Surface Surface { get; }

    /// <summary>Its name in documentation: <c>Anthropic Messages</c>.</summary>
    public abstract string Name { get; }

    /// <summary>True when upstreams speak it to whom calls of other dialects are translated.</summary>
    public virtual bool IsUpstream => true;

    /// <summary>What it makes of each feature when requests are written in it.</summary>
    public abstract FeatureTable Writes { get; }

    /// <summary>
    /// What it makes of a feature of one request for one model, for dialects whose models differ; <see cref="Writes"/> unless overridden. The
    /// writer leaves out by itself what is refused or dropped here.
    /// </summary>
    /// <param name="feature">A feature that the request makes use of.</param>
    /// <param name="request">The request.</param>
    /// <param name="target">Facts about the model and its host.</param>
    public virtual Treatment TreatmentOf(Feature feature, ChatRequest request, TargetModel target) => Writes[feature];

    /// <summary>
    /// What a client of the dialect calls each feature it can ask for (<c>stop_sequences</c>): named in refusals and in the header that says
    /// what was dropped. Features without an entry cannot be asked for in the dialect.
    /// </summary>
    public virtual IReadOnlyDictionary<Feature, string> Reads { get; } = new Dictionary<Feature, string>();

    /// <summary>Reads a client's request.</summary>
    /// <param name="root">The body; its document is parsed from <paramref name="body"/> and lives as long as the call.</param>
    /// <param name="body">The body's bytes, for base64 that need not be copied (<see cref="HubJson.SliceOf"/>).</param>
    /// <exception cref="WireException">The body is not what the dialect demands; names the field.</exception>
    public virtual ChatRequest ReadRequest(JsonElement root, ReadOnlyMemory<byte> body) => throw new NotSupportedException($"{Name} serves no clients.");

    /// <summary>Writes a request for an upstream.</summary>
    /// <param name="request">The request; <see cref="ChatRequest.Model"/> is the upstream's.</param>
    /// <param name="target">Facts about the model and its host.</param>
    /// <param name="json">Takes one JSON object.</param>
    /// <exception cref="WireException">The request cannot be said in the dialect, and no feature stands for why.</exception>
    public virtual void WriteRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json) => throw new NotSupportedException($"{Name} is no upstream's.");

    /// <summary>
    /// True for media that the dialect (or this host of it) takes only as bytes: the gateway then fetches what the client gave as an address.
    /// </summary>
    /// <param name="part">An image, sound, film or document whose source is an address.</param>
    /// <param name="target">Facts about the model and its host.</param>
    public virtual bool NeedsBytes(ContentPart part, TargetModel target) => false;

    /// <summary>Reads an upstream's whole answer.</summary>
    /// <param name="root">The body; lives until the answer is written.</param>
    /// <param name="body">Its bytes.</param>
    /// <param name="target">Facts about the model and its host, the same that the request was written with.</param>
    /// <exception cref="WireException">It is no answer of the dialect.</exception>
    public virtual ChatResponse ReadResponse(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target)
        => throw new NotSupportedException($"{Name} is no upstream's.");

    /// <summary>Begins to read an upstream's stream.</summary>
    /// <param name="target">Facts about the model and its host, the same that the request was written with.</param>
    public virtual ChatStreamReader ReadStream(TargetModel target) => throw new NotSupportedException($"{Name} is no upstream's.");

    /// <summary>Writes a whole answer for a client.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="view">What the client is to see.</param>
    /// <param name="json">Takes one JSON object.</param>
    public virtual void WriteResponse(ChatResponse response, AnswerView view, Utf8JsonWriter json) => throw new NotSupportedException($"{Name} serves no clients.");

    /// <summary>Begins to write a stream for a client.</summary>
    public virtual ChatStreamWriter WriteStream(AnswerView view) => throw new NotSupportedException($"{Name} serves no clients.");

    /// <summary>
    /// Begins to relay a stream from an upstream to a client of the same dialect, bytes for bytes; null where the dialect has no such path
    /// and goes through the hub with itself.
    /// </summary>
    public virtual StreamPath? RelayStream(AnswerView view) => null;

    /// <summary>Begins to relay a whole answer to a client of the same dialect; null where the dialect has no such path.</summary>
    public virtual AnswerPath? RelayAnswer(AnswerView view) => null;

    /// <summary>Writes an error as clients of the dialect know it, one JSON object. OpenAI's form unless overridden.</summary>
    /// <param name="error">The error; <see cref="ErrorBody.Code"/> is the status as text.</param>
    /// <param name="status">HTTP status.</param>
    /// <param name="providerFields">JSON object for <c>provider_specific_fields</c>; empty for none.</param>
    /// <param name="output">Where to.</param>
    public virtual void WriteError(ErrorBody error, int status, ReadOnlySpan<byte> providerFields, IBufferWriter<byte> output)
        => error.WriteTo(output, providerFields);

    /// <summary>How the bytes of a stream are cut into payloads. Server-sent events unless overridden.</summary>
    public virtual IFrameSplitter SplitStream() => new Sse.SseSplitter();
}

/// <summary>What a codec must know of the model that a request is written for. Made by the connection.</summary>
public sealed record TargetModel
{
    // Shared by the copies that `with` makes for each call; it says of which model it was worked out.
    private readonly Derivation?[] _derived = new Derivation?[1];

    /// <summary>Provider slug, for messages and for the few places where hosts of one dialect differ.</summary>
    public required string Provider { get; init; }

    /// <summary>Model as the upstream is sent it.</summary>
    public required string Model { get; init; }

    /// <summary>Most tokens the model can produce; null when not known.</summary>
    public long? MaxOutputTokens { get; init; }

    /// <summary>
    /// What the model can do, by the catalogue's flag (<c>vision</c>, <c>reasoning</c>, <c>adaptive_thinking</c>, ...); null when nobody knows.
    /// </summary>
    public Func<string, bool?> Can { get; init; } = static _ => null;

    /// <summary>Repair conversations that the upstream would refuse (<c>litellm_settings.modify_params</c>).</summary>
    public bool ModifyParams { get; init; }

    /// <summary>Leave out what the upstream cannot do (<c>drop_params</c>).</summary>
    public bool DropParams { get; init; }

    /// <summary>
    /// The request that an answer belongs to, for dialects whose answers mean nothing without it (renamed tools, formats made of tools); null
    /// when nobody says.
    /// </summary>
    public ChatRequest? Asked { get; init; }

    /// <summary>What providers of the OpenAI dialect say in words of their own (where reasoning stands, finish reasons).</summary>
    public OpenAi.ResponseRules Rules { get; init; } = OpenAi.ResponseRules.Identity;

    /// <summary>Settings of the connection that only its own codec knows (a default for <c>max_tokens</c>, a version), by name.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What a codec reads off the model, its options and what it can do; worked out once.</summary>
    internal T Derived<T>(Func<TargetModel, T> derive)
        where T : class
    {
        if (Volatile.Read(ref _derived[0]) is { Value: T known } of && ReferenceEquals(of.Model, Model) && ReferenceEquals(of.Options, Options)
            && ReferenceEquals(of.Can, Can))
        {
            return known;
        }

        var made = derive(this);
        Volatile.Write(ref _derived[0], new Derivation(Model, Options, Can, made));
        return made;
    }

    private sealed record Derivation(string Model, IReadOnlyDictionary<string, string> Options, Func<string, bool?> Can, object Value);
}

/// <summary>What a client is to see of an answer.</summary>
public sealed record AnswerView
{
    /// <summary>The surface that the client called.</summary>
    public required Surface Surface { get; init; }

    /// <summary>The model as the client wrote it.</summary>
    public required string Model { get; init; }

    /// <summary>The same as a JSON string with quotes.</summary>
    public required ReadOnlyMemory<byte> ModelJson { get; init; }

    /// <summary>Unix seconds of the answer.</summary>
    public long CreatedUnixSeconds { get; init; }

    /// <summary>The client asked for usage in its stream.</summary>
    public bool ShowUsage { get; init; }

    /// <summary>Anthropic's clients see no <c>total_tokens</c> in whole answers, which LiteLLM adds. Default false.</summary>
    public bool HidesTotal { get; init; }

    /// <summary>Thoughts are shown as text between think tags. Default false.</summary>
    public bool MergesReasoning { get; init; }

    /// <summary>Size of the prompt, for an answer without usage.</summary>
    public long PromptBytes { get; init; }

    /// <summary>The request as read, for dialects that repeat it in their answers; null on the way of same to same.</summary>
    public ChatRequest? Request { get; init; }

    /// <summary>The client's body, for dialects that repeat members of it; undefined on the way of same to same.</summary>
    public JsonElement RequestJson { get; init; }

    /// <summary>
    /// Makes of the upstream's id of an answer the one that the client is told, for dialects whose clients come back with it; given null where
    /// the upstream has none. Null leaves ids as they are.
    /// </summary>
    public Func<string?, string>? PublicId { get; init; }

    /// <summary>The predecessor's id as the client wrote it, where the upstream knows it by another; null for none.</summary>
    public string? PreviousResponseId { get; init; }

    /// <summary>
    /// Takes a whole answer as the client sees it, before its end is written, for dialects whose clients ask for answers again. Null where
    /// nobody keeps answers; not called on the way of same to same.
    /// </summary>
    public Action<ReadOnlyMemory<byte>>? Keep { get; init; }

    /// <summary>Makes ids (32 lower-case hex digits); a function, so that tests can say which.</summary>
    public Func<string> NewId { get; init; } = UniqueId.Hex;
}
