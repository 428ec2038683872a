namespace Tollgate.Wire.Json;

/// <summary>
/// Steps through the members or elements of one container inside text that <see cref="JsonScanner"/> has accepted. Offsets are those of the
/// whole text, so that what is found can be edited with <see cref="JsonEdits"/>.
/// </summary>
public ref struct JsonWalker
{
    private readonly ReadOnlySpan<byte> _json;
    private readonly bool _isObject;
    private int _at;

    /// <summary>Starts at the container whose bracket stands at <paramref name="containerStart"/>; any other value has no items.</summary>
    public JsonWalker(ReadOnlySpan<byte> json, int containerStart)
    {
        _json = json;
        _at = json[containerStart] is (byte)'{' or (byte)'[' ? containerStart + 1 : json.Length;
        _isObject = json[containerStart] == (byte)'{';
        Current = default;
    }

    /// <summary>The item stepped on; for an element the name is empty and starts behind where a quote would be, so <see cref="MemberSpan.Start"/> is not used.</summary>
    public MemberSpan Current { get; private set; }

    /// <summary>Steps to the next item.</summary>
    public bool MoveNext()
    {
        SkipSeparators();
        if (_at >= _json.Length || _json[_at] is (byte)'}' or (byte)']')
        {
            return false;
        }

        var nameStart = 0;
        var nameLength = 0;
        if (_isObject)
        {
            nameStart = _at + 1;
            var behind = JsonScanner.SkipValidString(_json, _at);
            nameLength = behind - 1 - nameStart;
            _at = behind;
            SkipSeparators();
        }

        var start = _at;
        _at = SkipValue(_json, start);
        Current = new MemberSpan(nameStart, nameLength, start, _at - start, JsonScanner.KindOf(_json[start]));
        return true;
    }

    /// <summary>True for a container without items; looks at its first byte only.</summary>
    public static bool IsEmpty(ReadOnlySpan<byte> json, int containerStart)
    {
        var walker = new JsonWalker(json, containerStart);
        walker.SkipSeparators();
        return walker._at >= json.Length || json[walker._at] is (byte)'}' or (byte)']';
    }

    /// <summary>Name of the current member, escapes not undone.</summary>
    public readonly ReadOnlySpan<byte> Name => _json.Slice(Current.NameStart, Current.NameLength);

    /// <summary>Text of the current value.</summary>
    public readonly ReadOnlySpan<byte> Value => _json.Slice(Current.ValueStart, Current.ValueLength);

    /// <summary>True when the current member has this name.</summary>
    public readonly bool NameIs(ReadOnlySpan<byte> name) => JsonMembers.NameEquals(_json, Current, name);

    /// <summary>Finds a member of the object at <paramref name="objectStart"/>; the last one counts.</summary>
    public static bool TryFind(ReadOnlySpan<byte> json, int objectStart, ReadOnlySpan<byte> name, out MemberSpan member)
    {
        member = default;
        if (json[objectStart] != (byte)'{')
        {
            return false;
        }

        var found = false;
        var walker = new JsonWalker(json, objectStart);
        while (walker.MoveNext())
        {
            if (walker.NameIs(name))
            {
                member = walker.Current;
                found = true;
            }
        }

        return found;
    }

    private void SkipSeparators()
    {
        while (_at < _json.Length && _json[_at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t' or (byte)',' or (byte)':')
        {
            _at++;
        }
    }

    private static int SkipValue(ReadOnlySpan<byte> json, int start)
    {
        var depth = 0;
        var at = start;
        do
        {
            switch (json[at])
            {
                case (byte)'"':
                    at = JsonScanner.SkipValidString(json, at);
                    break;
                case (byte)'{' or (byte)'[':
                    depth++;
                    at++;
                    break;
                case (byte)'}' or (byte)']':
                    depth--;
                    at++;
                    break;
                case (byte)',' or (byte)':' or (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t':
                    at++;
                    break;
                default:
                    at = SkipScalar(json, at);
                    break;
            }
        }
        while (depth > 0);
        return at;
    }

    private static int SkipScalar(ReadOnlySpan<byte> json, int at)
    {
        while (at < json.Length && json[at] is not ((byte)',' or (byte)'}' or (byte)']' or (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t'))
        {
            at++;
        }

        return at;
    }
}
