using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Natives;

/// <summary>A dialect of little expression: texts, the usual sampling, and what is named besides.</summary>
/// <param name="surface">The surface.</param>
/// <param name="name">Name in documentation.</param>
/// <param name="carried">What it carries beyond texts, output limit, temperature, nucleus and stop texts.</param>
internal abstract class TextCodec(Surface surface, string name, params Feature[] carried) : DialectCodec
{
    public sealed override Surface Surface => surface;

    public sealed override string Name => name;

    public sealed override FeatureTable Writes { get; } = PlainChat.Carrying(carried);
}

/// <summary>Reads streams of JSON chunks that need no memory, or bring their own.</summary>
/// <param name="read">Reads one.</param>
/// <param name="arrays">Payloads may be arrays as well.</param>
internal sealed class ChunkReader(Func<JsonElement, ICollection<ChatEvent>, ChunkAction> read, bool arrays = false) : JsonChunkReader
{
    protected override bool IsPayload(JsonElement root) => base.IsPayload(root) || (arrays && root.ValueKind is JsonValueKind.Array);

    protected override ChunkAction ReadChunk(JsonElement root, ICollection<ChatEvent> events) => read(root, events);
}

/// <summary>Reads streams that are the text itself.</summary>
internal sealed class RawTextReader : ChatStreamReader
{
    private bool _any;

    public override ChunkAction Read(ReadOnlyMemory<byte> payload, ICollection<ChatEvent> events)
    {
        _any = true;
        events.Add(ChatEvent.OfText(Encoding.UTF8.GetString(payload.Span)));
        return ChunkAction.Forward;
    }

    public override void Finish(ICollection<ChatEvent> events)
    {
        if (_any)
        {
            events.Add(ChatEvent.OfFinish(StopReason.Stop));
        }
    }
}
