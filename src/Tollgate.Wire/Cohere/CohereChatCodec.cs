using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Natives;

namespace Tollgate.Wire.Cohere;

/// <summary>Cohere's chat, version 2 (07-native-others.md section 9.1), as upstream.</summary>
public sealed class CohereChatCodec : DialectCodec
{
    /// <inheritdoc/>
    public override Surface Surface => Surface.CohereChat;

    /// <inheritdoc/>
    public override string Name => "Cohere Chat";

    /// <inheritdoc/>
    public override FeatureTable Writes { get; } = MakeTable();

    /// <inheritdoc/>
    public override void WriteRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("model"u8, request.Model);
        json.WriteBoolean("stream"u8, request.Stream);
        CohereMessages.Write(request, json);
        WriteSampling(request, json);
        WriteTools(request, json);
        WriteFormat(request, json);
        WriteThinking(request, json);
        CohereMessages.WriteDocuments(request, json);
        PlainChat.WriteOwnParameters(request, json);
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override ChatResponse ReadResponse(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target) => CohereAnswer.Read(root);

    /// <inheritdoc/>
    public override ChatStreamReader ReadStream(TargetModel target) => new CohereStreamReader();

    private static FeatureTable MakeTable()
    {
        var table = PlainChat.Carrying(
            Feature.Tools, Feature.StrictTools, Feature.ImageInput, Feature.JsonFormat, Feature.JsonSchemaFormat, Feature.TopK, Feature.FrequencyPenalty,
            Feature.PresencePenalty, Feature.Seed, Feature.Choices, Feature.Thinking, Feature.ReasoningBudget);
        table.Add(Feature.ReasoningEffort, Handling.Changed, "thinking.token_budget: minimal 512, low 1024, medium 2048, high 4096, none turns thinking off");
        table.Add(Feature.ToolChoice, Handling.Changed, "REQUIRED; a named tool is refused");
        table.Add(Feature.ToolChoiceNone, Handling.Changed, "tools are left out");
        table.Add(Feature.CustomTools, Handling.Changed, FunctionTools.CustomNote);
        table.Add(Feature.DocumentInput, Handling.Changed, "documents, for documents given as text; others are refused");
        table.Add(Feature.Citations, Handling.Changed, "citations are on unless citation_options says otherwise");
        table.Add(Feature.ThinkingHistory, Handling.Changed, "thinking parts of the message, without signatures");
        return table;
    }

    private static void WriteSampling(ChatRequest request, Utf8JsonWriter json)
    {
        json.WriteGiven("max_tokens"u8, request.MaxOutputTokens);
        json.WriteGiven("temperature"u8, request.Temperature);
        json.WriteGiven("p"u8, request.TopP);
        json.WriteGiven("k"u8, request.TopK);
        json.WriteGiven("seed"u8, request.Seed);
        json.WriteGiven("frequency_penalty"u8, request.FrequencyPenalty);
        json.WriteGiven("presence_penalty"u8, request.PresencePenalty);
        json.WriteGiven("num_generations"u8, request.Choices);
        PlainChat.WriteTexts(json, "stop_sequences"u8, request.Stop);
    }

    private static void WriteTools(ChatRequest request, Utf8JsonWriter json)
    {
        if (request.ToolChoice is { Mode: ToolChoiceMode.Named } named)
        {
            throw new WireException($"Cohere cannot be made to call one named tool ('{named.Name}'); use \"required\".", "tool_choice");
        }

        if (request.Tools.Count == 0)
        {
            return;
        }

        FunctionTools.Write(request, json, strict: false);
        if (request.ToolChoice is not { Mode: ToolChoiceMode.None } && request.Tools.Any(static tool => tool.Strict is true))
        {
            json.WriteBoolean("strict_tools"u8, true);
        }

        // None is said by leaving out the tools.
        if (request.ToolChoice is { Mode: ToolChoiceMode.Required })
        {
            json.WriteString("tool_choice"u8, "REQUIRED"u8);
        }
    }

    private static void WriteFormat(ChatRequest request, Utf8JsonWriter json)
    {
        if (request.Format is { Kind: not AnswerFormatKind.Text } format)
        {
            json.WriteStartObject("response_format"u8);
            json.WriteString("type"u8, "json_object"u8);
            json.WriteElement("json_schema"u8, format.Schema);
            json.WriteEndObject();
        }
    }

    private static void WriteThinking(ChatRequest request, Utf8JsonWriter json)
    {
        if (request.Reasoning is not { } reasoning || reasoning is { Mode: ReasoningMode.Unstated, Effort: null, BudgetTokens: null })
        {
            return;
        }

        var isOff = reasoning.Mode is ReasoningMode.Disabled || reasoning.Effort is "none" || reasoning.BudgetTokens == 0;
        json.WriteStartObject("thinking"u8);
        json.WriteString("type"u8, isOff ? "disabled" : "enabled");
        if (!isOff)
        {
            json.WriteGiven("token_budget"u8, reasoning.BudgetTokens is > 0 and var tokens ? tokens : BudgetOf(reasoning.Effort));
        }

        json.WriteEndObject();
    }

    private static long? BudgetOf(string? effort) => effort switch
    {
        "minimal" => 512,
        "low" => 1024,
        "medium" => 2048,
        "high" => 4096,
        _ => null,
    };
}
