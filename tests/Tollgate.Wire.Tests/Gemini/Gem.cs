using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tollgate.Wire.Gemini;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Tests.Gemini;

/// <summary>The codec, asked in one line.</summary>
internal static class Gem
{
    public static readonly GenerateContentCodec Codec = new();

    public static readonly AnswerView View = new()
    {
        Surface = Surface.GenerateContent,
        Model = "m",
        ModelJson = "\"m\""u8.ToArray(),
        NewId = static () => "id0",
    };

    public static TargetModel Target(string model = "gemini-2.5-flash", string provider = "gemini") => new() { Provider = provider, Model = model };

    public static ChatRequest Ask(string text = "Hi") => new()
    {
        Origin = Surface.Chat,
        Messages = { new ChatMessage(ChatRole.User) { Parts = [new TextPart(text)] } },
    };

    public static string Write(ChatRequest request, TargetModel? target = null) => Written(json => Codec.WriteRequest(request, target ?? Target(), json));

    public static string Write(ChatResponse response) => Written(json => Codec.WriteResponse(response, View, json));

    public static ChatRequest ReadRequest(string json)
    {
        var body = Encoding.UTF8.GetBytes(json);
        return Codec.ReadRequest(JsonDocument.Parse(body).RootElement, body);
    }

    public static ChatResponse ReadResponse(string json, TargetModel? target = null)
    {
        var body = Encoding.UTF8.GetBytes(json);
        return Codec.ReadResponse(JsonDocument.Parse(body).RootElement, body, target ?? Target());
    }

    public static List<ChatEvent> Events(params string[] payloads)
    {
        var reader = Codec.ReadStream(Target());
        var events = new List<ChatEvent>();
        foreach (var payload in payloads)
        {
            reader.Read(Encoding.UTF8.GetBytes(payload), events).ShouldBe(ChunkAction.Forward);
        }

        reader.Finish(events);
        return events;
    }

    public static void ShouldBeJson(this string actual, string expected)
        => JsonNode.DeepEquals(JsonNode.Parse(actual), JsonNode.Parse(expected)).ShouldBeTrue($"expected {expected}\nbut was  {actual}");

    public static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    public static string Written(Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, HubJson.Writing))
        {
            write(json);
        }

        var text = Encoding.UTF8.GetString(output.WrittenSpan);
        JsonDocument.Parse(text).Dispose();
        return text;
    }

    public static string Text(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
