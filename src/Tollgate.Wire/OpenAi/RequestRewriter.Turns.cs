using System.Buffers;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.OpenAi;

/// <summary>
/// Text of messages without undoing escapes: what stands between the quotes of two JSON strings may stand between the quotes of one.
/// </summary>
internal static class MessageText
{
    /// <summary>Joins the text parts of a content list.</summary>
    /// <param name="request">The request.</param>
    /// <param name="content">A list of parts.</param>
    /// <param name="ignoreOthers">Leave out what is no text, instead of giving up.</param>
    /// <param name="text">A JSON string.</param>
    public static bool TryJoin(in RequestView request, in MemberSpan content, bool ignoreOthers, out ReadOnlyMemory<byte> text)
    {
        text = default;
        var json = request.Json.Span;
        var joined = new ArrayBufferWriter<byte>(content.ValueLength);
        joined.Write("\""u8);
        var walker = new JsonWalker(json, content.ValueStart);
        while (walker.MoveNext())
        {
            var part = walker.Current;
            if (part.Kind == JsonKind.String)
            {
                joined.Write(request.Value(part)[1..^1]);
            }
            else if (
                part.Kind == JsonKind.Object && JsonWalker.TryFind(json, part.ValueStart, "text"u8, out var inner)
                && inner.Kind == JsonKind.String
                && JsonWalker.TryFind(json, part.ValueStart, "type"u8, out var type) && request.IsText(type, "text"u8))
            {
                joined.Write(request.Value(inner)[1..^1]);
            }
            else if (!ignoreOthers)
            {
                return false;
            }
        }

        joined.Write("\""u8);
        text = joined.WrittenSpan.ToArray();
        return true;
    }
}

/// <summary>Moves and merges whole messages.</summary>
internal static class MessageTurns
{
    /// <summary>A message on its way.</summary>
    /// <param name="Role">Its role, escapes undone.</param>
    /// <param name="Text">Its object as JSON.</param>
    private sealed record Turn(string Role, byte[] Text);

    public static ReadOnlyMemory<byte> Rebuild(in RequestView request, in MemberSpan messages, MessageRules rules)
    {
        if (messages.Kind != JsonKind.Array)
        {
            return request.Json.Slice(messages.ValueStart, messages.ValueLength);
        }

        var turns = Read(request, messages);
        if (rules.DropEmptyAssistant)
        {
            turns.RemoveAll(static turn => turn.Role is "assistant" && SaysNothing(turn.Text));
        }

        if (rules.FoldSystem)
        {
            turns = [.. turns.Select(static turn => turn.Role is "system" or "developer" ? WithRole(turn, "user") : turn)];
            MergeFolded(turns, request, messages);
        }

        if (rules.MergeSameRole)
        {
            turns = [.. turns.OrderBy(static turn => turn.Role is "system" ? 0 : 1)];
            MergeNeighbours(turns, static role => role is "user" or "assistant" or "system");
        }

        var text = new ArrayBufferWriter<byte>(messages.ValueLength + 2);
        text.Write("["u8);
        for (var i = 0; i < turns.Count; i++)
        {
            text.Write(i == 0 ? ""u8 : ","u8);
            text.Write(turns[i].Text);
        }

        text.Write("]"u8);
        return text.WrittenSpan.ToArray();
    }

    private static List<Turn> Read(in RequestView request, in MemberSpan messages)
    {
        var json = request.Json.Span;
        var turns = new List<Turn>();
        var walker = new JsonWalker(json, messages.ValueStart);
        while (walker.MoveNext())
        {
            var role = walker.Current.Kind == JsonKind.Object
                && JsonWalker.TryFind(json, walker.Current.ValueStart, "role"u8, out var found)
                ? JsonText.AsString(request.Value(found)) : null;
            turns.Add(new Turn(role ?? "", walker.Value.ToArray()));
        }

        return turns;
    }

    private static bool SaysNothing(byte[] message)
    {
        var calls = JsonWalker.TryFind(message, 0, "tool_calls"u8, out var list) && list.ValueLength > 2;
        var says = JsonWalker.TryFind(message, 0, "content"u8, out var content) && content.Kind != JsonKind.Null && content.ValueLength > 2;
        var function = JsonWalker.TryFind(message, 0, "function_call"u8, out var call) && call.Kind == JsonKind.Object;
        return !calls && !says && !function;
    }

    private static Turn WithRole(Turn turn, string role)
    {
        if (!JsonWalker.TryFind(turn.Text, 0, "role"u8, out var member))
        {
            return turn;
        }

        return new Turn(role, [.. turn.Text[..member.ValueStart], .. JsonText.Quote(role), .. turn.Text[member.End..]]);
    }

    /// <summary>System text joins the user message behind it; users that were neighbours before stay apart.</summary>
    private static void MergeFolded(List<Turn> turns, in RequestView request, in MemberSpan messages)
    {
        var roles = Read(request, messages);
        if (roles.Count != turns.Count)
        {
            MergeNeighbours(turns, static role => role is "user");
            return;
        }

        for (var i = turns.Count - 2; i >= 0; i--)
        {
            if (roles[i].Role is "system" or "developer" && turns[i + 1].Role is "user" && TryMerge(turns[i], turns[i + 1]) is { } merged)
            {
                turns[i] = merged;
                turns.RemoveAt(i + 1);
            }
        }
    }

    private static void MergeNeighbours(List<Turn> turns, Func<string, bool> isMerged)
    {
        for (var i = turns.Count - 2; i >= 0; i--)
        {
            if (string.Equals(turns[i].Role, turns[i + 1].Role, StringComparison.Ordinal) && isMerged(turns[i].Role)
                && TryMerge(turns[i], turns[i + 1]) is { } merged)
            {
                turns[i] = merged;
                turns.RemoveAt(i + 1);
            }
        }
    }

    /// <summary>One message of two; null when their contents are not both text or lists, or one calls tools.</summary>
    private static Turn? TryMerge(Turn first, Turn second)
    {
        if (!TryContent(first.Text, out var a) || !TryContent(second.Text, out var b))
        {
            return null;
        }

        byte[] content = a.Kind == JsonKind.String && b.Kind == JsonKind.String
            ? [.. first.Text[a.ValueStart..(a.End - 1)], .. "\\n"u8, .. second.Text[(b.ValueStart + 1)..b.End]]
            : [(byte)'[', .. Parts(first.Text, a), (byte)',', .. Parts(second.Text, b), (byte)']'];
        return new Turn(second.Role, [.. second.Text[..b.ValueStart], .. content, .. second.Text[b.End..]]);
    }

    private static bool TryContent(byte[] message, out MemberSpan content)
    {
        var found = JsonWalker.TryFind(message, 0, "content"u8, out content) && content.Kind is JsonKind.String or JsonKind.Array;
        if (!found || JsonWalker.TryFind(message, 0, "tool_calls"u8, out _))
        {
            return false;
        }

        return content.Kind == JsonKind.String || new JsonWalker(message, content.ValueStart).MoveNext();
    }

    private static byte[] Parts(byte[] message, in MemberSpan content)
        => content.Kind == JsonKind.Array
            ? message[(content.ValueStart + 1)..(content.End - 1)]
            : [.. "{\"type\":\"text\",\"text\":"u8, .. message[content.ValueStart..content.End], (byte)'}'];
}
