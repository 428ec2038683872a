using System.Globalization;
using System.Text.Json;

namespace Tollgate.Commands.Control;

/// <summary>Sums the daily activity by key, team, model or day.</summary>
internal static class SpendTable
{
    /// <summary>Writes the sums, the largest first (days in order), and their total.</summary>
    public static void Print(TablePrinter tables, JsonElement activity, string by)
    {
        var sums = new Dictionary<string, Sum>(StringComparer.Ordinal);
        foreach (var day in activity.GetProperty("results").EnumerateArray())
        {
            if (by is "day")
            {
                Add(sums, Cell.Text(day, "date"), "", day);
                continue;
            }

            foreach (var entry in Cell.Find(day, "breakdown", Member(by))?.EnumerateObject() ?? default)
            {
                var name = Cell.Find(entry.Value, "metadata") is { } metadata ? Cell.Text(metadata, by is "team" ? "team_alias" : "key_alias") : "-";
                Add(sums, entry.Name, name, entry.Value);
            }
        }

        var ordered = by is "day"
            ? sums.OrderBy(static sum => sum.Key, StringComparer.Ordinal)
            : sums.OrderByDescending(static sum => sum.Value.Spend).ThenBy(static sum => sum.Key, StringComparer.Ordinal);
        var isNamed = by is "key" or "team";
        var total = new Sum { Name = "" };
        foreach (var sum in sums.Values)
        {
            total.Add(sum);
        }

        tables.Rows(
            [
                .. isNamed ? [Column("ALIAS")] : Array.Empty<TableColumn>(),
                Column(by is "key" ? "KEY HASH" : by is "team" ? "TEAM ID" : by.ToUpperInvariant()),
                Column("SPEND (USD)", isNumber: true), Column("REQUESTS", isNumber: true), Column("FAILED", isNumber: true),
                Column("INPUT", isNumber: true), Column("OUTPUT", isNumber: true),
            ],
            ordered.Append(KeyValuePair.Create("TOTAL", total)).Select(sum => sum.Value.Row(sum.Key, isNamed)));
    }

    private static string Member(string by) => by switch
    {
        "key" => "api_keys",
        "team" => "entities",
        _ => "models",
    };

    private static TableColumn Column(string title, bool isNumber = false) => new(title, static _ => "", isNumber);

    private static void Add(Dictionary<string, Sum> sums, string id, string name, JsonElement entry)
    {
        if (!sums.TryGetValue(id, out var sum))
        {
            sums[id] = sum = new Sum { Name = name };
        }

        sum.Add(entry.GetProperty("metrics"));
    }

    private sealed class Sum
    {
        private decimal _requests;
        private decimal _failed;
        private decimal _input;
        private decimal _output;

        public required string Name { get; init; }

        public decimal Spend { get; private set; }

        public void Add(JsonElement metrics)
        {
            Spend += Cell.Number(metrics, "spend");
            _requests += Cell.Number(metrics, "api_requests");
            _failed += Cell.Number(metrics, "failed_requests");
            _input += Cell.Number(metrics, "prompt_tokens");
            _output += Cell.Number(metrics, "completion_tokens");
        }

        public void Add(Sum other)
        {
            Spend += other.Spend;
            _requests += other._requests;
            _failed += other._failed;
            _input += other._input;
            _output += other._output;
        }

        public string[] Row(string id, bool isNamed)
            => [.. isNamed ? [Name] : Array.Empty<string>(), id, Cell.Money(Spend), Whole(_requests), Whole(_failed), Whole(_input), Whole(_output)];

        private static string Whole(decimal number) => number.ToString("0", CultureInfo.InvariantCulture);
    }
}
