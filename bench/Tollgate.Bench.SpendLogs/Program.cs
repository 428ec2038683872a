using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Tollgate.Bench.SpendLogs;
using Tollgate.Data.Changes;
using Tollgate.Data.Postgres;
using Tollgate.Engine.Configuration;

// prepare URL: makes the tables. measure URL LABEL: times pages of the request logs over HTTP. Run by bench/spend-logs.sh.
var settings = new StorageSettings { DatabaseUrl = args[1], PoolSize = 8 };
await using var database = new PostgresDatabase(settings, new ChangeBus(), TimeProvider.System, NullLogger<PostgresDatabase>.Instance);
await database.OpenAsync(CancellationToken.None);
if (args[0] == "prepare")
{
    return;
}

await using var app = await BenchHost.StartAsync(database);
using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
var today = DateTime.UtcNow.Date;
var month = $"start_date={today.AddDays(-31):yyyy-MM-dd}&end_date={today.AddDays(1):yyyy-MM-dd}";
var middle = await CursorAsync(15);
var deep = await CursorAsync(29);
var key = KeyOf(7);
const string team = "team-7";
var paths = new List<(string Name, string Path)>
{
    ("/spend/logs, newest 100", "/spend/logs?limit=100"),
    ("/spend/logs, offset 10,000", "/spend/logs?limit=100&offset=10000"),
    ("/spend/logs, cursor after 5 M rows", $"/spend/logs?limit=100&cursor={middle}"),
    ("/spend/logs, cursor after 9.7 M rows", $"/spend/logs?limit=100&cursor={deep}"),
    ("/spend/logs, one key of 200", $"/spend/logs?limit=100&api_key={key}"),
    ("/spend/logs, one team of 20", $"/spend/logs?limit=100&team_id={team}"),
    ("/spend/logs/v2, first page", $"/spend/logs/v2?{month}"),
    ("/spend/logs/v2, page 200", $"/spend/logs/v2?{month}&page=200"),
    ("/spend/logs/v2, cursor after 9.7 M rows", $"/spend/logs/v2?{month}&cursor={deep}"),
    ("/spend/logs/v2, one key of 200", $"/spend/logs/v2?{month}&api_key={key}"),
    ("/spend/logs/v2, one key of 200, cursor after 9.7 M rows", $"/spend/logs/v2?{month}&api_key={key}&cursor={deep}"),
    ("/spend/logs/v2, one team of 20", $"/spend/logs/v2?{month}&team_id={team}"),
    ("/spend/logs, a key with 20 calls", "/spend/logs?limit=100&api_key=rare"),
    ("/spend/logs/v2, a key with 20 calls", $"/spend/logs/v2?{month}&api_key=rare"),
};
Console.Out.WriteLine($"| {args[2]} | p50 ms | slowest of 20 ms | rows |");
Console.Out.WriteLine("|---|---|---|---|");
foreach (var (name, path) in paths)
{
    await MeasureAsync(name, path);
}

async Task MeasureAsync(string name, string path)
{
    var times = new List<double>();
    JsonNode? answer = null;
    for (var i = 0; i < 23; i++)
    {
        var start = Stopwatch.GetTimestamp();
        var text = await client.GetStringAsync(path);
        var elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        answer = JsonNode.Parse(text);
        if (i >= 3)
        {
            times.Add(elapsed);
        }
    }

    times.Sort();
    var count = (answer as JsonArray ?? answer!["data"]!.AsArray()).Count;
    Console.Out.WriteLine($"| {name} | {times[times.Count / 2]:F1} | {times[^1]:F1} | {count} |");
}

async Task<string> CursorAsync(int daysBack)
{
    var page = JsonNode.Parse(await client.GetStringAsync(
        $"/spend/logs/v2?start_date={today.AddDays(-31):yyyy-MM-dd}&end_date={today.AddDays(-daysBack):yyyy-MM-dd}&page_size=1"));
    return page!["next_cursor"]!.GetValue<string>();
}

// As the loader writes it: 64 characters, like a hash.
static string KeyOf(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(64, 'a');
