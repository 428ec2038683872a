namespace Tollgate.Data.Spend;

/// <summary>What the rows of one counter table gain, in key order.</summary>
internal sealed class CounterRows
{
    private CounterRows(List<CounterRow> rows) => Rows = rows;

    /// <summary>The rows, sorted by key so that all writers lock them in the same order.</summary>
    public List<CounterRow> Rows { get; }

    public string[] First => [.. Rows.Select(static r => r.First)];

    public string[] Second => [.. Rows.Select(static r => r.Second)];

    public double[] Spend => [.. Rows.Select(static r => (double)r.Spend)];

    /// <summary>These rows, which are in order already.</summary>
    public static CounterRows From(IEnumerable<CounterRow> rows) => new([.. rows]);

    /// <summary>Rows of a table that the batch changes.</summary>
    public static CounterRows Of(int table, BatchTotals totals, LastActive active)
    {
        var rows = new List<CounterRow>();
        foreach (var ((first, second), sum) in totals.Counters[table])
        {
            if (first == TextTable.Empty)
            {
                continue;
            }

            var id = totals.Texts[first];
            DateTime? used = sum.LastUsed > 0 && active.IsDue(id, sum.LastUsed) ? new DateTime(sum.LastUsed, DateTimeKind.Unspecified) : null;
            // Free calls change nothing here, except that they make a customer known.
            if (sum.Spend != 0 || used is not null || table == CounterTable.Customers)
            {
                rows.Add(new CounterRow(id, totals.Texts[second], sum.Spend, used));
            }
        }

        if (table == CounterTable.Users && totals.Global != 0)
        {
            var own = rows.FindIndex(static r => string.Equals(r.First, CounterTable.GlobalUser, StringComparison.Ordinal));
            var before = own < 0 ? 0 : rows[own].Spend;
            rows.RemoveAll(static r => string.Equals(r.First, CounterTable.GlobalUser, StringComparison.Ordinal));
            rows.Add(new CounterRow(CounterTable.GlobalUser, "", before + totals.Global, null));
        }

        rows.Sort(static (a, b) => string.CompareOrdinal(a.First, b.First) is not 0 and var order ? order : string.CompareOrdinal(a.Second, b.Second));
        return new CounterRows(rows);
    }
}

/// <summary>What one row gains.</summary>
/// <param name="First">First column of its key.</param>
/// <param name="Second">Second column; empty when the key has one.</param>
/// <param name="Spend">USD.</param>
/// <param name="LastUsed">New <c>last_active</c>; null leaves it.</param>
internal readonly record struct CounterRow(string First, string Second, decimal Spend, DateTime? LastUsed);
