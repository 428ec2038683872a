using System.Buffers.Text;
using System.Text;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.OpenAi;

/// <summary>
/// Applies <see cref="ResponseRules"/> to the <c>choices</c> of one answer: one instance an answer, fed once or chunk by chunk.
/// </summary>
public sealed class ChoicesEditor(ResponseRules rules)
{
    private static readonly ReadOnlyMemory<byte> NullJson = "null"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> ToolCallsJson = "\"tool_calls\""u8.ToArray();
    private static readonly ReadOnlyMemory<byte> ReasoningContent = "reasoning_content"u8.ToArray();

    private readonly byte[][] _reasoningNames = [.. rules.ReasoningNames.Select(Encoding.UTF8.GetBytes)];
    private readonly Dictionary<int, ChoiceState> _states = [];

    /// <summary>Edits the array at <paramref name="choices"/>.</summary>
    /// <param name="json">The answer or chunk.</param>
    /// <param name="choices">Its <c>choices</c> member.</param>
    /// <param name="edits">Where changes go, in the order of the text.</param>
    public void Edit(ReadOnlyMemory<byte> json, in MemberSpan choices, JsonEdits edits)
    {
        if (choices.Kind != JsonKind.Array)
        {
            return;
        }

        var position = 0;
        var walker = new JsonWalker(json.Span, choices.ValueStart);
        while (walker.MoveNext())
        {
            if (walker.Current.Kind == JsonKind.Object)
            {
                EditChoice(json, walker.Current.ValueStart, position, edits);
            }

            position++;
        }
    }

    private void EditChoice(ReadOnlyMemory<byte> json, int start, int position, JsonEdits edits)
    {
        var span = json.Span;
        var state = StateOf(span, start, position);
        var isMessage = JsonWalker.TryFind(span, start, "message"u8, out var body) && body.Kind == JsonKind.Object;
        if (!isMessage)
        {
            _ = JsonWalker.TryFind(span, start, "delta"u8, out body);
        }

        var isFinal = isMessage || (JsonWalker.TryFind(span, start, "finish_reason"u8, out var finish)
            && finish.Kind == JsonKind.String && finish.ValueLength > 2);
        if (body.Kind == JsonKind.Object)
        {
            state.CallsTools |= JsonWalker.TryFind(span, body.ValueStart, "tool_calls"u8, out var calls)
                && calls is { Kind: JsonKind.Array, ValueLength: > 2 };
        }

        var walker = new JsonWalker(span, start);
        while (walker.MoveNext())
        {
            var member = walker.Current;
            if (member.ValueStart == body.ValueStart && body.Kind == JsonKind.Object)
            {
                EditBody(json, body, state, isFinal, edits);
            }
            else if (walker.NameIs("finish_reason"u8) && member.Kind == JsonKind.String)
            {
                EditFinish(span, member, state, edits);
            }
        }
    }

    private ChoiceState StateOf(ReadOnlySpan<byte> json, int start, int position)
    {
        var index = JsonWalker.TryFind(json, start, "index"u8, out var member)
            && Utf8Parser.TryParse(json.Slice(member.ValueStart, member.ValueLength), out int given, out _) ? given : position;
        if (!_states.TryGetValue(index, out var state))
        {
            _states[index] = state = new ChoiceState();
        }

        return state;
    }

    private void EditFinish(ReadOnlySpan<byte> json, in MemberSpan reason, ChoiceState state, JsonEdits edits)
    {
        var raw = json.Slice(reason.ValueStart + 1, reason.ValueLength - 2);
        if (rules.FinishOnToolCalls && state.CallsTools && (raw.IsEmpty || raw.SequenceEqual("stop"u8)))
        {
            edits.Replace(reason.ValueStart, reason.End, ToolCallsJson);
        }
        else if (raw.IsEmpty)
        {
            edits.Replace(reason.ValueStart, reason.End, NullJson);
        }
        else if (!rules.FinishReasons.IsEmpty && rules.FinishReasons.TryGetValue(JsonText.Unescape(raw), out var mapped))
        {
            var isStop = state.CallsTools && string.Equals(mapped, "stop", StringComparison.Ordinal);
            edits.Replace(reason.ValueStart, reason.End, isStop ? ToolCallsJson : JsonText.Quote(mapped));
        }
    }

    private void EditBody(ReadOnlyMemory<byte> json, in MemberSpan body, ChoiceState state, bool isFinal, JsonEdits edits)
    {
        var span = json.Span;
        var reasoning = FindReasoning(span, body.ValueStart);
        var content = JsonWalker.TryFind(span, body.ValueStart, "content"u8, out var found) ? found : default;
        var isParts = rules.ContentParts && content.Kind == JsonKind.Array;
        var mustRead = isParts || rules.MergeReasoning || (rules.ThinkTags && !state.ThinkDone);
        var before = mustRead ? (Reasoning: TextOf(span, reasoning), Content: TextOf(span, content)) : default;
        var after = before;
        if (isParts)
        {
            after = ContentSplit.OfParts(span, content, before.Reasoning);
        }

        if (rules.ThinkTags && !state.ThinkDone)
        {
            after = state.SplitTags(after.Reasoning, after.Content, isFinal);
        }

        if (rules.MergeReasoning)
        {
            after = (null, state.Merge(after.Reasoning, after.Content, isFinal));
        }

        var sameReasoning = string.Equals(after.Reasoning, before.Reasoning, StringComparison.Ordinal);
        var sameContent = !isParts && string.Equals(after.Content, before.Content, StringComparison.Ordinal);
        if (!sameReasoning || !sameContent)
        {
            Rewrite(span, body, reasoning, content, after, edits);
        }
        else if (reasoning.Kind != JsonKind.None && !IsNamed(span, reasoning, "reasoning_content"u8))
        {
            Rename(span, body, reasoning, edits);
        }
    }

    private MemberSpan FindReasoning(ReadOnlySpan<byte> json, int body)
    {
        if (JsonWalker.TryFind(json, body, "reasoning_content"u8, out var member) && member.Kind != JsonKind.Null)
        {
            return member;
        }

        foreach (var name in _reasoningNames)
        {
            if (JsonWalker.TryFind(json, body, name, out member) && member.Kind != JsonKind.Null)
            {
                return member;
            }
        }

        return default;
    }

    private static string? TextOf(ReadOnlySpan<byte> json, in MemberSpan member)
        => member.Kind == JsonKind.String ? JsonText.Unescape(json.Slice(member.ValueStart + 1, member.ValueLength - 2)) : null;

    private static bool IsNamed(ReadOnlySpan<byte> json, in MemberSpan member, ReadOnlySpan<byte> name)
        => JsonMembers.NameEquals(json, member, name);

    private static void Rename(ReadOnlySpan<byte> json, in MemberSpan body, in MemberSpan reasoning, JsonEdits edits)
    {
        var cutter = new MemberCutter(edits);
        var walker = new JsonWalker(json, body.ValueStart);
        while (walker.MoveNext())
        {
            var member = walker.Current;
            if (walker.NameIs("reasoning_content"u8))
            {
                cutter.Cut(member.Start, member.End);
                continue;
            }

            cutter.Keep(member.Start, member.End);
            if (member.Start == reasoning.Start)
            {
                edits.Replace(member.NameStart, member.NameStart + member.NameLength, ReasoningContent);
            }
        }

        cutter.Finish();
    }

    private static void Rewrite(
        ReadOnlySpan<byte> json, in MemberSpan body, in MemberSpan reasoning, in MemberSpan content,
        (string? Reasoning, string? Content) text, JsonEdits edits)
    {
        var cutter = new MemberCutter(edits);
        var walker = new JsonWalker(json, body.ValueStart);
        while (walker.MoveNext())
        {
            var member = walker.Current;
            var isContent = content.Kind != JsonKind.None && member.Start == content.Start;
            var isReasoning = walker.NameIs("reasoning_content"u8) || (reasoning.Kind != JsonKind.None && member.Start == reasoning.Start);
            if (isReasoning || (walker.NameIs("content"u8) && !isContent))
            {
                cutter.Cut(member.Start, member.End);
                continue;
            }

            cutter.Keep(member.Start, member.End);
            if (isContent)
            {
                edits.Replace(member.ValueStart, member.End, text.Content is null ? NullJson : JsonText.Quote(text.Content));
            }
        }

        cutter.Finish();
        Append("content", content.Kind == JsonKind.None ? text.Content : null, body, edits, ref cutter);
        Append("reasoning_content", text.Reasoning, body, edits, ref cutter);
    }

    private static void Append(string name, string? text, in MemberSpan body, JsonEdits edits, ref MemberCutter cutter)
    {
        if (!string.IsNullOrEmpty(text))
        {
            var member = ParameterRules.Member(name, JsonText.Quote(text));
            edits.Insert(body.End - 1, cutter.HasKept ? member : member.AsMemory(1));
            cutter.HasKept = true;
        }
    }
}
