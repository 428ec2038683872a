using System.Collections.Immutable;

namespace Tollgate.Wire.Hub;

/// <summary>All dialects of chat calls. A new one is a folder with its codec and one line here.</summary>
public static class Dialects
{
    private static readonly DialectCodec?[] BySurface = new DialectCodec?[Surfaces.Count];

    static Dialects()
    {
        foreach (var codec in All)
        {
            BySurface[(int)codec.Surface] = codec;
        }
    }

    /// <summary>The dialects, in the order of the documentation.</summary>
    public static ImmutableArray<DialectCodec> All { get; } =
    [
        new OpenAi.ChatCodec(),
        new Anthropic.MessagesCodec(),
        new Gemini.GenerateContentCodec(),
        new OpenAi.CompletionsCodec(),
        new Responses.ResponsesCodec(),
        new Bedrock.ConverseCodec(),
        new Bedrock.PromptCodec(),
        new Ollama.OllamaChatCodec(),
        new Ollama.OllamaGenerateCodec(),
        new Cohere.CohereChatCodec(),
        new Cohere.CohereChatV1Codec(),
        new Natives.TextGenerationCodec(),
        new Natives.WatsonxTextCodec(),
        new Natives.WorkersAiCodec(),
        new Natives.ReplicateCodec(),
        new Natives.SnowflakeCodec(),
        new Natives.NlpCloudCodec(),
        new Natives.AlephAlphaCodec(),
        new Natives.TritonGenerateCodec(),
        new Natives.TritonInferCodec(),
        new Natives.PetalsCodec(),
        new Natives.BytezCodec(),
        new Natives.LangGraphCodec(),
        new Natives.LangFlowCodec(),
        new Natives.AgentCodec(),
        new Anthropic.CompleteCodec(),
        new Bedrock.BedrockAgentCodec(),
        new Bedrock.AgentCoreCodec(),
        new Natives.CustomServerCodec(),
        new Natives.GigaChatCodec(),
        new Natives.OciCodec(),
        new Natives.SapCodec(),
    ];

    /// <summary>The codec of a surface; null for surfaces that are no chat calls.</summary>
    public static DialectCodec? Of(Surface surface) => BySurface[(int)surface];
}
