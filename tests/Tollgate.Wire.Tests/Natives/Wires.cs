using System.Buffers;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Tests.Natives;

/// <summary>Requests, answers and streams of the dialects as tests look at them.</summary>
internal static class Wires
{
    public static TargetModel Target { get; } = new() { Provider = "p", Model = "m" };

    /// <summary>The request of 10-wire-examples.md.</summary>
    public static ChatRequest Q1(Surface origin = Surface.Chat) => new()
    {
        Origin = origin,
        Model = "qwen2.5:7b-instruct",
        MaxOutputTokens = 200,
        Temperature = 0.2,
        Stop = { "END" },
        User = "u-1",
        ToolChoice = new ToolChoice(ToolChoiceMode.Required),
        ParallelToolCalls = false,
        Messages =
        {
            Message(ChatRole.System, new TextPart("Be brief.")),
            Message(ChatRole.User, new TextPart("Weather here?"), new ImagePart(MediaSource.FromBase64("image/png", "iVBOR"u8.ToArray()))),
            Message(ChatRole.Assistant, new ToolCallPart("call_a1", "get_weather", """{"city":"Oslo"}""")),
            Message(ChatRole.Tool, new ToolResultPart("call_a1") { Content = [new TextPart("""{"t":7}""")] }),
            Message(ChatRole.User, new TextPart("And in Rome?")),
        },
        Tools = { WeatherTool },
    };

    public static ToolDefinition WeatherTool { get; } = new()
    {
        Kind = ToolKind.Function,
        Name = "get_weather",
        Description = "w",
        Parameters = Json("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}"""),
    };

    /// <summary>A request of texts only.</summary>
    public static ChatRequest Plain(params ReadOnlySpan<(ChatRole Role, string Text)> messages)
    {
        var request = new ChatRequest { Origin = Surface.Chat, Model = "m" };
        foreach (var (role, text) in messages)
        {
            request.Messages.Add(Message(role, new TextPart(text)));
        }

        return request;
    }

    public static ChatMessage Message(ChatRole role, params ContentPart[] parts) => new(role) { Parts = [.. parts] };

    public static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    public static HubMember Extra(string name, string json) => new(name, Json(json));

    public static string Write(this DialectCodec codec, ChatRequest request, TargetModel? target = null)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, HubJson.Writing))
        {
            codec.WriteRequest(request, target ?? Target, json);
        }

        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>Compares a written request as JSON.</summary>
    public static void ShouldWrite(this DialectCodec codec, ChatRequest request, string expected, TargetModel? target = null)
        => Canonical(codec.Write(request, target)).ShouldBe(Canonical(expected));

    public static ChatResponse Read(this DialectCodec codec, string body, TargetModel? target = null)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        return codec.ReadResponse(JsonDocument.Parse(bytes).RootElement, bytes, target ?? Target);
    }

    /// <summary>The events of a stream as short lines.</summary>
    public static List<string> Stream(this DialectCodec codec, string text, int piece = int.MaxValue)
        => [.. codec.Events(Encoding.UTF8.GetBytes(text), piece).Events.Select(Line)];

    /// <summary>Feeds a stream in pieces, as the relay does.</summary>
    public static (List<ChatEvent> Events, ChunkAction Last) Events(this DialectCodec codec, ReadOnlyMemory<byte> bytes, int piece = int.MaxValue)
    {
        var reader = codec.ReadStream(Target);
        var splitter = codec.SplitStream();
        var events = new List<ChatEvent>();
        var last = ChunkAction.Drop;
        var start = 0;
        for (var end = Math.Min(piece, bytes.Length); ; end = (int)Math.Min((long)end + piece, bytes.Length))
        {
            for (var found = true; found;)
            {
                found = splitter.TryRead(bytes[start..end], out var consumed, out var next);
                start += consumed;
                if (found && !Take(next))
                {
                    return (events, last);
                }
            }

            if (end == bytes.Length)
            {
                break;
            }
        }

        if (splitter.TryFinish(bytes[start..], out var rest))
        {
            Take(rest);
        }

        reader.Finish(events);
        return (events, last);

        bool Take(Tollgate.Wire.Sse.SseEvent next)
        {
            if (!next.IsComment)
            {
                last = reader.Read(next.Data, events);
            }

            return last is not (ChunkAction.Error or ChunkAction.Malformed);
        }
    }

    public static string Canonical(string json)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true }))
        {
            WriteSorted(JsonDocument.Parse(json).RootElement, writer);
        }

        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static void WriteSorted(JsonElement value, Utf8JsonWriter writer)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject().OrderBy(static member => member.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(member.Name);
                    WriteSorted(member.Value, writer);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    WriteSorted(item, writer);
                }

                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private static string Line(ChatEvent next) => next.Kind switch
    {
        ChatEventKind.Start => $"start {next.Id}",
        ChatEventKind.Text => $"text {next.Text}",
        ChatEventKind.Thinking => $"thinking {next.Text}",
        ChatEventKind.ToolCallStart => $"call {next.Index} {(next.Id!.StartsWith("call_", StringComparison.Ordinal) ? "call_" : next.Id)} {next.Name}",
        ChatEventKind.ToolCallArguments => $"arguments {next.Index} {next.Text}",
        ChatEventKind.Usage => $"usage {next.Usage!.Value.PromptTokens} {next.Usage.Value.CompletionTokens} {next.Usage.Value.CachedTokens}",
        ChatEventKind.Finish => $"finish {next.Stop} {next.NativeStop}",
        ChatEventKind.Citation => $"citation {next.Citation!.Start}-{next.Citation.End} {next.Citation.Url}",
        _ => next.Kind.ToString(),
    };
}
