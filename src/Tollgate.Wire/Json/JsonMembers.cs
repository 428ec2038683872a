namespace Tollgate.Wire.Json;

/// <summary>What a JSON value is, by its first byte.</summary>
public enum JsonKind : byte
{
    None,
    Object,
    Array,
    String,
    Number,
    True,
    False,
    Null,
}

/// <summary>One member of the root object, as offsets into the scanned text.</summary>
/// <param name="NameStart">First byte of the name, behind its quote.</param>
/// <param name="NameLength">Bytes of the name, escapes not undone.</param>
/// <param name="ValueStart">First byte of the value, a string's quote included.</param>
/// <param name="ValueLength">Bytes of the value, quotes included.</param>
/// <param name="Kind">What the value is.</param>
public readonly record struct MemberSpan(int NameStart, int NameLength, int ValueStart, int ValueLength, JsonKind Kind)
{
    /// <summary>Offset of the name's opening quote.</summary>
    public int Start => NameStart - 1;

    /// <summary>Offset behind the value.</summary>
    public int End => ValueStart + ValueLength;
}

/// <summary>The members of a root object in the order of the text. Reused from call to call; not thread-safe.</summary>
public sealed class JsonMembers
{
    /// <summary>More members than this in one object are refused: no API has them, and looking for duplicates is quadratic.</summary>
    public const int MaxCount = 512;

    /// <summary>Names up to this many bytes are compared pairwise; no API's are longer.</summary>
    private const int LongestPlainName = 64;

    private MemberSpan[] _items = new MemberSpan[24];
    private ulong[]? _superseded;

    /// <summary>What the text is; members exist only for <see cref="JsonKind.Object"/>.</summary>
    public JsonKind RootKind { get; private set; }

    /// <summary>Offset of the root's closing brace: where members are added.</summary>
    public int RootEnd { get; private set; }

    /// <summary>Number of members, superseded ones included.</summary>
    public int Count { get; private set; }

    /// <summary>True when a name stands more than once; the last one counts, as in Python and JavaScript.</summary>
    public bool HasDuplicates => _superseded is not null;

    public ref readonly MemberSpan this[int index] => ref _items[index];

    /// <summary>True for a member whose name stands again further on: what an upstream must never see, or it might read another value than we did.</summary>
    public bool IsSuperseded(int index) => _superseded is not null && (_superseded[index >> 6] & (1UL << (index & 63))) != 0;

    /// <summary>Finds the member that counts under a name.</summary>
    /// <returns>Its index, or -1.</returns>
    public int Find(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
    {
        for (var i = Count - 1; i >= 0; i--)
        {
            ref readonly var member = ref _items[i];
            if (NameEquals(json, in member, name))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Compares a member's name, escapes undone (<c>"mod\u0065l"</c> is <c>model</c>).</summary>
    public static bool NameEquals(ReadOnlySpan<byte> json, in MemberSpan member, ReadOnlySpan<byte> name)
    {
        var raw = json.Slice(member.NameStart, member.NameLength);
        if (raw.Length == name.Length)
        {
            return raw.SequenceEqual(name);
        }

        return raw.Length > name.Length && raw.Contains((byte)'\\') && JsonText.EqualsUnescaped(raw, name);
    }

    internal void Reset()
    {
        Count = 0;
        RootKind = JsonKind.None;
        RootEnd = 0;
        _superseded = null;
    }

    internal void SetRoot(JsonKind kind) => RootKind = kind;

    internal void SetRootEnd(int offset) => RootEnd = offset;

    internal bool TryAdd(in MemberSpan member)
    {
        if (Count == MaxCount)
        {
            return false;
        }

        if (Count == _items.Length)
        {
            Array.Resize(ref _items, _items.Length * 2);
        }

        _items[Count++] = member;
        return true;
    }

    internal void MarkDuplicates(ReadOnlySpan<byte> json)
    {
        for (var i = 0; i < Count; i++)
        {
            var name = NameAt(json, i);
            if (name.Length > LongestPlainName || name.Contains((byte)'\\'))
            {
                MarkUnescapedDuplicates(json);
                return;
            }

            for (var j = 0; j < i; j++)
            {
                if (name.SequenceEqual(NameAt(json, j)))
                {
                    Supersede(j);
                }
            }
        }
    }

    /// <summary>
    /// For names that are long or have escapes, which real requests hardly ever have: texts of other bytes may be the same name, and pairwise
    /// comparison of what an attacker made long would cost minutes.
    /// </summary>
    private void MarkUnescapedDuplicates(ReadOnlySpan<byte> json)
    {
        var last = new Dictionary<string, int>(Count, StringComparer.Ordinal);
        for (var i = 0; i < Count; i++)
        {
            var name = JsonText.Unescape(NameAt(json, i));
            if (last.TryGetValue(name, out var earlier))
            {
                Supersede(earlier);
            }

            last[name] = i;
        }
    }

    private void Supersede(int index)
    {
        _superseded ??= new ulong[(MaxCount + 63) / 64];
        _superseded[index >> 6] |= 1UL << (index & 63);
    }

    private ReadOnlySpan<byte> NameAt(ReadOnlySpan<byte> json, int index) => json.Slice(_items[index].NameStart, _items[index].NameLength);
}
