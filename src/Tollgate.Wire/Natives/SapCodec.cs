using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Natives;

/// <summary>SAP AI Core's orchestration: OpenAI's chat taken apart on the way there, and inside <c>final_result</c> on the way back (07-native-others.md section 13).</summary>
internal sealed class SapCodec : DialectCodec
{
    private static readonly string[] Modules = ["filtering", "masking", "grounding", "translation"];

    private readonly ChatCodec _chat = new();

    public override Surface Surface => Surface.SapOrchestration;

    public override string Name => "SAP AI Core Orchestration";

    public override FeatureTable Writes => _chat.Writes;

    public override bool NeedsBytes(ContentPart part, TargetModel target) => _chat.NeedsBytes(part, target);

    public override void WriteRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        var written = new ArrayBufferWriter<byte>(1024);
        using (var chat = new Utf8JsonWriter(written, HubJson.Writing))
        {
            _chat.WriteRequest(request, target, chat);
        }

        using var document = JsonDocument.Parse(written.WrittenMemory);
        var root = document.RootElement;
        json.WriteStartObject();
        json.WriteStartObject("config"u8);
        if (request.Stream)
        {
            json.WriteStartObject("stream"u8);
            json.WriteBoolean("enabled"u8, true);
            json.WriteEndObject();
        }

        json.WriteStartObject("modules"u8);
        WriteTemplating(request, root, json);
        WriteNamed(root, json, static name => Modules.Contains(name, StringComparer.Ordinal));
        json.WriteEndObject();
        json.WriteEndObject();
        if (root.Member("placeholder_values"u8) is { ValueKind: JsonValueKind.Object } values)
        {
            json.WriteElement("placeholder_values"u8, values);
        }

        json.WriteEndObject();
    }

    public override ChatResponse ReadResponse(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target)
    {
        var result = root.Member("final_result"u8);
        return result.ValueKind is JsonValueKind.Object
            ? _chat.ReadResponse(result, result.Bytes().ToArray(), target) : throw new WireException("The answer has no final_result.");
    }

    public override ChatStreamReader ReadStream(TargetModel target) => new Unwrapping(_chat.ReadStream(target));

    private static void WriteTemplating(ChatRequest request, JsonElement root, Utf8JsonWriter json)
    {
        json.WriteStartObject("prompt_templating"u8);
        json.WriteStartObject("prompt"u8);
        json.WriteElement("template"u8, root.Member("messages"u8));
        WriteNamed(root, json, static name => name is "tools" or "response_format");
        json.WriteEndObject();
        json.WriteStartObject("model"u8);
        json.WriteString("name"u8, request.Model);
        json.WriteString("version"u8, root.Text("model_version"u8) ?? "latest");
        json.WriteStartObject("params"u8);
        WriteNamed(root, json, static name => !Modules.Contains(name, StringComparer.Ordinal)
            && name is not ("model" or "messages" or "tools" or "response_format" or "stream" or "stream_options" or "model_version" or "placeholder_values"));
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteNamed(JsonElement root, Utf8JsonWriter json, Func<string, bool> wanted)
    {
        foreach (var member in root.EnumerateObject())
        {
            if (wanted(member.Name))
            {
                json.WritePropertyName(member.Name);
                json.WriteElement(member.Value);
            }
        }
    }

    /// <summary>Hands what is inside each event to the reader of OpenAI's streams.</summary>
    private sealed class Unwrapping(ChatStreamReader chat) : JsonChunkReader
    {
        public override void Finish(ICollection<ChatEvent> events) => chat.Finish(events);

        protected override ChunkAction ReadChunk(JsonElement root, ICollection<ChatEvent> events)
            => root.Member("final_result"u8) is { ValueKind: JsonValueKind.Object } result ? chat.Read(result.Bytes().ToArray(), events) : ChunkAction.Drop;
    }
}
