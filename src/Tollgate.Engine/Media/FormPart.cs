namespace Tollgate.Engine.Media;

/// <summary>A file of a form.</summary>
/// <param name="name">Name of its field.</param>
/// <param name="disposition">Header <c>Content-Disposition</c> as the client wrote it.</param>
/// <param name="contentType">Header <c>Content-Type</c> as the client wrote it; null for none.</param>
internal sealed class FormPart(string name, string disposition, string? contentType)
{
    public string Name { get; } = name;

    public string Disposition { get; } = disposition;

    public string? ContentType { get; } = contentType;

    /// <summary>What is kept of it.</summary>
    public HeldBytes Held { get; } = new();

    /// <summary>Bytes that went past without being kept.</summary>
    public long Streamed { get; set; }

    /// <summary>Bytes seen so far; the whole file once it has been sent.</summary>
    public long Length => Held.Length + Streamed;
}
