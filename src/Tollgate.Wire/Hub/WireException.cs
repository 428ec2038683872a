namespace Tollgate.Wire.Hub;

/// <summary>A body that cannot be read in its dialect: answered with status 400.</summary>
/// <param name="message">What is wrong and what would be right, for people.</param>
/// <param name="param">The field at fault as the client wrote it (<c>messages[2].content</c>); null when it is the whole.</param>
public sealed class WireException(string message, string? param = null) : Exception(message)
{
    /// <summary>The field at fault.</summary>
    public string? Param { get; } = param;
}
