namespace Tollgate.Data.Spend;

/// <summary>
/// Calls that were made with a value which a rotation has replaced before their spend arrives: it belongs to the same key, whose row has a
/// new hash by then. Otherwise whoever rotates a key often enough would have no budget.
/// </summary>
internal static class ReplacedKeys
{
    /// <summary>Hashes whose rows the update did not find; none but for tables of keys.</summary>
    public static string[] Missing(int table, CounterRows rows, Dictionary<(string, string), double> found)
        => table != CounterTable.Keys || found.Count >= rows.Rows.Count
            ? []
            : [.. rows.Rows.Where(row => !found.ContainsKey((row.First, row.Second))).Select(static row => row.First)];

    /// <summary>What the rows gain that the missing ones have become, in key order.</summary>
    /// <param name="rows">The rows as the calls name them.</param>
    /// <param name="current">Hash as it was and as it is.</param>
    public static CounterRows Moved(CounterRows rows, Dictionary<string, string> current) => CounterRows.From(
        rows.Rows.Where(row => current.ContainsKey(row.First))
            .GroupBy(row => current[row.First], StringComparer.Ordinal)
            .OrderBy(static group => group.Key, StringComparer.Ordinal)
            .Select(static group => new CounterRow(group.Key, "", group.Sum(static row => row.Spend), group.Max(static row => row.LastUsed))));
}
