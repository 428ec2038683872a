namespace Tollgate.Wire.Hub;

/// <summary>Parts the thoughts that a model writes between think tags at the very beginning of its answer from the answer. One instance an answer.</summary>
public sealed class ThinkTags
{
    private const string Open = "<think>";
    private const string Close = "</think>";

    private string _held = "";
    private State _state;

    private enum State : byte
    {
        Begin,
        Thinking,
        AfterThoughts,
        Answer,
    }

    /// <summary>Parts a whole answer.</summary>
    public static (string Thoughts, string Answer) Split(string text)
    {
        var tags = new ThinkTags();
        var (thoughts, answer) = tags.Take(text);
        var (lastThoughts, lastAnswer) = tags.End();
        return (thoughts + lastThoughts, answer + lastAnswer);
    }

    /// <summary>Parts the next piece; what may be the beginning of a tag is held back.</summary>
    public (string Thoughts, string Answer) Take(string piece)
    {
        if (_state is State.Answer)
        {
            return ("", piece);
        }

        var text = _held + piece;
        _held = "";
        if (_state is State.Begin)
        {
            var start = text.AsSpan().TrimStart();
            if (start.StartsWith(Open, StringComparison.Ordinal))
            {
                text = start[Open.Length..].ToString();
                _state = State.Thinking;
            }
            else if (Open.AsSpan().StartsWith(start, StringComparison.Ordinal))
            {
                _held = text;
                return ("", "");
            }
            else
            {
                _state = State.Answer;
                return ("", text);
            }
        }

        return _state is State.Thinking ? TakeThoughts(text) : ("", AfterThoughts(text));
    }

    /// <summary>What was held back.</summary>
    public (string Thoughts, string Answer) End()
    {
        var held = _held;
        _held = "";
        return _state is State.Thinking ? (held, "") : ("", _state is State.AfterThoughts ? "" : held);
    }

    private (string Thoughts, string Answer) TakeThoughts(string text)
    {
        var end = text.IndexOf(Close, StringComparison.Ordinal);
        if (end >= 0)
        {
            _state = State.AfterThoughts;
            return (text[..end], AfterThoughts(text[(end + Close.Length)..]));
        }

        var safe = text.Length;
        for (var length = Math.Min(Close.Length - 1, text.Length); length > 0; length--)
        {
            if (text.AsSpan(text.Length - length).SequenceEqual(Close.AsSpan(0, length)))
            {
                safe = text.Length - length;
                break;
            }
        }

        _held = text[safe..];
        return (text[..safe], "");
    }

    /// <summary>Line breaks between the closing tag and the answer belong to neither.</summary>
    private string AfterThoughts(string text)
    {
        var answer = text.TrimStart();
        _state = answer.Length > 0 ? State.Answer : State.AfterThoughts;
        return answer;
    }
}
