using Tollgate.Data.Journal;

namespace Tollgate.Data.Tests.Journal;

public sealed class SpendJournalTests
{
    [Fact]
    public void AppendedEvents_AreReadInTheirOrder()
    {
        using var directory = new TemporaryDirectory();
        using var journal = Journals.Open(directory.Path);
        for (var i = 0; i < 250; i++)
        {
            journal.Append(Journals.Event($"r{i}"));
        }

        journal.State.Waiting.ShouldBe(250);
        Journals.Drain(journal).ShouldBe(Enumerable.Range(0, 250).Select(static i => $"r{i}"));
        journal.State.Waiting.ShouldBe(0);
    }

    [Fact]
    public void SecondProcess_IsRefused()
    {
        using var directory = new TemporaryDirectory();
        using var journal = Journals.Open(directory.Path);

        Should.Throw<IOException>(() => Journals.Open(directory.Path)).Message.ShouldContain("used by another process");
    }

    [Fact]
    public void Reopened_KeepsItsIdentityAndItsRecords()
    {
        using var directory = new TemporaryDirectory();
        string id;
        using (var first = Journals.Open(directory.Path))
        {
            id = first.Id;
            first.Append(Journals.Event("a"));
            first.Append(Journals.Event("b"));
        }

        using var second = Journals.Open(directory.Path);
        second.Id.ShouldBe(id);
        second.State.Waiting.ShouldBe(2);
        second.Append(Journals.Event("c"));
        Journals.Drain(second).ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    public void Reopened_CountsFromTheCursor()
    {
        using var directory = new TemporaryDirectory();
        var batch = new JournalBatch();
        using (var first = Journals.Open(directory.Path))
        {
            foreach (var id in (string[])["a", "b", "c"])
            {
                first.Append(Journals.Event(id));
            }

            first.TryRead(null, 2, batch).ShouldBeTrue();
        }

        using var second = Journals.Open(directory.Path);
        second.Seek(batch.To);
        second.State.Waiting.ShouldBe(1);
        Journals.Drain(second, batch.To).ShouldBe(["c"]);
    }

    [Fact]
    public void CursorBehindTheEndOfALostTail_DoesNotHideLaterRecords()
    {
        using var directory = new TemporaryDirectory();
        var batch = new JournalBatch();
        using (var first = Journals.Open(directory.Path))
        {
            first.Append(Journals.Event("a"));
            first.Append(Journals.Event("b"));
            first.TryRead(null, 10, batch).ShouldBeTrue();
        }

        // A power failure: the database has both records, the disk has lost the file.
        File.Delete(Directory.GetFiles(directory.Journal, "*.seg").Single());
        using var second = Journals.Open(directory.Path);
        second.Append(Journals.Event("c"));
        second.Append(Journals.Event("d"));

        Journals.Drain(second, batch.To).ShouldBe(["c", "d"]);
    }

    [Fact]
    public void ManySegments_AreDeletedBehindTheCursor()
    {
        using var directory = new TemporaryDirectory();
        using var journal = Journals.Open(directory.Path, Journals.NoSync with { JournalMaxBytes = 64 * 1024 });
        for (var i = 0; i < 60; i++)
        {
            journal.Append(Journals.Event($"r{i}"));
        }

        Directory.GetFiles(directory.Journal, "*.seg").Length.ShouldBeGreaterThan(1);
        Journals.Drain(journal).Count.ShouldBe(60);
        Directory.GetFiles(directory.Journal, "*.seg").Length.ShouldBe(1);
        journal.State.Bytes.ShouldBe(new FileInfo(Directory.GetFiles(directory.Journal, "*.seg").Single()).Length);
    }

    [Fact]
    public void SpaceThatWasReserved_IsNoDamageAfterAKill()
    {
        using var directory = new TemporaryDirectory();
        using (var journal = Journals.Open(directory.Path))
        {
            journal.Append(Journals.Event("r0"));
            journal.Append(Journals.Event("r1"));
        }

        // What a killed process leaves: zeros behind the last record.
        var file = Directory.GetFiles(directory.Journal, "*.seg").Single();
        var written = new FileInfo(file).Length;
        using (var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Write))
        {
            RandomAccess.SetLength(handle, written + (4 * 1024 * 1024));
        }

        using var again = Journals.Open(directory.Path);
        new FileInfo(file).Length.ShouldBe(written);
        again.Append(Journals.Event("r2"));
        Journals.Drain(again).ShouldBe(["r0", "r1", "r2"]);
        again.State.Damaged.ShouldBe(0);
    }

    [Fact]
    public void OpenJournal_TakesSpaceAheadAndGivesItBack()
    {
        using var directory = new TemporaryDirectory();
        long reserved;
        using (var journal = Journals.Open(directory.Path))
        {
            journal.Append(Journals.Event("r0"));
            reserved = new FileInfo(Directory.GetFiles(directory.Journal, "*.seg").Single()).Length;
        }

        reserved.ShouldBeGreaterThan(1024 * 1024);
        new FileInfo(Directory.GetFiles(directory.Journal, "*.seg").Single()).Length.ShouldBeLessThan(64 * 1024);
    }

    [Fact]
    public void RecordLongerThanOneRead_IsRead()
    {
        using var directory = new TemporaryDirectory();
        using var journal = Journals.Open(directory.Path);
        var big = Journals.Event("big");
        big.ResponseBody = System.Text.Encoding.UTF8.GetBytes($"\"{new string('x', 20 * 1024 * 1024)}\"");
        journal.Append(Journals.Event("small"));
        journal.Append(big);
        journal.Append(Journals.Event("last"));

        Journals.Drain(journal).ShouldBe(["small", "big", "last"]);
        journal.State.Damaged.ShouldBe(0);
    }

    [Fact]
    public async Task ParallelAppends_AllArriveOnce()
    {
        using var directory = new TemporaryDirectory();
        using var journal = Journals.Open(directory.Path);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(t => Task.Run(() =>
        {
            for (var i = 0; i < 2000; i++)
            {
                journal.Append(Journals.Event($"{t}-{i}"));
            }
        })));

        var ids = Journals.Drain(journal, most: 777);
        ids.Count.ShouldBe(8000);
        ids.Distinct().Count().ShouldBe(8000);
    }

    [Fact]
    public void EverySyncSetting_KeepsTheRecords()
    {
        foreach (var sync in (TimeSpan[])[TimeSpan.Zero, Timeout.InfiniteTimeSpan, TimeSpan.FromMilliseconds(200)])
        {
            using var directory = new TemporaryDirectory();
            using var journal = Journals.Open(directory.Path, Journals.NoSync with { JournalSync = sync });
            journal.Append(Journals.Event("a"));
            journal.Sync();
            journal.Append(Journals.Event("b"));
            Journals.Drain(journal).ShouldBe(["a", "b"]);
        }
    }

    [Fact]
    public void DisabledUpdates_WriteNothing()
    {
        using var directory = new TemporaryDirectory();
        using var journal = Journals.Open(directory.Path, Journals.NoSync with { DisableUpdates = true });
        journal.Append(Journals.Event("a"));

        journal.State.Waiting.ShouldBe(0);
    }

    [Fact]
    public void Append_AllocatesNothing()
    {
        using var directory = new TemporaryDirectory();
        using var journal = Journals.Open(directory.Path);
        var spent = Journals.Event("r");
        spent.Tags.Add("User-Agent: curl");
        for (var i = 0; i < 100; i++)
        {
            journal.Append(spent);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            journal.Append(spent);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1000);
    }
}
