namespace Tollgate.Architecture.Tests;

/// <summary>A string literal of a source file.</summary>
/// <param name="Line">Line of its first quote, from 1.</param>
/// <param name="Value">What is between the quotes, escapes and holes as written.</param>
internal readonly record struct Literal(int Line, string Value);

/// <summary>Tells code from comments and literals, which is all of C# that the rules need to understand.</summary>
internal sealed class CSharpText
{
    private readonly string _source;
    private readonly char[] _code;
    private readonly List<Literal> _literals = [];
    private int _at;

    private CSharpText(string source)
    {
        _source = source;
        _code = source.ToCharArray();
        while (_at < source.Length)
        {
            Step();
        }
    }

    /// <summary>The source with comments and the contents of literals blanked; every character keeps its place.</summary>
    public string Code => new(_code);

    /// <summary>All string literals, in order. Those within the holes of another are part of it.</summary>
    public IReadOnlyList<Literal> Literals => _literals;

    public static CSharpText Read(string source) => new(source);

    private char Peek(int offset = 0) => _at + offset < _source.Length ? _source[_at + offset] : '\0';

    private void Step()
    {
        switch (Peek())
        {
            case '/' when Peek(1) == '/':
                BlankTo(End("\n", _at));
                break;
            case '/' when Peek(1) == '*':
                BlankTo(Math.Min(_source.Length, End("*/", _at + 2) + 2));
                break;
            case '\'':
                BlankTo(AfterQuoted(_at + 1, '\'', verbatim: false));
                break;
            case '"' or '$' or '@' when StartOfString() is { } start:
                ReadString(start);
                break;
            default:
                _at++;
                break;
        }
    }

    /// <summary>The place of the first quote if a string literal starts here, with or without <c>$</c> and <c>@</c>.</summary>
    private int? StartOfString()
    {
        var quote = _at;
        while (quote < _source.Length && _source[quote] is '$' or '@')
        {
            quote++;
        }

        return quote < _source.Length && _source[quote] == '"' ? quote : null;
    }

    private void ReadString(int quote)
    {
        var prefix = _source[_at..quote];
        var quotes = quote;
        while (quotes < _source.Length && _source[quotes] == '"')
        {
            quotes++;
        }

        var raw = quotes - quote;
        var start = quote + 1;
        int after;
        string value;
        if (raw >= 3)
        {
            start = quote + raw;
            var fence = End(new string('"', raw), start);
            after = Math.Min(_source.Length, fence + raw);
            value = _source[start..fence];
        }
        else
        {
            after = prefix.Contains('$') ? AfterInterpolated(start, prefix.Contains('@')) : AfterQuoted(start, '"', prefix.Contains('@'));
            value = _source[start..Math.Max(start, after - 1)];
        }

        _literals.Add(new Literal(LineOf(quote), value));
        BlankTo(after);
    }

    private int AfterQuoted(int from, char quote, bool verbatim)
    {
        for (var i = from; i < _source.Length; i++)
        {
            if (!verbatim && _source[i] == '\\')
            {
                i++;
            }
            else if (_source[i] == quote)
            {
                if (!verbatim || i + 1 >= _source.Length || _source[i + 1] != quote)
                {
                    return i + 1;
                }

                i++;
            }
        }

        return _source.Length;
    }

    private int AfterInterpolated(int from, bool verbatim)
    {
        var holes = 0;
        for (var i = from; i < _source.Length; i++)
        {
            var current = _source[i];
            var doubled = i + 1 < _source.Length && _source[i + 1] == current;
            if (holes == 0 && current == '\\' && !verbatim)
            {
                i++;
            }
            else if (holes == 0 && doubled && (current is '{' or '}' || (current == '"' && verbatim)))
            {
                i++;
            }
            else if (current == '{')
            {
                holes++;
            }
            else if (current == '}')
            {
                holes--;
            }
            else if (current == '"' && holes == 0)
            {
                return i + 1;
            }
            else if (holes > 0 && (current is '"' or '\''))
            {
                i = AfterQuoted(i + 1, current, verbatim: false) - 1;
            }
        }

        return _source.Length;
    }

    private int End(string text, int from)
    {
        var end = from > _source.Length ? -1 : _source.IndexOf(text, from, StringComparison.Ordinal);
        return end < 0 ? _source.Length : end;
    }

    private void BlankTo(int end)
    {
        for (; _at < end; _at++)
        {
            if (_code[_at] is not '\n')
            {
                _code[_at] = ' ';
            }
        }
    }

    private int LineOf(int index) => _source.AsSpan(0, index).Count('\n') + 1;
}
