using System.Buffers;
using System.Text;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Tests.OpenAi;

/// <summary>A stream editor with texts in place of bytes.</summary>
internal static class Chunks
{
    /// <summary>An editor for a client that asked for <c>gpt</c>.</summary>
    public static StreamEditor Editor(Surface surface = Surface.Chat, bool showUsage = false)
        => new(new StreamView(surface, "\"gpt\""u8.ToArray(), showUsage, ResponseRules.Identity));

    /// <summary>Looks at a chunk and tells what becomes of it; null when it is not forwarded.</summary>
    public static string? Forward(this StreamEditor editor, string chunk)
    {
        var payload = Encoding.UTF8.GetBytes(chunk);
        if (editor.Next(payload) != ChunkAction.Forward)
        {
            return null;
        }

        var output = new ArrayBufferWriter<byte>();
        editor.Edits.WriteTo(payload, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>Looks at a chunk.</summary>
    public static ChunkAction Look(this StreamEditor editor, string chunk) => editor.Next(Encoding.UTF8.GetBytes(chunk));

    /// <summary>The usage chunk, or null when there is none to write.</summary>
    public static string? UsageChunk(this StreamEditor editor)
    {
        var output = new ArrayBufferWriter<byte>();
        return editor.TryWriteUsageChunk(output) ? Encoding.UTF8.GetString(output.WrittenSpan) : null;
    }

    /// <summary>The finish chunk.</summary>
    public static string FinishChunk(this StreamEditor editor)
    {
        var output = new ArrayBufferWriter<byte>();
        editor.WriteFinishChunk(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
