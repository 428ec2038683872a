using System.Buffers;
using System.Globalization;
using System.Text;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.OpenAi;

/// <summary>Makes a stream of a whole answer, for upstreams that ignore <c>stream</c> and for canned answers.</summary>
public static class WholeAnswer
{
    /// <summary>Writes an answer as events, <c>[DONE]</c> included.</summary>
    /// <param name="answer">A chat or completions answer that <see cref="ResponseEditor"/> has accepted, edits applied.</param>
    /// <param name="showUsage">End with a usage chunk.</param>
    /// <param name="output">Where to.</param>
    public static void WriteAsStream(ReadOnlySpan<byte> answer, bool showUsage, IBufferWriter<byte> output)
    {
        var members = new JsonMembers();
        if (!JsonScanner.Scan(answer, members).IsNone)
        {
            throw new ArgumentException("The answer is not JSON.", nameof(answer));
        }

        var head = Head(answer, members);
        var choice = new JsonWalker(answer, members[members.Find(answer, "choices"u8)].ValueStart);
        while (choice.MoveNext())
        {
            if (choice.Current.Kind == JsonKind.Object)
            {
                WriteChoice(answer, choice.Current.ValueStart, head, output);
            }
        }

        var usage = members.Find(answer, "usage"u8);
        if (showUsage && usage >= 0)
        {
            var choices = IsChat(answer, members) ? "[{\"index\":0,\"delta\":{}}]" : "[]";
            WriteEvent(output, head, $"{choices},\"usage\":{Text(answer, members[usage])}");
        }

        output.Write("data: [DONE]\n\n"u8);
    }

    private static void WriteChoice(ReadOnlySpan<byte> answer, int start, string head, IBufferWriter<byte> output)
    {
        var index = JsonWalker.TryFind(answer, start, "index"u8, out var number) ? Text(answer, number) : "0";
        var finish = JsonWalker.TryFind(answer, start, "finish_reason"u8, out var reason) ? Text(answer, reason) : "\"stop\"";
        if (JsonWalker.TryFind(answer, start, "message"u8, out var message) && message.Kind == JsonKind.Object)
        {
            WriteEvent(output, head, $"[{{\"index\":{index},\"delta\":{Delta(answer, message.ValueStart)},\"finish_reason\":null}}]");
            WriteEvent(output, head, $"[{{\"index\":{index},\"delta\":{{}},\"finish_reason\":{finish}}}]");
        }
        else
        {
            var text = JsonWalker.TryFind(answer, start, "text"u8, out var value) ? Text(answer, value) : "\"\"";
            WriteEvent(output, head, $"[{{\"index\":{index},\"text\":{text},\"finish_reason\":{finish}}}]");
        }
    }

    /// <summary>A message as a delta: the same members, tool calls numbered.</summary>
    private static string Delta(ReadOnlySpan<byte> answer, int start)
    {
        var delta = new StringBuilder("{");
        var member = new JsonWalker(answer, start);
        while (member.MoveNext())
        {
            if (delta.Length > 1)
            {
                delta.Append(',');
            }

            delta.Append('"').Append(Encoding.UTF8.GetString(member.Name)).Append("\":");
            if (member.NameIs("tool_calls"u8) && member.Current.Kind == JsonKind.Array)
            {
                AppendToolCalls(answer, member.Current.ValueStart, delta);
            }
            else
            {
                delta.Append(Encoding.UTF8.GetString(member.Value));
            }
        }

        return delta.Append('}').ToString();
    }

    private static void AppendToolCalls(ReadOnlySpan<byte> answer, int start, StringBuilder delta)
    {
        delta.Append('[');
        var number = 0;
        var call = new JsonWalker(answer, start);
        while (call.MoveNext())
        {
            var text = Encoding.UTF8.GetString(call.Value);
            delta.Append(number == 0 ? "" : ",");
            var hasIndex = call.Current.Kind != JsonKind.Object || JsonWalker.TryFind(answer, call.Current.ValueStart, "index"u8, out _);
            if (hasIndex)
            {
                delta.Append(text);
            }
            else
            {
                var rest = text.AsSpan(1).TrimStart();
                delta.Append(CultureInfo.InvariantCulture, $"{{\"index\":{number}").Append(rest[0] == '}' ? "" : ",").Append(rest);
            }

            number++;
        }

        delta.Append(']');
    }

    private static string Head(ReadOnlySpan<byte> answer, JsonMembers members)
    {
        var isChat = IsChat(answer, members);
        var head = new StringBuilder("{");
        for (var i = 0; i < members.Count; i++)
        {
            var name = Encoding.UTF8.GetString(answer.Slice(members[i].NameStart, members[i].NameLength));
            if (name is "choices" or "usage")
            {
                continue;
            }

            var value = string.Equals(name, "object", StringComparison.Ordinal) && isChat ? "\"chat.completion.chunk\"" : Text(answer, members[i]);
            head.Append('"').Append(name).Append("\":").Append(value).Append(',');
        }

        return head.Append("\"choices\":").ToString();
    }

    private static bool IsChat(ReadOnlySpan<byte> answer, JsonMembers members)
        => members.Find(answer, "object"u8) is >= 0 and var kind && Text(answer, members[kind]).Contains("chat", StringComparison.Ordinal);

    private static void WriteEvent(IBufferWriter<byte> output, string head, string rest)
    {
        // Within JSON strings line breaks are escaped, so that those found stand between tokens.
        output.Write("data: "u8);
        output.Write(Encoding.UTF8.GetBytes((head + rest + "}").Replace('\r', ' ').Replace('\n', ' ')));
        output.Write("\n\n"u8);
    }

    private static string Text(ReadOnlySpan<byte> json, in MemberSpan member) => Encoding.UTF8.GetString(json.Slice(member.ValueStart, member.ValueLength));
}
