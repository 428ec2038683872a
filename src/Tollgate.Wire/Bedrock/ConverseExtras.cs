using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Bedrock;

/// <summary>What stands beside the typed parameters: the dialect's own members, and those of the model behind it.</summary>
internal sealed class ConverseExtras(ChatRequest request, ConverseTraits traits, Utf8JsonWriter json)
{
    private const string ModelFields = "additionalModelRequestFields";

    private const string Betas = "anthropic_beta";

    /// <summary>Members of the dialect's root that clients of other dialects may name as they are.</summary>
    private static readonly string[] Root =
    [
        "guardrailConfig", "performanceConfig", "requestMetadata", "promptVariables", "outputConfig", "additionalModelResponseFieldPaths",
    ];

    /// <summary>Betas of Anthropic's own API that Bedrock refuses (03-anthropic.md section 2.9).</summary>
    private static readonly string[] Unknown =
    [
        "advanced-tool-use-", "bash-", "text-editor-", "code-execution-", "compact-", "context-management-", "effort-", "fast-mode-", "files-api-",
        "fine-grained-tool-streaming-", "mcp-client-", "oauth-", "output-128k-", "prompt-caching-scope-", "skills-", "structured-outputs-",
        "token-efficient-tools-", "web-fetch-", "web-search-",
    ];

    private static readonly SearchValues<char> Plain =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 \t\n\r:_@$#=/+,-.");

    /// <summary>Said besides toolConfig, which has no word for it.</summary>
    private bool ForbidsParallelCalls => request.ParallelToolCalls is false && traits.IsClaude45 && request.Tools.Count > 0;

    /// <summary>Writes the root members that the client named.</summary>
    public void WriteRoot()
    {
        foreach (var extra in request.Extras)
        {
            // The typed format counts where both were given.
            var isWritten = extra.Name is "outputConfig" && traits.NativeSchema && request.Format is { Kind: AnswerFormatKind.JsonSchema };
            if (isWritten || !Root.Contains(extra.Name, StringComparer.Ordinal) || !extra.Value.IsGiven())
            {
                continue;
            }

            if (extra.Name is "requestMetadata")
            {
                CheckMetadata(extra.Value);
            }

            json.WritePropertyName(extra.Name);
            json.WriteElement(extra.Value);
        }
    }

    /// <summary>Writes the members that only the model knows.</summary>
    public void WriteModelFields(in ConverseThinking thinking)
    {
        var hosted = traits.Family is ModelFamily.Claude ? request.Tools.Where(ConverseTools.IsClaudes).ToList() : [];
        var betas = BetasOf(hosted);
        var own = OwnFields();
        if (request.TopK is null && !thinking.IsOn && thinking.Effort is null && hosted.Count == 0 && betas.Count == 0 && own.Count == 0 && !ForbidsParallelCalls)
        {
            return;
        }

        json.WriteStartObject("additionalModelRequestFields"u8);
        WriteTopK();
        WriteThinking(thinking);
        WriteParallelCalls();
        WriteList("tools"u8, hosted, static (writer, tool) => writer.WriteElement(tool.Raw!.Value));
        WriteList("anthropic_beta"u8, betas, static (writer, beta) => writer.WriteStringValue(beta));
        foreach (var field in own)
        {
            json.WritePropertyName(field.Name);
            json.WriteElement(field.Value);
        }

        json.WriteEndObject();
    }

    private void WriteTopK()
    {
        if (request.TopK is { } topK && traits.IsNova)
        {
            json.WriteStartObject("inferenceConfig"u8);
            json.WriteNumber("topK"u8, topK);
            json.WriteEndObject();
        }
        else
        {
            json.WriteGiven("top_k"u8, request.TopK);
        }
    }

    private void WriteThinking(in ConverseThinking thinking)
    {
        switch (traits.Family)
        {
            case ModelFamily.Nova2 when thinking.IsOn:
                json.WriteStartObject("reasoningConfig"u8);
                json.WriteString("type"u8, "enabled"u8);
                json.WriteString("maxReasoningEffort"u8, thinking.Effort);
                json.WriteEndObject();
                break;
            case ModelFamily.GptOss:
                json.WriteGiven("reasoning_effort"u8, thinking.Effort);
                break;
            case ModelFamily.Claude when thinking.IsOn:
                json.WriteStartObject("thinking"u8);
                json.WriteString("type"u8, thinking.IsAdaptive ? "adaptive"u8 : "enabled"u8);
                json.WriteGiven("budget_tokens"u8, thinking.Budget);
                json.WriteEndObject();
                if (thinking.Effort is not null)
                {
                    json.WriteStartObject("output_config"u8);
                    json.WriteString("effort"u8, thinking.Effort);
                    json.WriteEndObject();
                }

                break;
            default:
                break;
        }
    }

    private void WriteParallelCalls()
    {
        if (!ForbidsParallelCalls)
        {
            return;
        }

        json.WriteStartObject("tool_choice"u8);
        json.WriteString("type"u8, request.ToolChoice?.Mode switch
        {
            ToolChoiceMode.Required => "any"u8,
            ToolChoiceMode.Named => "tool"u8,
            _ => "auto"u8,
        });
        if (request.ToolChoice is { Mode: ToolChoiceMode.Named, Name: { } name })
        {
            json.WriteString("name"u8, new ConverseNames(request).Safe(name));
        }

        json.WriteBoolean("disable_parallel_tool_use"u8, true);
        json.WriteEndObject();
    }

    private void WriteList<T>(ReadOnlySpan<byte> name, List<T> items, Action<Utf8JsonWriter, T> write)
    {
        if (items.Count > 0)
        {
            json.WriteStartArray(name);
            foreach (var item in items)
            {
                write(json, item);
            }

            json.WriteEndArray();
        }
    }

    /// <summary>Parameters of the model that a chat client named, and what it put into the dialect's own member for them.</summary>
    private List<HubMember> OwnFields()
    {
        var fields = new List<HubMember>();
        if (request.Origin is not (Surface.Chat or Surface.Completions))
        {
            return fields;
        }

        foreach (var extra in request.Extras)
        {
            if (extra.Name is ModelFields && extra.Value.ValueKind is JsonValueKind.Object)
            {
                foreach (var inner in extra.Value.EnumerateObject())
                {
                    Add(fields, inner.Name, inner.Value);
                }
            }
            else if (extra.Name is not (Betas or "betas" or "top_k" or "serviceTier" or "model") && !Root.Contains(extra.Name, StringComparer.Ordinal)
                && !ChatParameters.All.Contains(extra.Name, StringComparer.Ordinal) && extra.Value.IsGiven())
            {
                Add(fields, extra.Name, extra.Value);
            }
        }

        return fields;
    }

    private static void Add(List<HubMember> fields, string name, JsonElement value)
    {
        if (name is not (Betas or "thinking" or "tools" or "tool_choice") && !fields.Exists(field => string.Equals(field.Name, name, StringComparison.Ordinal)))
        {
            fields.Add(new HubMember(name, value));
        }
    }

    private List<string> BetasOf(List<ToolDefinition> hosted)
    {
        var betas = new List<string>();
        if (traits.Family is not ModelFamily.Claude)
        {
            return betas;
        }

        foreach (var extra in request.Extras)
        {
            var list = extra.Name switch
            {
                Betas or "betas" => extra.Value,
                ModelFields => extra.Value.Member("anthropic_beta"u8),
                _ => default,
            };
            if (list.ValueKind is JsonValueKind.Array)
            {
                betas.AddRange(list.EnumerateArray().Select(static beta => beta.Text()).OfType<string>());
            }
        }

        foreach (var tool in hosted)
        {
            var type = tool.Raw!.Value.Text("type"u8) ?? "";
            betas.Add(type switch
            {
                _ when type.StartsWith("tool_search", StringComparison.Ordinal) => "tool-search-tool-2025-10-19",
                _ when type.EndsWith("20251124", StringComparison.Ordinal) => "computer-use-2025-11-24",
                _ when type.EndsWith("20241022", StringComparison.Ordinal) => "computer-use-2024-10-22",
                _ => "computer-use-2025-01-24",
            });
        }

        return [.. betas.Where(static beta => !Array.Exists(Unknown, start => beta.StartsWith(start, StringComparison.Ordinal))).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Bedrock's limits, told before the call is made.</summary>
    private static void CheckMetadata(JsonElement metadata)
    {
        if (metadata.ValueKind is not JsonValueKind.Object)
        {
            throw new WireException("requestMetadata must be an object of texts.", "requestMetadata");
        }

        var count = 0;
        foreach (var item in metadata.EnumerateObject())
        {
            count++;
            if (item.Name.Length is 0 or > 256 || item.Value.Text() is not { Length: <= 256 } value || !IsPlain(item.Name) || !IsPlain(value))
            {
                throw new WireException(
                    "requestMetadata: names and values are texts of at most 256 letters, digits, spaces and characters of :_@$#=/+,-.", "requestMetadata");
            }
        }

        if (count > 16)
        {
            throw new WireException("requestMetadata has at most 16 items.", "requestMetadata");
        }
    }

    private static bool IsPlain(string text) => !text.AsSpan().ContainsAnyExcept(Plain);
}
