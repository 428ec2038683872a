using System.Collections.Frozen;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.OpenAi;

/// <summary>
/// OpenAI's legacy completions: for clients whose model knows only chat, and for models that know nothing else (08-bridges.md section 7).
/// Completions of a provider that has them are relayed with edits and do not come here.
/// </summary>
public sealed class CompletionsCodec : DialectCodec
{
    /// <summary>Name of the setting that says what stands around each role's texts: <c>{"user":{"pre_message","post_message"}}</c>.</summary>
    public const string RolesOption = "roles";

    /// <summary>Name of the setting that says which model's usual template to take.</summary>
    public const string ModelOption = "hf_model_name";

    /// <inheritdoc/>
    public override Surface Surface => Surface.Completions;

    /// <inheritdoc/>
    public override string Name => "OpenAI Completions";

    /// <inheritdoc/>
    public override FeatureTable Writes { get; } = PlainChat.Carrying(
        Feature.FrequencyPenalty, Feature.PresencePenalty, Feature.Seed, Feature.Choices, Feature.LogitBias, Feature.User);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<Feature, string> Reads { get; } = new Dictionary<Feature, string>
    {
        [Feature.MaxOutputTokens] = "max_tokens",
        [Feature.Temperature] = "temperature",
        [Feature.TopP] = "top_p",
        [Feature.TopK] = "top_k",
        [Feature.FrequencyPenalty] = "frequency_penalty",
        [Feature.PresencePenalty] = "presence_penalty",
        [Feature.Seed] = "seed",
        [Feature.Choices] = "n",
        [Feature.Stop] = "stop",
        [Feature.LogProbs] = "logprobs",
        [Feature.LogitBias] = "logit_bias",
        [Feature.User] = "user",
    }.ToFrozenDictionary();

    /// <inheritdoc/>
    public override ChatRequest ReadRequest(JsonElement root, ReadOnlyMemory<byte> body) => CompletionsRequest.Read(root);

    /// <summary>Reads a client's request with one of its prompts, for models that take one a call.</summary>
    /// <param name="root">The body, whose <c>prompt</c> is a list of texts.</param>
    /// <param name="index">Which one, from 0.</param>
    /// <exception cref="WireException">The body is not what the dialect demands; names the field.</exception>
    public static ChatRequest ReadPrompt(JsonElement root, int index) => CompletionsRequest.Read(root, index);

    /// <inheritdoc/>
    public override void WriteResponse(ChatResponse response, AnswerView view, Utf8JsonWriter json)
        => CompletionsAnswer.Write(response, view, json);

    /// <inheritdoc/>
    public override void WriteRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json) => CompletionsUpstream.Write(request, target, json);

    /// <inheritdoc/>
    public override ChatResponse ReadResponse(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target) => CompletionsUpstream.Read(root);

    /// <inheritdoc/>
    public override ChatStreamReader ReadStream(TargetModel target) => new Natives.ChunkReader(CompletionsUpstream.ReadChunk);

    /// <inheritdoc/>
    public override ChatStreamWriter WriteStream(AnswerView view) => new CompletionsStreamWriter(view);
}
