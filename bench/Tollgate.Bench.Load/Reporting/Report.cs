using System.Globalization;
using System.Text;
using Tollgate.Bench.Load.Targets;

namespace Tollgate.Bench.Load.Reporting;

/// <summary>The table on the screen and the page in <c>bench/results</c>.</summary>
internal static class Report
{
    private static readonly string[] Heads = ["scenario", "figure", "unit", "nginx", "relay", "tollgate", "compared", "goal", ""];

    public static string Table(Measurements results)
    {
        string[][] rows = [Heads, .. Rows(results)];
        var widths = Enumerable.Range(0, Heads.Length).Select(c => rows.Max(r => r[c].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            var cells = row.Select((cell, c) => c < 3 ? cell.PadRight(widths[c]) : cell.PadLeft(widths[c]));
            text.AppendLine(string.Join("  ", cells).TrimEnd());
        }

        return text.ToString();
    }

    public static string Page(Measurements results, BenchOptions options, string commit, string date, string command, string machine)
    {
        var page = new StringBuilder();
        page.AppendLine(CultureInfo.InvariantCulture, $"# Load results, {date}, {commit}").AppendLine();
        page.AppendLine("Medians of the rounds; *compared*: the gateway against the relay of the same round.").AppendLine();
        AppendRow(page, Heads);
        AppendRow(page, ["---", "---", "---", "---:", "---:", "---:", "---:", "---:", "---"]);
        foreach (var row in Rows(results))
        {
            AppendRow(page, row);
        }

        foreach (var failure in results.Failures)
        {
            page.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"**Failed:** {failure.Split('\n')[0]}");
        }

        page.AppendLine().AppendLine("## Machine").AppendLine().AppendLine(machine);
        page.AppendLine().AppendLine("## Command").AppendLine().AppendLine("```").AppendLine(command).AppendLine("```").AppendLine();
        page.AppendLine(CultureInfo.InvariantCulture,
            $"{options.Rounds} rounds of {options.Seconds} s; {options.Streams} streams ({options.MemoryStreams} for memory), "
            + $"{options.Chunks} chunks of a stream {options.ChunkGapMs} ms apart; {options.Starts} cold starts; "
            + $"{(options.VirtualKey ? "virtual key with limits" : "master key")}, spend recorded in {(options.Database.Length > 0 ? "PostgreSQL" : "SQLite")}.");
        page.AppendLine().AppendLine("## Every round").AppendLine();
        AppendRow(page, ["scenario", "figure", "unit", "target", "rounds"]);
        AppendRow(page, ["---", "---", "---", "---", "---"]);
        foreach (var metric in Metrics.All)
        {
            foreach (var target in BenchOptions.KnownTargets.Where(t => results.Rounds(metric, t).Count > 0))
            {
                var rounds = string.Join(", ", results.Rounds(metric, target).Select(v => Text(v)));
                AppendRow(page, [metric.Scenario, metric.Name, metric.Unit, target, rounds]);
            }
        }

        return page.ToString();
    }

    private static IEnumerable<string[]> Rows(Measurements results) => Metrics.All
        .Where(m => BenchOptions.KnownTargets.Any(t => results.Rounds(m, t).Count > 0))
        .Select(m => (string[])
        [
            m.Scenario,
            m.Name,
            m.Unit,
            Text(results.Median(m, TargetNames.Nginx)),
            Text(results.Median(m, TargetNames.Relay)),
            Text(results.Median(m, TargetNames.Tollgate)),
            Compared(m, results.Compared(m)),
            m.Limit is null ? "" : "≤ " + Compared(m, m.Limit),
            Verdict(m, results.Compared(m)),
        ]);

    private static string Compared(Metric metric, double? value) => (metric.Comparison, value) switch
    {
        (_, null) => "–",
        (Comparison.Ratio, { } v) => v.ToString("0.00 ×", CultureInfo.InvariantCulture),
        (Comparison.Difference, { } v) => v.ToString("+0.###;−0.###;0", CultureInfo.InvariantCulture),
        (_, { } v) => Text(v),
    };

    private static string Verdict(Metric metric, double? value) =>
        metric.Limit is null || value is null ? "" : value <= metric.Limit ? "met" : "MISSED";

    private static string Text(double? value) => value switch
    {
        null => "–",
        >= 100 => value.Value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 10 => value.Value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0.000", CultureInfo.InvariantCulture),
    };

    private static void AppendRow(StringBuilder page, IEnumerable<string> cells) =>
        page.Append("| ").AppendJoin(" | ", cells).AppendLine(" |");
}
