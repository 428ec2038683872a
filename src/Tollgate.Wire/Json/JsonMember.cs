namespace Tollgate.Wire.Json;

/// <summary>A JSON value under a name, kept as UTF-8 JSON text so that it can be spliced into a request as is.</summary>
/// <param name="Name">Member name.</param>
/// <param name="Json">The value as JSON text, UTF-8.</param>
public sealed record JsonMember(string Name, ReadOnlyMemory<byte> Json);
