using System.Collections.Frozen;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.OpenAi;

/// <summary>
/// OpenAI's legacy completions for clients whose model knows only chat (08-bridges.md section 7). Providers with completions of their own are
/// relayed with edits and do not come here.
/// </summary>
public sealed class CompletionsCodec : DialectCodec
{
    /// <inheritdoc/>
    public override Surface Surface => Surface.Completions;

    /// <inheritdoc/>
    public override string Name => "OpenAI Completions";

    /// <inheritdoc/>
    public override bool IsUpstream => false;

    /// <inheritdoc/>
    public override FeatureTable Writes { get; } = [];

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

    /// <inheritdoc/>
    public override void WriteResponse(ChatResponse response, AnswerView view, Utf8JsonWriter json) => CompletionsAnswer.Write(response, view, json);

    /// <inheritdoc/>
    public override ChatStreamWriter WriteStream(AnswerView view) => new CompletionsStreamWriter(view);
}
