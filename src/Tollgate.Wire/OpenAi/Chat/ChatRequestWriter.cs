using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.OpenAi;

/// <summary>Writes chat completions requests. What single providers want otherwise, their rows' rules change afterwards.</summary>
/// <param name="target">The model.</param>
/// <param name="json">Takes the request.</param>
internal readonly struct ChatRequestWriter(TargetModel target, Utf8JsonWriter json)
{
    /// <summary>Tokens of thinking that a word stands for (08-bridges.md sections 4 and 5).</summary>
    private static readonly (long AtLeast, string Effort)[] Efforts = [(10_000, "high"), (5_000, "medium"), (2_000, "low"), (0, "minimal")];

    /// <summary>Writes a request.</summary>
    public void Write(ChatRequest request)
    {
        json.WriteStartObject();
        json.WriteString("model"u8, request.Model);
        json.WriteStartArray("messages"u8);
        var messages = new ChatMessageWriter(target, json);
        foreach (var message in request.Messages)
        {
            messages.Write(message);
        }

        json.WriteEndArray();
        if (request.Stream)
        {
            json.WriteBoolean("stream"u8, true);
        }

        WriteSampling(request);
        WriteTools(request);
        WriteFormat(request.Format);
        WriteReasoning(request);
        WriteRest(request);
        if (request.Origin is Surface.Chat)
        {
            foreach (var extra in request.Extras)
            {
                json.WritePropertyName(extra.Name);
                json.WriteElement(extra.Value);
            }
        }

        json.WriteEndObject();
    }

    private void WriteSampling(ChatRequest request)
    {
        json.WriteGiven("max_tokens"u8, request.MaxOutputTokens);
        json.WriteGiven("temperature"u8, request.Temperature);
        json.WriteGiven("top_p"u8, request.TopP);
        json.WriteGiven("frequency_penalty"u8, request.FrequencyPenalty);
        json.WriteGiven("presence_penalty"u8, request.PresencePenalty);
        json.WriteGiven("seed"u8, request.Seed);
        json.WriteGiven("n"u8, request.Choices);
        json.WriteGiven("logprobs"u8, request.LogProbs);
        json.WriteGiven("top_logprobs"u8, request.TopLogProbs);
        json.WriteElement("logit_bias"u8, request.LogitBias);
        if (request.TopK is { } topK && TakesTopK)
        {
            json.WriteNumber("top_k"u8, topK);
        }

        WriteTexts("stop"u8, request.Stop);
    }

    /// <summary>
    /// True when the request asks for a search that the model is to be told of. Other models refuse the whole call for it: clients of other
    /// dialects offer it to every model (08-bridges.md sections 3 and 5).
    /// </summary>
    public static bool Searches(ChatRequest request, TargetModel target)
        => (request.WebSearch is not null || request.Tools.Any(static tool => tool.Kind is ToolKind.WebSearch))
            && (request.Origin is Surface.Chat || target.Can("web_search") is true);

    /// <summary>OpenAI itself refuses it; others ignore what they do not know.</summary>
    private bool TakesTopK => target.Provider is not ("openai" or "azure" or "azure_ai");

    private void WriteTools(ChatRequest request)
    {
        var any = false;
        foreach (var tool in request.Tools)
        {
            if (tool.Kind is not (ToolKind.Function or ToolKind.Custom))
            {
                continue;
            }

            if (!any)
            {
                json.WriteStartArray("tools"u8);
                any = true;
            }

            WriteTool(tool);
        }

        if (!any)
        {
            return;
        }

        json.WriteEndArray();
        if (request.ToolChoice is { } choice)
        {
            WriteChoice(choice);
        }

        json.WriteGiven("parallel_tool_calls"u8, request.ParallelToolCalls);
    }

    private void WriteTool(ToolDefinition tool)
    {
        json.WriteStartObject();
        if (tool is { Kind: ToolKind.Custom, RawOrigin: Surface.Chat, Raw: { } raw })
        {
            json.WriteString("type"u8, "custom"u8);
            json.WriteElement("custom"u8, raw.Member("custom"u8));
        }
        else
        {
            json.WriteString("type"u8, "function"u8);
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, ToolNames.ForWire(tool.Name));
            json.WriteGiven("description"u8, tool.Description);
            if (tool.Kind is ToolKind.Custom)
            {
                json.WritePropertyName("parameters"u8);
                json.WriteRawValue("""{"type":"object","properties":{"input":{"type":"string"}},"required":["input"]}"""u8, skipInputValidation: true);
            }
            else if (tool.Parameters is { } parameters)
            {
                json.WriteElement("parameters"u8, parameters);
            }

            json.WriteGiven("strict"u8, tool.Strict);
            json.WriteEndObject();
        }

        ChatMessageWriter.WriteCache(json, tool.Cache, target);
        json.WriteEndObject();
    }

    private void WriteChoice(ToolChoice choice)
    {
        json.WritePropertyName("tool_choice"u8);
        if (choice.Allowed.Count > 0)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "allowed_tools"u8);
            json.WriteStartObject("allowed_tools"u8);
            json.WriteString("mode"u8, choice.Mode is ToolChoiceMode.Required ? "required"u8 : "auto"u8);
            json.WriteStartArray("tools"u8);
            foreach (var name in choice.Allowed)
            {
                WriteNamed(name);
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
            return;
        }

        switch (choice.Mode)
        {
            case ToolChoiceMode.Named when choice.Name is { } name:
                WriteNamed(name);
                break;
            case ToolChoiceMode.None:
                json.WriteStringValue("none"u8);
                break;
            case ToolChoiceMode.Required:
                json.WriteStringValue("required"u8);
                break;
            default:
                json.WriteStringValue("auto"u8);
                break;
        }
    }

    private void WriteNamed(string name)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "function"u8);
        json.WriteStartObject("function"u8);
        json.WriteString("name"u8, ToolNames.ForWire(name));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteFormat(AnswerFormat? format)
    {
        if (format is null)
        {
            return;
        }

        json.WriteStartObject("response_format"u8);
        json.WriteString("type"u8, format.Kind switch
        {
            AnswerFormatKind.JsonSchema => "json_schema"u8,
            AnswerFormatKind.Json => "json_object"u8,
            _ => "text"u8,
        });
        if (format.Kind is AnswerFormatKind.JsonSchema)
        {
            json.WriteStartObject("json_schema"u8);
            json.WriteString("name"u8, format.Name ?? "structured_output");
            json.WriteGiven("description"u8, format.Description);
            json.WriteElement("schema"u8, format.Schema);
            json.WriteGiven("strict"u8, format.Strict);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private void WriteReasoning(ChatRequest request)
    {
        if (request.Reasoning is not { } reasoning)
        {
            return;
        }

        if (target.Rules.ReasoningNames.Length > 0 && reasoning is { Mode: ReasoningMode.Enabled or ReasoningMode.Disabled, Effort: null }
            && target.Can("thinking_param") is true)
        {
            json.WriteStartObject("thinking"u8);
            json.WriteString("type"u8, reasoning.Mode is ReasoningMode.Enabled ? "enabled"u8 : "disabled"u8);
            json.WriteGiven("budget_tokens"u8, reasoning.BudgetTokens);
            json.WriteEndObject();
            return;
        }

        // Agents ask every model to think; those that cannot would refuse the whole call for it.
        var isExplicit = reasoning.Effort is not null && request.Origin is Surface.Chat or Surface.Responses;
        if (isExplicit ? target.Can("reasoning") is false : target.Can("reasoning") is not true)
        {
            return;
        }

        json.WriteGiven("reasoning_effort"u8, EffortOf(reasoning));
    }

    private static string? EffortOf(ReasoningRequest reasoning)
    {
        if (reasoning.Effort is { } said)
        {
            return said is "max" ? "xhigh" : said;
        }

        if (reasoning.Mode is ReasoningMode.Disabled || reasoning.BudgetTokens is 0)
        {
            return null;
        }

        return reasoning.BudgetTokens is { } budget and > 0
            ? Array.Find(Efforts, entry => budget >= entry.AtLeast).Effort
            : reasoning.Mode is ReasoningMode.Unstated ? null : "medium";
    }

    private void WriteRest(ChatRequest request)
    {
        if (Searches(request, target))
        {
            WriteWebSearch(request.WebSearch);
        }

        WriteTexts("modalities"u8, request.Modalities);
        json.WriteElement("audio"u8, request.AudioOutput);
        json.WriteElement("prediction"u8, request.Prediction);
        json.WriteGiven("verbosity"u8, request.Verbosity);
        json.WriteGiven("user"u8, request.User);
        json.WriteGiven("service_tier"u8, request.Origin is Surface.Chat or Surface.Responses ? request.ServiceTier : null);
        json.WriteGiven("store"u8, request.Origin is Surface.Chat ? request.Store : null);
        json.WriteGiven("prompt_cache_key"u8, request.PromptCacheKey);
    }

    private void WriteWebSearch(WebSearchRequest? search)
    {
        json.WriteStartObject("web_search_options"u8);
        if (search is not null)
        {
            json.WriteGiven("search_context_size"u8, search.ContextSize);
            WebSearches.WriteLocation(search, isNested: true, json);
        }

        json.WriteEndObject();
    }

    private void WriteTexts(ReadOnlySpan<byte> name, IList<string> texts)
    {
        if (texts.Count > 0)
        {
            json.WriteStartArray(name);
            foreach (var text in texts)
            {
                json.WriteStringValue(text);
            }

            json.WriteEndArray();
        }
    }
}
