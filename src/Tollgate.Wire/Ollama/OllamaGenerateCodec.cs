using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Sse;

namespace Tollgate.Wire.Ollama;

/// <summary>
/// Ollama's <c>/api/generate</c>: one prompt. For deployments that bring a template of their own, and for completions (06-local-selfhosted.md
/// section 1.1).
/// </summary>
public sealed class OllamaGenerateCodec : DialectCodec
{
    /// <inheritdoc/>
    public override Surface Surface => Surface.OllamaGenerate;

    /// <inheritdoc/>
    public override string Name => "Ollama Generate";

    /// <inheritdoc/>
    public override FeatureTable Writes { get; } = OllamaFeatures.Table(tools: false);

    /// <inheritdoc/>
    public override bool NeedsBytes(ContentPart part, TargetModel target) => part is ImagePart { Source.Url: not null };

    /// <inheritdoc/>
    public override IFrameSplitter SplitStream() => new NdjsonSplitter();

    /// <inheritdoc/>
    public override void WriteRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("model"u8, request.Model);
        var (system, prompt) = Prompts.SystemAndPrompt(request, PromptTemplate.Generic);
        json.WriteGiven("system"u8, system);
        json.WriteString("prompt"u8, prompt);
        OllamaOptions.WriteImages(request.Messages.SelectMany(static message => message.Parts), json);
        json.WriteBoolean("stream"u8, request.Stream);
        OllamaOptions.Write(request, json);
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override ChatResponse ReadResponse(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target) => OllamaAnswer.Read(root);

    /// <inheritdoc/>
    public override ChatStreamReader ReadStream(TargetModel target) => new OllamaStreamReader();
}
