using System.Buffers;

namespace Tollgate.Wire.Json;

/// <summary>
/// Changes to a text that is itself left alone: what stands between them is sent from the original buffer. Edits must be made in the order of
/// the text. Reused from call to call; not thread-safe.
/// </summary>
public sealed class JsonEdits
{
    private Edit[] _edits = new Edit[8];
    private int _grown;

    private readonly record struct Edit(int Start, int Length, ReadOnlyMemory<byte> With);

    /// <summary>Number of edits.</summary>
    public int Count { get; private set; }

    /// <summary>Forgets all edits.</summary>
    public void Clear()
    {
        _edits.AsSpan(0, Count).Clear();
        Count = 0;
        _grown = 0;
    }

    /// <summary>Length of the edited text.</summary>
    public int LengthOf(int originalLength) => originalLength + _grown;

    /// <summary>Leaves out a range.</summary>
    public void Cut(int start, int end) => Replace(start, end, default);

    /// <summary>Puts text at an offset.</summary>
    public void Insert(int at, ReadOnlyMemory<byte> text) => Replace(at, at, text);

    /// <summary>Puts text in place of a range.</summary>
    /// <exception cref="InvalidOperationException">The range begins before the end of the edit made last.</exception>
    public void Replace(int start, int end, ReadOnlyMemory<byte> with)
    {
        if (Count > 0 && start < _edits[Count - 1].Start + _edits[Count - 1].Length)
        {
            throw new InvalidOperationException("Edits must follow the order of the text.");
        }

        if (Count == _edits.Length)
        {
            Array.Resize(ref _edits, _edits.Length * 2);
        }

        _edits[Count++] = new Edit(start, end - start, with);
        _grown += with.Length - (end - start);
    }

    /// <summary>
    /// The pieces of the edited text in order: <paramref name="index"/> runs from 0 up to <see cref="PieceCount"/>; pieces may be empty.
    /// </summary>
    public ReadOnlyMemory<byte> Piece(int index, ReadOnlyMemory<byte> original)
    {
        if ((index & 1) == 1)
        {
            return _edits[index >> 1].With;
        }

        var edit = index >> 1;
        var start = edit == 0 ? 0 : _edits[edit - 1].Start + _edits[edit - 1].Length;
        var end = edit == Count ? original.Length : _edits[edit].Start;
        return original[start..end];
    }

    /// <summary>How many pieces there are.</summary>
    public int PieceCount => (Count * 2) + 1;

    /// <summary>Writes the edited text.</summary>
    public void WriteTo(ReadOnlySpan<byte> original, IBufferWriter<byte> output)
    {
        var at = 0;
        for (var i = 0; i < Count; i++)
        {
            ref readonly var edit = ref _edits[i];
            output.Write(original[at..edit.Start]);
            output.Write(edit.With.Span);
            at = edit.Start + edit.Length;
        }

        output.Write(original[at..]);
    }
}
