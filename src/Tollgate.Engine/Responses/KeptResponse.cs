using System.Buffers;
using Tollgate.Wire.Json;

namespace Tollgate.Engine.Responses;

/// <summary>An answer that a client may go on from, with the conversation before it.</summary>
/// <param name="Input">Everything that was said up to the answer: a JSON array of items.</param>
/// <param name="Answer">The response object as the client got it.</param>
internal sealed record KeptResponse(ReadOnlyMemory<byte> Input, ReadOnlyMemory<byte> Answer)
{
    /// <summary>Bytes that it takes.</summary>
    public int Size => Input.Length + Answer.Length;

    /// <summary>Items of the answer's output, without the brackets; empty when there are none.</summary>
    public ReadOnlyMemory<byte> Output
    {
        get
        {
            var json = Answer.Span;
            return JsonWalker.TryFind(json, 0, "output"u8, out var output) && output.Kind == JsonKind.Array
                ? Answer.Slice(output.ValueStart + 1, output.ValueLength - 2) : default;
        }
    }

    /// <summary>One array of the items of several, each given without its brackets.</summary>
    public static ReadOnlyMemory<byte> Join(ReadOnlySpan<ReadOnlyMemory<byte>> lists)
    {
        var joined = new ArrayBufferWriter<byte>(1024);
        var isFirst = true;
        joined.Write("["u8);
        foreach (var items in lists)
        {
            if (items.Span.Trim(" \r\n\t"u8).IsEmpty)
            {
                continue;
            }

            if (!isFirst)
            {
                joined.Write(","u8);
            }

            isFirst = false;
            joined.Write(items.Span);
        }

        joined.Write("]"u8);
        return joined.WrittenMemory;
    }

    /// <summary>As one JSON text, for stores outside.</summary>
    public ReadOnlyMemory<byte> ToBytes()
    {
        var bytes = new ArrayBufferWriter<byte>(Size + 32);
        bytes.Write("{\"input\":"u8);
        bytes.Write(Input.Span);
        bytes.Write(",\"answer\":"u8);
        bytes.Write(Answer.Span);
        bytes.Write("}"u8);
        return bytes.WrittenMemory;
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote; null for anything else.</summary>
    public static KeptResponse? Read(ReadOnlyMemory<byte> bytes)
    {
        var members = new JsonMembers();
        var json = bytes.Span;
        if (!JsonScanner.Scan(json, members).IsNone || members.RootKind != JsonKind.Object)
        {
            return null;
        }

        var input = members.Find(json, "input"u8);
        var answer = members.Find(json, "answer"u8);
        return input >= 0 && answer >= 0 && members[input].Kind == JsonKind.Array && members[answer].Kind == JsonKind.Object
            ? new KeptResponse(
                bytes.Slice(members[input].ValueStart, members[input].ValueLength),
                bytes.Slice(members[answer].ValueStart, members[answer].ValueLength))
            : null;
    }
}
