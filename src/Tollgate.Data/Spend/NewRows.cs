using Tollgate.Engine.Keys;
using Tollgate.Engine.Spend;

namespace Tollgate.Data.Spend;

/// <summary>Which rows have to be made because the update did not find them.</summary>
internal static class NewRows
{
    /// <summary>Rows to make; those of the other ids are not there and need not be.</summary>
    public static CounterRows Of(
        int table, CounterRows rows, Dictionary<(string, string), double> found, NewCustomers newCustomers)
    {
        var missing = rows.Rows.Where(row => !found.ContainsKey((row.First, row.Second)));
        return table switch
        {
            CounterTable.Members => CounterRows.From(missing),
            CounterTable.Customers => Limited([.. missing], newCustomers),
            // The gateway's own spend is a user row that nobody makes by hand.
            CounterTable.Users => CounterRows.From(missing.Where(static r => string.Equals(r.First, CounterTable.GlobalUser, StringComparison.Ordinal))),
            _ => CounterRows.From([]),
        };
    }

    private static CounterRows Limited(List<CounterRow> missing, NewCustomers newCustomers) =>
        CounterRows.From(missing.Take(newCustomers.Take(missing.Count)));
}

/// <summary>Makes what listeners hear.</summary>
internal static class Flushed
{
    /// <summary>Rows that gained what was meant for values of keys that they have replaced: nothing of theirs was on its way.</summary>
    public static IEnumerable<FlushedSpend> OfReplaced(ChangedObject kind, CounterRows rows, Dictionary<(string, string), double> spend)
        => kind != ChangedObject.Key || rows.Rows.TrueForAll(row => spend.ContainsKey((row.First, row.Second)))
            ? []
            : spend.Keys.Except(rows.Rows.Select(static row => (row.First, row.Second)))
                .Select(key => Of(kind, new CounterRow(key.Item1, key.Item2, 0, null), spend));

    public static FlushedSpend Of(ChangedObject kind, CounterRow row, Dictionary<(string, string), double> spend)
    {
        decimal? total = spend.TryGetValue((row.First, row.Second), out var now) && double.IsFinite(now) && Math.Abs(now) < (double)decimal.MaxValue
            ? (decimal)now
            : null;
        return kind switch
        {
            ChangedObject.TeamMember => new FlushedSpend(kind, $"{row.Second}|{row.First}", row.Spend, total),
            ChangedObject.User when string.Equals(row.First, CounterTable.GlobalUser, StringComparison.Ordinal) =>
                new FlushedSpend(ChangedObject.Global, row.First, row.Spend, total),
            _ => new FlushedSpend(kind, row.First, row.Spend, total),
        };
    }
}
