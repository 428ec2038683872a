using System.Text;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.OpenAi;

/// <summary>What is remembered of one choice from chunk to chunk.</summary>
internal sealed class ChoiceState
{
    private const string OpenTag = "<think>";
    private const string CloseTag = "</think>";

    private string _held = "";
    private bool _inside;
    private bool _mergeOpen;

    public bool CallsTools { get; set; }

    /// <summary>No tag can follow any more: content is passed on without being read.</summary>
    public bool ThinkDone { get; private set; }

    /// <summary>Splits a leading think block off the content; text that may be the beginning of a tag is held back.</summary>
    public (string? Reasoning, string? Content) SplitTags(string? reasoning, string? content, bool isFinal)
    {
        if (string.IsNullOrEmpty(content) && !(isFinal && _held.Length > 0))
        {
            return (reasoning, content);
        }

        var text = _held + content;
        _held = "";
        if (!_inside)
        {
            var start = text.AsSpan().TrimStart();
            if (!start.StartsWith(OpenTag, StringComparison.Ordinal))
            {
                if (!isFinal && OpenTag.AsSpan().StartsWith(start, StringComparison.Ordinal))
                {
                    _held = text;
                    return (reasoning, "");
                }

                ThinkDone = true;
                return (reasoning, text);
            }

            _inside = true;
            text = start[OpenTag.Length..].ToString();
        }

        var close = text.IndexOf(CloseTag, StringComparison.Ordinal);
        if (close >= 0)
        {
            ThinkDone = true;
            return (reasoning + text[..close], text[(close + CloseTag.Length)..]);
        }

        var held = isFinal ? 0 : BeginningOfTag(text);
        _held = text[^held..];
        return (reasoning + text[..^held], content is null ? null : "");
    }

    /// <summary>Puts reasoning into content: opens the tags before the first of it, closes them before the first text behind it.</summary>
    public string? Merge(string? reasoning, string? content, bool isFinal)
    {
        if (string.IsNullOrEmpty(reasoning) && !_mergeOpen)
        {
            return content;
        }

        var text = new StringBuilder();
        if (!string.IsNullOrEmpty(reasoning))
        {
            text.Append(_mergeOpen ? "" : OpenTag).Append(reasoning);
            _mergeOpen = true;
        }

        if (_mergeOpen && (isFinal || !string.IsNullOrEmpty(content)))
        {
            text.Append(CloseTag);
            _mergeOpen = false;
        }

        text.Append(content);
        return text.Length == 0 ? content : text.ToString();
    }

    /// <summary>Characters at the end of <paramref name="text"/> with which a closing tag may begin.</summary>
    private static int BeginningOfTag(string text)
    {
        for (var length = Math.Min(CloseTag.Length - 1, text.Length); length > 0; length--)
        {
            if (text.AsSpan(text.Length - length).SequenceEqual(CloseTag.AsSpan(0, length)))
            {
                return length;
            }
        }

        return 0;
    }
}

/// <summary>Content that is a list of parts.</summary>
internal static class ContentSplit
{
    /// <summary>
    /// Text parts make the content; <c>thinking</c> and <c>reasoning</c> parts, with their text in a list or a string, the reasoning.
    /// </summary>
    public static (string? Reasoning, string? Content) OfParts(ReadOnlySpan<byte> json, in MemberSpan content, string? reasoning)
    {
        var text = new StringBuilder();
        var thinking = new StringBuilder(reasoning);
        var walker = new JsonWalker(json, content.ValueStart);
        while (walker.MoveNext())
        {
            var part = walker.Current;
            if (part.Kind == JsonKind.String)
            {
                text.Append(JsonText.AsString(walker.Value));
            }
            else if (part.Kind == JsonKind.Object)
            {
                AppendTexts(json, part.ValueStart, "text"u8, text);
                AppendTexts(json, part.ValueStart, "thinking"u8, thinking);
                AppendTexts(json, part.ValueStart, "summary"u8, thinking);
            }
        }

        return (thinking.Length == 0 ? null : thinking.ToString(), text.ToString());
    }

    private static void AppendTexts(ReadOnlySpan<byte> json, int part, ReadOnlySpan<byte> name, StringBuilder to)
    {
        if (!JsonWalker.TryFind(json, part, name, out var member))
        {
            return;
        }

        if (member.Kind == JsonKind.String)
        {
            to.Append(JsonText.AsString(json.Slice(member.ValueStart, member.ValueLength)));
            return;
        }

        var inner = new JsonWalker(json, member.ValueStart);
        while (member.Kind == JsonKind.Array && inner.MoveNext())
        {
            if (inner.Current.Kind == JsonKind.Object && JsonWalker.TryFind(json, inner.Current.ValueStart, "text"u8, out var text))
            {
                to.Append(JsonText.AsString(json.Slice(text.ValueStart, text.ValueLength)));
            }
        }
    }
}
