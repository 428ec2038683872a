using System.Globalization;

namespace Tollgate.Data.Spend;

/// <summary>What the rows of one daily table gain.</summary>
internal static class DailyRows
{
    /// <summary>Rows in the order of the unique key.</summary>
    public static List<DailyRow> Of(int table, BatchTotals totals)
    {
        var rows = new List<DailyRow>(totals.Daily[table].Count);
        var texts = totals.Texts;
        foreach (var (key, sum) in totals.Daily[table])
        {
            var date = DateOnly.FromDayNumber(key.Day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            rows.Add(new DailyRow([texts[key.Entity], date, texts[key.KeyHash], texts[key.Model], texts[key.Provider], texts[key.Endpoint]], texts[sum.ModelGroup], sum));
        }

        rows.Sort(Compare);
        return rows;
    }

    private static int Compare(DailyRow left, DailyRow right)
    {
        for (var i = 0; i < left.Key.Length; i++)
        {
            if (string.CompareOrdinal(left.Key[i], right.Key[i]) is not 0 and var order)
            {
                return order;
            }
        }

        return 0;
    }
}

/// <summary>What one daily row gains.</summary>
/// <param name="Key">Entity, date, key hash, model, provider, endpoint; empty texts, never null, because NULLs never conflict.</param>
/// <param name="ModelGroup">Model group.</param>
/// <param name="Sum">The sums.</param>
internal readonly record struct DailyRow(string[] Key, string ModelGroup, DailySum Sum)
{
    /// <summary>Columns of <see cref="Numbers"/>.</summary>
    public static string[] NumberColumns { get; } =
    [
        "prompt_tokens", "completion_tokens", "cache_read_input_tokens", "cache_creation_input_tokens",
        "api_requests", "successful_requests", "failed_requests",
    ];

    /// <summary>The whole numbers, in the order of <see cref="NumberColumns"/>.</summary>
    public long[] Numbers =>
        [Sum.Prompt, Sum.Completion, Sum.CacheRead, Sum.CacheCreation, Sum.Succeeded + Sum.Failed, Sum.Succeeded, Sum.Failed];
}
