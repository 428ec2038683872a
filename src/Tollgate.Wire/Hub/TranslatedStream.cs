using System.Buffers;
using System.Text;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Hub;

/// <summary>A stream on its way from one dialect to another.</summary>
/// <param name="reader">Reads the upstream's.</param>
/// <param name="writer">Writes the client's.</param>
/// <param name="tools">Makes tool calls the client's own again; null where nothing was changed on the way out.</param>
/// <param name="merger">Puts thoughts into text; null where they stay apart.</param>
public sealed class TranslatedStream(
    ChatStreamReader reader, ChatStreamWriter writer, ToolRestorer? tools = null, ReasoningMerger? merger = null) : StreamPath
{
    private readonly List<ChatEvent> _events = [];
    private TokenUsage? _usage;
    private string? _id;
    private bool _finished;
    private bool _hasOutput;
    private long _outputBytes;

    /// <inheritdoc/>
    public override TokenUsage? Usage => _usage;

    /// <inheritdoc/>
    public override string? AnswerId => _id;

    /// <inheritdoc/>
    public override bool Finished => _finished;

    /// <inheritdoc/>
    public override bool HasOutput => _hasOutput;

    /// <inheritdoc/>
    public override long OutputBytes => _outputBytes;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> KeepAlive => writer.KeepAlive;

    /// <inheritdoc/>
    public override ChunkAction Next(ReadOnlyMemory<byte> payload)
    {
        _events.Clear();
        _hasOutput = false;
        var action = reader.Read(payload, _events);
        LookAtEvents();
        return action is ChunkAction.Forward && _events.Count == 0 ? ChunkAction.Drop
            : action is ChunkAction.Done && _events.Count > 0 ? ChunkAction.Forward : action;
    }

    /// <inheritdoc/>
    public override void WriteTo(ReadOnlyMemory<byte> payload, IBufferWriter<byte> output) => WriteEvents(output);

    /// <inheritdoc/>
    public override void WriteEnd(IBufferWriter<byte> output, bool isClosed)
    {
        _events.Clear();
        reader.Finish(_events);
        LookAtEvents();
        WriteEvents(output);
        writer.End(output);
    }

    /// <inheritdoc/>
    public override void WriteError(ErrorBody error, IBufferWriter<byte> output) => writer.Error(error, output);

    private void WriteEvents(IBufferWriter<byte> output)
    {
        foreach (var next in _events)
        {
            writer.Write(next, output);
        }

        _events.Clear();
    }

    private void LookAtEvents()
    {
        tools?.Apply(_events);
        merger?.Apply(_events);
        foreach (var next in _events)
        {
            _usage = next.Usage ?? _usage;
            switch (next.Kind)
            {
                case ChatEventKind.Start:
                    _id ??= next.Id;
                    break;
                case ChatEventKind.Finish:
                    _finished = true;
                    _hasOutput = true;
                    break;
                case ChatEventKind.Usage or ChatEventKind.BlockEnd or ChatEventKind.Extra:
                    break;
                default:
                    _hasOutput |= next.Text is not { Length: 0 };
                    _outputBytes += next.Text is null ? 0 : Encoding.UTF8.GetByteCount(next.Text);
                    break;
            }
        }
    }
}
