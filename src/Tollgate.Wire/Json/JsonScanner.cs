using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace Tollgate.Wire.Json;

/// <summary>Why a text is not JSON that we accept.</summary>
public enum JsonFaultKind : byte
{
    None,
    Empty,
    UnexpectedByte,
    UnexpectedEnd,
    BadEscape,
    BadNumber,
    ControlCharacter,
    TooDeep,
    TooManyMembers,
    TrailingData,
    InvalidUtf8,
}

/// <summary>The first fault in a text.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Offset">Where, in bytes from the start.</param>
public readonly record struct JsonFault(JsonFaultKind Kind, int Offset)
{
    public bool IsNone => Kind == JsonFaultKind.None;

    /// <summary>A sentence for the caller: what and where, never the text itself.</summary>
    public string Describe() => Kind switch
    {
        JsonFaultKind.None => "valid",
        JsonFaultKind.Empty => "the text is empty",
        JsonFaultKind.UnexpectedEnd => $"unexpected end of text at byte {Offset}",
        JsonFaultKind.BadEscape => $"bad escape sequence in a string at byte {Offset}",
        JsonFaultKind.BadNumber => $"malformed number at byte {Offset}",
        JsonFaultKind.ControlCharacter => $"unescaped control character in a string at byte {Offset}",
        JsonFaultKind.TooDeep => $"nesting deeper than {JsonScanner.MaxDepth} levels at byte {Offset}",
        JsonFaultKind.TooManyMembers => $"more than {JsonMembers.MaxCount} members in the root object",
        JsonFaultKind.TrailingData => $"data behind the end of the JSON value at byte {Offset}",
        JsonFaultKind.InvalidUtf8 => "the text is not valid UTF-8",
        _ => $"unexpected character at byte {Offset}",
    };
}

/// <summary>Checks a whole JSON text and indexes the members of its root object in one pass, without building anything.</summary>
/// <remarks>
/// PERF: <c>Utf8JsonReader</c> walks a string byte by byte once it has met an escape; prompts are long strings full of <c>\n</c>. Here a
/// string is skipped with one vectorised search per stop byte (benchmark <c>ScannerBenchmarks</c>).
/// </remarks>
public static class JsonScanner
{
    /// <summary>Containers within containers. Python's parser, which LiteLLM uses, ends near 1,000; no API needs more than some tens.</summary>
    public const int MaxDepth = 256;

    private static readonly SearchValues<byte> StringStops = SearchValues.Create(
        [(byte)'"', (byte)'\\', .. Enumerable.Range(0, 32).Select(static control => (byte)control)]);

    /// <summary>Scans <paramref name="json"/>; <paramref name="members"/> is filled when the root is an object.</summary>
    /// <returns>The first fault; <see cref="JsonFault.IsNone"/> when the text is valid.</returns>
    public static JsonFault Scan(ReadOnlySpan<byte> json, JsonMembers members)
    {
        members.Reset();
        var scan = new Pass(json, members);
        var fault = scan.Run();
        if (!fault.IsNone)
        {
            return fault;
        }

        if (members.Count > 1)
        {
            members.MarkDuplicates(json);
        }

        return Utf8.IsValid(json) ? default : new JsonFault(JsonFaultKind.InvalidUtf8, 0);
    }

    /// <summary>Offset behind the string whose opening quote stands at <paramref name="quote"/>, in text that was scanned before.</summary>
    internal static int SkipValidString(ReadOnlySpan<byte> json, int quote)
    {
        var at = quote + 1;
        while (true)
        {
            at += json[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (json[at] == (byte)'"')
            {
                return at + 1;
            }

            at += 2;
        }
    }

    private ref struct Pass(ReadOnlySpan<byte> json, JsonMembers members)
    {
        private readonly ReadOnlySpan<byte> _json = json;
        private DepthBits _objects;
        private int _depth;
        private int _at;
        private JsonFault _fault;
        private int _nameStart;
        private int _nameLength;
        private int _valueStart;

        public JsonFault Run()
        {
            if (_json.StartsWith("\uFEFF"u8))
            {
                _at = 3;
            }

            SkipSpace();
            if (_at >= _json.Length)
            {
                return new JsonFault(JsonFaultKind.Empty, 0);
            }

            members.SetRoot(KindOf(_json[_at]));
            do
            {
                // One value (or the opening of a container) per turn; AfterValue closes what ends behind it.
                if (!ReadValue() || !AfterValue())
                {
                    return _fault;
                }
            }
            while (_depth > 0);

            return _at == _json.Length ? default : new JsonFault(JsonFaultKind.TrailingData, _at);
        }

        /// <summary>Reads a scalar whole, or opens containers until a scalar or an empty container has been read.</summary>
        private bool ReadValue()
        {
            while (true)
            {
                if (_at >= _json.Length)
                {
                    return Fail(JsonFaultKind.UnexpectedEnd);
                }

                if (_depth == 1 && members.RootKind == JsonKind.Object)
                {
                    _valueStart = _at;
                }

                var first = _json[_at];
                switch (first)
                {
                    case (byte)'"':
                        return ReadString();
                    case (byte)'{':
                    case (byte)'[':
                        if (!Open(first == (byte)'{', out var empty))
                        {
                            return false;
                        }

                        if (empty)
                        {
                            return true;
                        }

                        continue;
                    case (byte)'t':
                        return ReadLiteral("true"u8);
                    case (byte)'f':
                        return ReadLiteral("false"u8);
                    case (byte)'n':
                        return ReadLiteral("null"u8);
                    default:
                        return ReadNumber();
                }
            }
        }

        /// <summary>Behind a value: closes containers, or moves on to the next member or element.</summary>
        private bool AfterValue()
        {
            while (true)
            {
                var end = _at;
                SkipSpace();
                if (_depth == 0)
                {
                    return true;
                }

                var inObject = _objects.Get(_depth);
                if (_depth == 1 && inObject && !AddMember(end))
                {
                    return Fail(JsonFaultKind.TooManyMembers);
                }

                if (_at >= _json.Length)
                {
                    return Fail(JsonFaultKind.UnexpectedEnd);
                }

                var next = _json[_at];
                if (next == (byte)',')
                {
                    _at++;
                    SkipSpace();
                    return !inObject || ReadName();
                }

                if (next != (inObject ? (byte)'}' : (byte)']'))
                {
                    return Fail(JsonFaultKind.UnexpectedByte);
                }

                Close();
            }
        }

        private void Close()
        {
            if (_depth == 1)
            {
                members.SetRootEnd(_at);
            }

            _depth--;
            _at++;
        }

        private bool AddMember(int end)
            => members.TryAdd(new MemberSpan(_nameStart, _nameLength, _valueStart, end - _valueStart, KindOf(_json[_valueStart])));

        private bool Open(bool isObject, out bool empty)
        {
            empty = false;
            if (_depth == MaxDepth)
            {
                return Fail(JsonFaultKind.TooDeep);
            }

            _objects.Set(++_depth, isObject);
            _at++;
            SkipSpace();
            if (_at < _json.Length && _json[_at] == (isObject ? (byte)'}' : (byte)']'))
            {
                Close();
                empty = true;
                return true;
            }

            return !isObject || ReadName();
        }

        private bool ReadName()
        {
            if (_at >= _json.Length)
            {
                return Fail(JsonFaultKind.UnexpectedEnd);
            }

            if (_json[_at] != (byte)'"')
            {
                return Fail(JsonFaultKind.UnexpectedByte);
            }

            var start = _at + 1;
            if (!ReadString())
            {
                return false;
            }

            if (_depth == 1)
            {
                _nameStart = start;
                _nameLength = _at - 1 - start;
            }

            SkipSpace();
            if (_at >= _json.Length)
            {
                return Fail(JsonFaultKind.UnexpectedEnd);
            }

            if (_json[_at] != (byte)':')
            {
                return Fail(JsonFaultKind.UnexpectedByte);
            }

            _at++;
            SkipSpace();
            return true;
        }

        private bool ReadString()
        {
            var at = _at + 1;
            while (true)
            {
                var stop = _json[at..].IndexOfAny(StringStops);
                if (stop < 0)
                {
                    _at = _json.Length;
                    return Fail(JsonFaultKind.UnexpectedEnd);
                }

                at += stop;
                switch (_json[at])
                {
                    case (byte)'"':
                        _at = at + 1;
                        return true;
                    case (byte)'\\':
                        var length = EscapeLength(_json[at..]);
                        if (length == 0)
                        {
                            _at = at;
                            return Fail(JsonFaultKind.BadEscape);
                        }

                        at += length;
                        break;
                    default:
                        _at = at;
                        return Fail(JsonFaultKind.ControlCharacter);
                }
            }
        }

        private bool ReadLiteral(ReadOnlySpan<byte> literal)
        {
            if (!_json[_at..].StartsWith(literal))
            {
                return Fail(JsonFaultKind.UnexpectedByte);
            }

            _at += literal.Length;
            return true;
        }

        private bool ReadNumber()
        {
            var start = _at;
            var at = _at;
            if (At(at) == '-')
            {
                at++;
            }

            if (At(at) == '0')
            {
                at++;
            }
            else if (!Digits(ref at))
            {
                return start == at ? Fail(JsonFaultKind.UnexpectedByte) : Fail(JsonFaultKind.BadNumber);
            }

            if (At(at) == '.')
            {
                at++;
                if (!Digits(ref at))
                {
                    return Fail(JsonFaultKind.BadNumber);
                }
            }

            if (At(at) is 'e' or 'E')
            {
                at++;
                if (At(at) is '+' or '-')
                {
                    at++;
                }

                if (!Digits(ref at))
                {
                    return Fail(JsonFaultKind.BadNumber);
                }
            }

            // "01" is two tokens to this reader; the second one is caught as an unexpected byte behind the value.
            _at = at;
            return true;
        }

        private readonly bool Digits(ref int at)
        {
            var start = at;
            while (At(at) is >= '0' and <= '9')
            {
                at++;
            }

            return at > start;
        }

        private readonly char At(int at) => at < _json.Length ? (char)_json[at] : '\0';

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void SkipSpace()
        {
            while (_at < _json.Length && _json[_at] <= 32 && _json[_at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
            {
                _at++;
            }
        }

        private bool Fail(JsonFaultKind kind)
        {
            _fault = new JsonFault(kind, _at);
            return false;
        }
    }

    internal static JsonKind KindOf(byte first) => first switch
    {
        (byte)'{' => JsonKind.Object,
        (byte)'[' => JsonKind.Array,
        (byte)'"' => JsonKind.String,
        (byte)'t' => JsonKind.True,
        (byte)'f' => JsonKind.False,
        (byte)'n' => JsonKind.Null,
        _ => JsonKind.Number,
    };

    private static int EscapeLength(ReadOnlySpan<byte> at)
    {
        if (at.Length < 2)
        {
            return 0;
        }

        switch (at[1])
        {
            case (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t':
                return 2;
            case (byte)'u' when at.Length >= 6:
                return char.IsAsciiHexDigit((char)at[2]) && char.IsAsciiHexDigit((char)at[3])
                    && char.IsAsciiHexDigit((char)at[4]) && char.IsAsciiHexDigit((char)at[5]) ? 6 : 0;
            default:
                return 0;
        }
    }

    /// <summary>For each open container: is it an object?</summary>
    [InlineArray((MaxDepth / 64) + 1)]
    private struct DepthBits
    {
        private ulong _word;

        public readonly bool Get(int depth)
        {
            ReadOnlySpan<ulong> words = this;
            return (words[depth >> 6] & (1UL << (depth & 63))) != 0;
        }

        public void Set(int depth, bool value)
        {
            Span<ulong> words = this;
            var bit = 1UL << (depth & 63);
            words[depth >> 6] = value ? words[depth >> 6] | bit : words[depth >> 6] & ~bit;
        }
    }
}
