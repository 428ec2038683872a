using System.Text;
using Tollgate.Wire.Sse;

namespace Tollgate.Wire.Tests.Sse;

/// <summary>Feeds a splitter as a relay does: what is unread is offered again, with more behind it.</summary>
internal static class SseReading
{
    /// <summary>What stands for a comment among the payloads.</summary>
    public const string Comment = "(comment)";

    /// <summary>The events of a stream that arrives in parts.</summary>
    /// <param name="stream">All of it.</param>
    /// <param name="cuts">Where a part ends, ascending; the end of the stream is one more.</param>
    public static List<string> Read(byte[] stream, params int[] cuts)
    {
        var splitter = new SseSplitter();
        var events = new List<string>();
        var start = 0;
        foreach (var end in (int[])[.. cuts, stream.Length])
        {
            // A buffer of its own: whoever keeps a slice of an earlier one would be found out.
            var part = stream[start..end];
            var at = 0;
            while (true)
            {
                var found = splitter.TryRead(part.AsMemory(at), out var consumed, out var next);
                at += consumed;
                if (!found)
                {
                    break;
                }

                events.Add(Show(next));
            }

            start += at;
        }

        if (splitter.TryFinish(stream.AsMemory(start), out var last))
        {
            events.Add(Show(last));
        }

        return events;
    }

    private static string Show(SseEvent item) => item.IsComment ? Comment : Encoding.UTF8.GetString(item.Data.Span);
}
