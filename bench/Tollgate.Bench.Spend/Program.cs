using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tollgate.Data.Rows;
using Tollgate.Data.Spend;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Spend;
using Tollgate.Testing;

namespace Tollgate.Bench.Spend;

/// <summary>
/// What recording spend costs: appending to the journal (nanoseconds and bytes a call), and moving it into each database (rows a second,
/// and the CPU of this process a row). Arguments: number of calls (default 100,000) and rows of a flush (default 2,000).
/// </summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        var calls = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 100_000;
        var rows = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 2000;
        foreach (var kind in (DatabaseKind[])[DatabaseKind.Sqlite, DatabaseKind.PostgreSql])
        {
            await MeasureAsync(kind, calls, rows);
        }

        await new PostgresServer.Lifetime().DisposeAsync();
        return 0;
    }

    private static async Task MeasureAsync(DatabaseKind kind, int calls, int flushRows)
    {
        await using var test = await TestDatabase.CreateAsync(kind);
        var settings = new SpendSettings { FlushRows = flushRows };
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(test.Settings);
        services.AddSingleton(test.Database);
        services.AddSpendJournal(_ => () => settings, static _ => static () => new BudgetSettings());
        await using var provider = services.BuildServiceProvider();
        var journal = provider.GetRequiredService<ISpendJournal>();
        var status = provider.GetRequiredService<SpendStatus>();
        var spent = Event();
        Append(journal, spent, 0, 2000);
        var warm = status.Journal.Waiting;

        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        Append(journal, spent, 2000, calls);
        clock.Stop();
        var bytes = (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)calls;
        var nanoseconds = clock.Elapsed.TotalNanoseconds / calls;
        var perRecord = status.Journal.Bytes / (calls + warm);
        Print($"{kind}: append {nanoseconds:F0} ns, {bytes:F1} B allocated a call (the id's own text included), {perRecord} B a record");

        var writers = provider.GetServices<IHostedService>().ToList();
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        clock.Restart();
        foreach (var writer in writers)
        {
            await writer.StartAsync(CancellationToken.None);
        }

        while (status.Journal.Waiting > 0)
        {
            await Task.Delay(5);
        }

        clock.Stop();
        cpu = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        var written = calls + warm;
        var speed = written / clock.Elapsed.TotalSeconds;
        Print($"{kind}: {speed:F0} rows/s, {cpu.TotalMicroseconds / written:F1} us of our CPU a row, flushes of {flushRows}");
        foreach (var writer in writers)
        {
            await writer.StopAsync(CancellationToken.None);
        }
    }

    private static void Append(ISpendJournal journal, SpendEvent spent, int first, int count)
    {
        for (var i = first; i < first + count; i++)
        {
            spent.RequestId = string.Create(CultureInfo.InvariantCulture, $"chatcmpl-{i:x16}");
            journal.Append(spent);
        }
    }

    private static void Print(FormattableString line) => Console.Out.WriteLine(FormattableString.Invariant(line));

    private static SpendEvent Event()
    {
        var start = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        var spent = new SpendEvent
        {
            CallId = "0d2a1c34-7c1b-4b6f-9a51-3d9c5f1f8a11",
            CallType = "acompletion",
            Endpoint = "/chat/completions",
            KeyHash = new string('a', 64),
            Cost = 0.000123m,
            PromptTokens = 1200,
            CompletionTokens = 300,
            TotalTokens = 1500,
            Start = start,
            FirstOutput = start.AddMilliseconds(300),
            End = start.AddMilliseconds(1800),
            Model = "gpt-4o-mini",
            ModelId = "8f1d5c2e9b7a4f60",
            ModelGroup = "gpt-4o",
            Provider = "openai",
            ApiBase = "https://api.openai.example/v1",
            UserId = "user-1",
            TeamId = "team-1",
            CustomerId = "customer-1",
            ClientAddress = "10.0.0.1",
            SessionId = "7b1d5c2e-9b7a-4f60-8f1d-5c2e9b7a4f60",
            Metadata = System.Text.Encoding.UTF8.GetBytes(
                $$$"""
                {"user_api_key":"{{{new string('a', 64)}}}","user_api_key_alias":"service","user_api_key_team_alias":"team","status":"success",
                "usage_object":{"prompt_tokens":1200,"completion_tokens":300,"total_tokens":1500,"prompt_tokens_details":{"cached_tokens":0}},
                "cost_breakdown":{"input_cost":0.0001,"output_cost":0.000023,"total_cost":0.000123},
                "spend_logs_metadata":{"job":"nightly","run":"{{{new string('x', 200)}}}"}}
                """),
        };
        spent.Tags.Add("User-Agent: bench");
        return spent;
    }
}
