namespace Tollgate.Wire.Hub;

/// <summary>
/// Seals of a thought that chat clients carry inside the ids of tool calls, the only field that they send back unchanged:
/// <c>call_1__thought__&lt;seal&gt;</c> (providers.md section 7, item 3).
/// </summary>
public static class ThoughtIds
{
    private const string Mark = "__thought__";

    /// <summary>Takes an id apart; the seal is null when it holds none.</summary>
    public static (string Id, string? Signature) Split(string id)
    {
        var at = id.IndexOf(Mark, StringComparison.Ordinal);
        return at < 0 ? (id, null) : (id[..at], id[(at + Mark.Length)..]);
    }

    /// <summary>The id with its seal, as a chat client is given it.</summary>
    public static string Join(string id, string? signature) => string.IsNullOrEmpty(signature) ? id : id + Mark + signature;
}
