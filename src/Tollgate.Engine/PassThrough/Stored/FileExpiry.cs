using System.Text.Json;
using Tollgate.Engine.Keys;

namespace Tollgate.Engine.PassThrough.Stored;

/// <summary>
/// When files must be gone, whatever the client says: <c>enforced_file_expires_after</c> in the metadata of its key or team, of which the
/// shorter one counts.
/// </summary>
internal static class FileExpiry
{
    /// <summary>First part of the names of a form's fields about it.</summary>
    public const string Field = "expires_after";

    private const long SecondsOfADay = 86400;

    /// <summary>Seconds after its upload that a caller's file is to be deleted; null when nobody says.</summary>
    public static long? SecondsFor(Caller caller)
    {
        if (caller.Key is not { Identity: var key })
        {
            return null;
        }

        var own = Read(key.Metadata.Json);
        var team = key.Team is { } entity ? Read(entity.Metadata.Json) : null;
        return own is { } first && team is { } second ? Math.Min(first, second) : own ?? team;
    }

    private static long? Read(ReadOnlyMemory<byte> metadata)
    {
        if (metadata.Span.IndexOf("enforced_file_expires_after"u8) < 0)
        {
            return null;
        }

        using var document = JsonDocument.Parse(metadata);
        return document.RootElement.TryGetProperty("enforced_file_expires_after", out var rule) && rule.ValueKind == JsonValueKind.Object
            ? Count(rule, "seconds") ?? Count(rule, "days") * SecondsOfADay : null;
    }

    private static long? Count(JsonElement rule, string name)
        => rule.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var count)
            && count is > 0 and < 100_000_000 ? count : null;
}
