using System.Text;

namespace Tollgate.Engine.Media;

/// <summary>The framing of a form that is sent.</summary>
internal static class FormText
{
    /// <summary>What ends a part.</summary>
    public static readonly ReadOnlyMemory<byte> LineEnd = "\r\n"u8.ToArray();

    /// <summary>A whole field.</summary>
    public static byte[] Field(string boundary, string name, string value)
        => Encoding.UTF8.GetBytes($"--{boundary}\r\nContent-Disposition: form-data; name=\"{Escape(name)}\"\r\n\r\n{value}\r\n");

    /// <summary>What stands before a file's bytes: the client's own headers.</summary>
    public static byte[] Opening(string boundary, FormPart part)
        => Encoding.UTF8.GetBytes(
            $"--{boundary}\r\nContent-Disposition: {part.Disposition}\r\n"
            + (part.ContentType is { } type ? $"Content-Type: {type}\r\n" : "") + "\r\n");

    /// <summary>The end of the form.</summary>
    public static byte[] End(string boundary) => Encoding.UTF8.GetBytes($"--{boundary}--\r\n");

    /// <summary>As browsers do it: what would end the quoted name is percent-encoded.</summary>
    private static string Escape(string name)
        => name.Replace("\"", "%22", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal)
            .Replace("\n", "%0A", StringComparison.Ordinal);
}
