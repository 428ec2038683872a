namespace Tollgate.Engine.Pipeline;

/// <summary>The mark that some editors and languages put before UTF-8 text, and that many JSON parsers refuse.</summary>
internal static class ByteOrderMark
{
    /// <summary>The text behind the mark.</summary>
    public static ReadOnlyMemory<byte> Skip(ReadOnlyMemory<byte> text) => text.Span.StartsWith("\uFEFF"u8) ? text[3..] : text;
}
