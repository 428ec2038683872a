using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Tollgate.Data.Tests.Journal;

/// <summary>A real process that appends and is killed in the middle of it.</summary>
public sealed class KilledProcessTests
{
    private const string DirectoryVariable = "TOLLGATE_TEST_JOURNAL";

    /// <summary>This assembly, started with the variable, is the process to be killed.</summary>
    [ModuleInitializer]
    internal static void AppendUntilKilled()
    {
        if (Environment.GetEnvironmentVariable(DirectoryVariable) is not { Length: > 0 } argument)
        {
            return;
        }

        var parts = argument.Split('|');
        using var journal = Journals.Open(parts[1], Journals.NoSync with { JournalMaxBytes = 64 * 1024 * 1024 });
        using var output = Console.OpenStandardOutput();

        // One thread: others would wait for this initializer to end. Bounded, should nobody come to kill it.
        for (var i = 0; i < 200_000; i++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"{parts[0]}-{i}");
            journal.Append(Journals.Event(id));
            output.Write(System.Text.Encoding.ASCII.GetBytes(id + "\n"));
        }

        Environment.Exit(0);
    }

    [Fact]
    public async Task KilledWhileAppending_KeepsEveryRecordWhoseAppendHadReturned()
    {
        using var directory = new TemporaryDirectory();
        var acknowledged = new HashSet<string>(StringComparer.Ordinal);
        for (var round = 0; round < 6; round++)
        {
            await RunAndKillAsync(directory.Path, round, 40 + (round * 173), acknowledged);
        }

        using var journal = Journals.Open(directory.Path, Journals.NoSync with { JournalMaxBytes = 64 * 1024 * 1024 });
        var ids = Journals.Drain(journal, most: 1000);
        ids.Count.ShouldBe(ids.Distinct().Count());
        acknowledged.Except(ids).ShouldBeEmpty();
        foreach (var run in ids.GroupBy(static id => id[..id.LastIndexOf('-')], StringComparer.Ordinal))
        {
            // No gap: what was appended earlier is there when something later is.
            var numbers = run.Select(static id => int.Parse(id[(id.LastIndexOf('-') + 1)..], CultureInfo.InvariantCulture)).ToList();
            numbers.ShouldBe(Enumerable.Range(0, numbers.Count));
        }

        journal.State.Damaged.ShouldBe(0);
    }

    private static async Task RunAndKillAsync(string directory, int round, int lines, HashSet<string> acknowledged)
    {
        using var child = Process.Start(new ProcessStartInfo("dotnet", ["exec", typeof(KilledProcessTests).Assembly.Location])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            Environment = { [DirectoryVariable] = $"{round}|{directory}" },
        })!;
        for (var i = 0; i < lines; i++)
        {
            acknowledged.Add((await child.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken)).ShouldNotBeNull());
        }

        child.Kill();
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        while (await child.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            acknowledged.Add(line);
        }
    }
}
