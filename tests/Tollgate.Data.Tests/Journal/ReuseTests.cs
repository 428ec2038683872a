using Tollgate.Data.Journal;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Spend;

namespace Tollgate.Data.Tests.Journal;

/// <summary>Files that are full and delivered are written a second time.</summary>
public sealed class ReuseTests
{
    private const int BodyBytes = 1024 * 1024;

    [Fact]
    public void DeliveredFiles_AreWrittenAgain()
    {
        using var directory = new TemporaryDirectory();
        using var journal = Journals.Open(directory.Path);
        var read = new List<string>();
        JournalPosition? cursor = null;
        for (var i = 0; i < 200; i++)
        {
            journal.Append(Large($"r{i}"));
            read.AddRange(DrainFrom(journal, ref cursor));
        }

        read.ShouldBe(Enumerable.Range(0, 200).Select(static i => $"r{i}"));
        Directory.GetFiles(directory.Journal, "*.seg").Length.ShouldBe(1);
        Directory.GetFiles(directory.Journal, "*.spare").Length.ShouldBeLessThanOrEqualTo(2);
        journal.State.Damaged.ShouldBe(0);
    }

    [Fact]
    public void KilledInAFileThatIsWrittenAgain_HasTheNewRecordsOnly()
    {
        using var directory = new TemporaryDirectory();
        using var copy = new TemporaryDirectory();
        JournalPosition? cursor = null;
        using (var journal = Journals.Open(directory.Path))
        {
            while (Directory.GetFiles(directory.Journal, "*.spare").Length == 0)
            {
                journal.Append(Large("old"));
                _ = DrainFrom(journal, ref cursor);
            }

            // The next file is one that held records before.
            var segments = Directory.GetFiles(directory.Journal, "*.seg");
            while (Directory.GetFiles(directory.Journal, "*.seg").SequenceEqual(segments))
            {
                journal.Append(Large("middle"));
            }

            _ = DrainFrom(journal, ref cursor);
            journal.Append(Journals.Event("new1"));
            journal.Append(Journals.Event("new2"));
            Copy(directory.Journal, copy.Journal);
        }

        using var again = Journals.Open(copy.Path);
        again.Seek(cursor);
        again.State.Waiting.ShouldBe(2);
        again.Append(Journals.Event("new3"));
        Journals.Drain(again, cursor).ShouldBe(["new1", "new2", "new3"]);
        again.State.Damaged.ShouldBe(0);
    }

    [Fact]
    public void SpareFilesOfAnEarlierRun_AreUsed()
    {
        using var directory = new TemporaryDirectory();
        JournalPosition? cursor = null;
        using (var journal = Journals.Open(directory.Path))
        {
            while (Directory.GetFiles(directory.Journal, "*.spare").Length == 0)
            {
                journal.Append(Large("old"));
                _ = DrainFrom(journal, ref cursor);
            }
        }

        using var again = Journals.Open(directory.Path);
        again.Append(Journals.Event("new"));
        Directory.GetFiles(directory.Journal, "*.spare").ShouldBeEmpty();
        Journals.Drain(again, cursor).ShouldBe(["new"]);
    }

    [Fact]
    public void SpareFileThatIsGone_IsReplacedByANewOne()
    {
        using var directory = new TemporaryDirectory();
        using var journal = Journals.Open(directory.Path);
        JournalPosition? cursor = null;
        while (Directory.GetFiles(directory.Journal, "*.spare").Length == 0)
        {
            journal.Append(Large("old"));
            _ = DrainFrom(journal, ref cursor);
        }

        Array.ForEach(Directory.GetFiles(directory.Journal, "*.spare"), File.Delete);
        for (var i = 0; i < 40; i++)
        {
            journal.Append(Large($"r{i}"));
        }

        DrainFrom(journal, ref cursor).ShouldBe(Enumerable.Range(0, 40).Select(static i => $"r{i}"));
        journal.State.Failure.ShouldBeNull();
    }

    [Fact]
    public void SpareFiles_CountTowardsTheBoundAndMakeRoom()
    {
        const long Bound = 128L * 1024 * 1024;
        const long Reserve = 4L * 1024 * 1024;
        using var directory = new TemporaryDirectory();
        using var journal = Journals.Open(directory.Path, new SpendSettings { JournalMaxBytes = Bound });
        JournalPosition? cursor = null;
        while (Directory.GetFiles(directory.Journal, "*.spare").Length == 0)
        {
            journal.Append(Large("old"));
            _ = DrainFrom(journal, ref cursor);
        }

        // Nothing is delivered from here on: all of the bound is for records.
        var kept = 0;
        while (journal.State.Failure is null)
        {
            Directory.GetFiles(directory.Journal).Sum(static file => new FileInfo(file).Length).ShouldBeLessThanOrEqualTo(Bound + (32 * 1024 * 1024));
            journal.Append(Large($"r{kept++}"));
        }

        kept.ShouldBeGreaterThan(120);
        Directory.GetFiles(directory.Journal, "*.spare").ShouldBeEmpty();
        Directory.GetFiles(directory.Journal, "*.seg").Sum(static file => new FileInfo(file).Length).ShouldBeLessThanOrEqualTo(Bound + Reserve);
    }

    [Fact]
    public void DeliveredFileThatDoesNotFitTheBound_IsNotKept()
    {
        using var directory = new TemporaryDirectory();
        using var journal = Journals.Open(directory.Path, new SpendSettings { JournalMaxBytes = 128L * 1024 * 1024 });
        for (var i = 0; i < 120; i++)
        {
            journal.Append(Large($"r{i}"));
        }

        // The first file is done with, and the rest nearly fills the bound: kept, it would leave no room that it does not take.
        var batch = new JournalBatch();
        JournalPosition? cursor = null;
        while (Directory.GetFiles(directory.Journal, "*.seg").Length == 4)
        {
            journal.TryRead(cursor, 100, batch).ShouldBeTrue();
            cursor = batch.To;
            journal.Delivered(batch.To, batch.Count, 0);
        }

        Directory.GetFiles(directory.Journal).Sum(static file => new FileInfo(file).Length).ShouldBeLessThanOrEqualTo(128L * 1024 * 1024);
        journal.Append(Large("after"));
        journal.State.Failure.ShouldBeNull();
    }

    private static List<string> DrainFrom(SpendJournal journal, ref JournalPosition? cursor)
    {
        var ids = new List<string>();
        var batch = new JournalBatch();
        while (journal.TryRead(cursor, 100, batch))
        {
            ids.AddRange(Journals.Ids(batch));
            cursor = batch.To;
            journal.Delivered(batch.To, batch.Count, 0);
        }

        return ids;
    }

    private static SpendEvent Large(string id)
    {
        var spent = Journals.Event(id);
        spent.ResponseBody = System.Text.Encoding.UTF8.GetBytes($"\"{new string('x', BodyBytes)}\"");
        return spent;
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var path in Directory.GetFiles(from).Where(static p => !p.EndsWith("lock", StringComparison.Ordinal)))
        {
            File.Copy(path, Path.Combine(to, Path.GetFileName(path)));
        }
    }
}
