using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Anthropic;

/// <summary>Writes what Anthropic is sent (03-anthropic.md section 2).</summary>
internal static class RequestWriter
{
    /// <summary>LiteLLM's output limit where nobody knows the model's.</summary>
    private const long UsualMaxTokens = 4096;

    /// <summary>Root members that are written by name, and so not again.</summary>
    private static readonly FrozenSet<string> Known = new[]
    {
        "model", "messages", "system", "max_tokens", "temperature", "top_p", "top_k", "stop_sequences", "metadata", "service_tier", "thinking",
        "output_config", "output_format", "tools", "tool_choice", "mcp_servers", "stream", "context_management",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Writes a request.</summary>
    /// <exception cref="WireException">It cannot be said, or the model cannot do it.</exception>
    public static void Write(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        var conversation = Conversation.Of(request, target);
        var thinking = ThinkingPlan.Of(request.Reasoning, conversation, target);
        json.WriteStartObject();
        json.WriteString("model"u8, request.Model);
        json.WriteNumber("max_tokens"u8, MaxTokens(request, thinking, target));
        WriteSampling(request, thinking, target, json);
        WriteUser(request, json);
        json.WriteGiven("service_tier"u8, request.ServiceTier);
        thinking.WriteThinking(json);
        WriteOutput(request, thinking, target, json);
        WriteConversation(conversation, target, json);
        new ToolWriter(request, target, conversation.UsesTools, thinking.IsOn).Write(json);
        WriteExtras(request, json);
        if (request.Stream)
        {
            json.WriteBoolean("stream"u8, true);
        }

        json.WriteEndObject();
    }

    private static long MaxTokens(ChatRequest request, in ThinkingPlan thinking, TargetModel target)
    {
        var most = target.MaxOutputTokens;
        var budget = thinking.Budget ?? 0;
        if (request.MaxOutputTokens is { } asked)
        {
            asked = most is { } limit && asked > limit && (target.ModifyParams || target.DropParams) ? limit : asked;

            // Thinking counts as output; a limit below its budget is refused.
            return asked <= budget && target.ModifyParams ? budget + asked : asked;
        }

        var usual = target.Options.TryGetValue(MessagesOptions.DefaultMaxTokens, out var stated)
            && long.TryParse(stated, NumberStyles.None, CultureInfo.InvariantCulture, out var configured) ? configured : most ?? UsualMaxTokens;
        return usual > budget ? usual : budget + usual;
    }

    private static void WriteSampling(ChatRequest request, in ThinkingPlan thinking, TargetModel target, Utf8JsonWriter json)
    {
        // A thinking model takes no temperature but 1.
        if (!(thinking.IsOn && target.DropParams && request.Temperature is not 1))
        {
            json.WriteGiven("temperature"u8, request.Temperature);
        }

        json.WriteGiven("top_p"u8, request.TopP);
        json.WriteGiven("top_k"u8, request.TopK);
        var stops = request.Stop.Where(stop => !target.DropParams || !string.IsNullOrWhiteSpace(stop)).ToList();
        if (stops.Count > 0)
        {
            json.WriteStartArray("stop_sequences"u8);
            foreach (var stop in stops)
            {
                json.WriteStringValue(stop);
            }

            json.WriteEndArray();
        }
    }

    private static void WriteUser(ChatRequest request, Utf8JsonWriter json)
    {
        var given = request.Origin is Surface.Messages ? null
            : request.Extras.FirstOrDefault(static extra => extra.Name is "metadata").Value.Text("user_id"u8);
        var user = given ?? request.User;
        if (!string.IsNullOrEmpty(user) && (request.Origin is Surface.Messages || !PersonalNames.IsOne(user)))
        {
            json.WriteStartObject("metadata"u8);
            json.WriteString("user_id"u8, user);
            json.WriteEndObject();
        }
    }

    private static void WriteOutput(ChatRequest request, in ThinkingPlan thinking, TargetModel target, Utf8JsonWriter json)
    {
        var native = FormatPlan.IsNative(request.Format, target);
        var isOlder = target.Options.GetValueOrDefault(MessagesOptions.SchemaMember) is "output_format";
        if (native && isOlder)
        {
            json.WritePropertyName("output_format"u8);
            FormatPlan.WriteNative(json, request.Format!);
        }

        var own = request.Origin is Surface.Messages ? default : request.Extras.FirstOrDefault(static extra => extra.Name is "output_config").Value;
        if (thinking.Effort is null && (!native || isOlder) && own.ValueKind is not JsonValueKind.Object)
        {
            return;
        }

        json.WriteStartObject("output_config"u8);
        json.WriteGiven("effort"u8, thinking.Effort);
        if (native && !isOlder)
        {
            json.WritePropertyName("format"u8);
            FormatPlan.WriteNative(json, request.Format!);
        }

        if (own.ValueKind is JsonValueKind.Object)
        {
            foreach (var member in own.EnumerateObject())
            {
                if (!(member.NameEquals("effort"u8) && thinking.Effort is not null) && !(member.NameEquals("format"u8) && native && !isOlder))
                {
                    json.WritePropertyName(member.Name);
                    json.WriteElement(member.Value);
                }
            }
        }

        json.WriteEndObject();
    }

    private static void WriteConversation(Conversation conversation, TargetModel target, Utf8JsonWriter json)
    {
        if (conversation.System.Count > 0)
        {
            json.WriteStartArray("system"u8);
            foreach (var text in conversation.System)
            {
                BlockWriter.Write(json, text, target);
            }

            json.WriteEndArray();
        }

        json.WriteStartArray("messages"u8);
        foreach (var turn in conversation.Turns)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, turn.IsAssistant ? "assistant"u8 : "user"u8);
            json.WriteStartArray("content"u8);
            foreach (var part in turn.Parts)
            {
                BlockWriter.Write(json, part, target);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>What only this dialect has: from its own clients, and from chat clients who name the provider's own parameters.</summary>
    private static void WriteExtras(ChatRequest request, Utf8JsonWriter json)
    {
        if (request.Origin is not (Surface.Messages or Surface.Chat or Surface.Completions))
        {
            return;
        }

        foreach (var extra in request.Extras)
        {
            if (extra.Name is "context_management")
            {
                WriteContextManagement(extra.Value, json);
            }
            else if (!Known.Contains(extra.Name)
                && (request.Origin is Surface.Messages || !ChatParameters.All.Contains(extra.Name, StringComparer.Ordinal)))
            {
                json.WritePropertyName(extra.Name);
                json.WriteElement(extra.Value);
            }
        }
    }

    /// <summary>OpenAI's list of edits becomes Anthropic's; Anthropic's own passes.</summary>
    private static void WriteContextManagement(JsonElement management, Utf8JsonWriter json)
    {
        if (management.ValueKind is not JsonValueKind.Array)
        {
            json.WriteElement("context_management"u8, management);
            return;
        }

        json.WriteStartObject("context_management"u8);
        json.WriteStartArray("edits"u8);
        foreach (var edit in management.EnumerateArray())
        {
            if (edit.Text("type"u8) is not "compaction")
            {
                json.WriteElement(edit);
                continue;
            }

            json.WriteStartObject();
            json.WriteString("type"u8, "compact_20260112"u8);
            if (edit.Member("compact_threshold"u8).Count() is { } threshold)
            {
                json.WriteStartObject("trigger"u8);
                json.WriteString("type"u8, "input_tokens"u8);
                json.WriteNumber("value"u8, threshold);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
