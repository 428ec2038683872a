using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Realtime;

/// <summary>Objects inside realtime events.</summary>
internal static class RealtimeJson
{
    /// <summary>What somebody writes.</summary>
    public static ReadOnlyMemory<byte> Made(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, HubJson.Writing))
        {
            write(json);
        }

        return buffer.WrittenMemory;
    }

    /// <summary>A call of a function.</summary>
    public static ReadOnlyMemory<byte> Call(string id, string callId, string name, string arguments, string status) => Made(json =>
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, "realtime.item"u8);
        json.WriteString("type"u8, "function_call"u8);
        json.WriteString("status"u8, status);
        json.WriteString("call_id"u8, callId);
        json.WriteString("name"u8, name);
        json.WriteString("arguments"u8, arguments);
        json.WriteEndObject();
    });

    /// <summary>What a response used.</summary>
    public static void Usage(Utf8JsonWriter json, in TokenUsage usage)
    {
        json.WriteStartObject();
        json.WriteNumber("total_tokens"u8, usage.PromptTokens + usage.CompletionTokens);
        json.WriteNumber("input_tokens"u8, usage.PromptTokens);
        json.WriteNumber("output_tokens"u8, usage.CompletionTokens);
        json.WriteStartObject("input_token_details"u8);
        json.WriteNumber("cached_tokens"u8, usage.CachedTokens);
        json.WriteNumber("text_tokens"u8, Math.Max(0, usage.PromptTokens - usage.AudioInputTokens - usage.ImageInputTokens - usage.VideoInputTokens));
        json.WriteNumber("audio_tokens"u8, usage.AudioInputTokens);
        json.WriteNumber("image_tokens"u8, usage.ImageInputTokens);
        json.WriteEndObject();
        json.WriteStartObject("output_token_details"u8);
        json.WriteNumber("text_tokens"u8, Math.Max(0, usage.CompletionTokens - usage.AudioOutputTokens));
        json.WriteNumber("audio_tokens"u8, usage.AudioOutputTokens);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
