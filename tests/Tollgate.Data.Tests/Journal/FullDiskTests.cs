using Microsoft.Win32.SafeHandles;
using Tollgate.Data.Journal;

namespace Tollgate.Data.Tests.Journal;

public sealed class FullDiskTests
{
    [Fact]
    public void FullDisk_CutsTheHalfRecordAndRefusesCallsUntilThereIsRoom()
    {
        using var directory = new TemporaryDirectory();
        var disk = new SmallDisk();
        using var journal = Journals.Open(directory.Path, disk: disk);
        journal.Append(Journals.Event("a"));
        disk.Room = 100;
        journal.Append(Journals.Event("b"));

        journal.AcceptsCalls.ShouldBeFalse();
        journal.State.Failure.ShouldNotBeNull();
        journal.State.InMemory.ShouldBe(1);
        journal.State.Lost.ShouldBe(0);
        journal.Recover();
        journal.AcceptsCalls.ShouldBeFalse();

        disk.Room = long.MaxValue;
        journal.Recover();
        journal.AcceptsCalls.ShouldBeTrue();
        journal.State.InMemory.ShouldBe(0);
        journal.Append(Journals.Event("c"));
        Journals.Drain(journal).ShouldBe(["a", "b", "c"]);
        journal.State.Damaged.ShouldBe(0);
    }

    [Fact]
    public void HalfRecordThatCannotBeCut_DoesNotHideLaterRecords()
    {
        using var directory = new TemporaryDirectory();
        var disk = new SmallDisk { CannotCut = true };
        using var journal = Journals.Open(directory.Path, disk: disk);
        journal.Append(Journals.Event("a"));
        disk.Room = 100;
        journal.Append(Journals.Event("b"));
        disk.Room = long.MaxValue;
        journal.Recover();
        journal.Append(Journals.Event("c"));

        Journals.Drain(journal).ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    public void DegradeMode_TakesCallsAndHandsThemToTheWriterFromMemory()
    {
        using var directory = new TemporaryDirectory();
        var disk = new SmallDisk { Room = 0 };
        using var journal = Journals.Open(directory.Path, Journals.NoSync with { RefuseWhenFull = false }, disk);
        journal.Append(Journals.Event("a"));
        journal.Append(Journals.Event("b"));
        journal.AcceptsCalls.ShouldBeTrue();

        var batch = new JournalBatch();
        journal.TryReadMemory(1, batch).ShouldBeTrue();
        Journals.Ids(batch).ShouldBe(["a"]);
        batch.JournalId.ShouldNotBe(journal.Id);

        // While a batch of memory is on its way, the same records must not go into the journal.
        disk.Room = long.MaxValue;
        journal.Recover();
        journal.State.InMemory.ShouldBe(2);
        journal.MemoryDelivered(batch.To);
        journal.ReleaseMemory();
        journal.Recover();

        journal.State.InMemory.ShouldBe(0);
        Journals.Drain(journal).ShouldBe(["b"]);
    }

    [Fact]
    public void BoundReached_RefusesUntilTheDatabaseHasTaken()
    {
        using var directory = new TemporaryDirectory();
        using var journal = Journals.Open(directory.Path, Journals.NoSync with { JournalMaxBytes = 8 * 1024 });
        var appended = 0;
        while (journal.AcceptsCalls)
        {
            journal.Append(Journals.Event($"r{appended++}"));
        }

        Directory.GetFiles(directory.Journal, "*.seg").Sum(static f => new FileInfo(f).Length).ShouldBeLessThanOrEqualTo(8 * 1024);
        JournalPosition? cursor = null;
        var batch = new JournalBatch();
        var read = new List<string>();
        while (journal.TryRead(cursor, 100, batch))
        {
            read.AddRange(Journals.Ids(batch));
            cursor = batch.To;
            journal.Delivered(batch.To, batch.Count, 0);
        }

        journal.Recover();
        journal.AcceptsCalls.ShouldBeTrue();
        read.AddRange(Journals.Drain(journal, cursor));
        read.ShouldBe(Enumerable.Range(0, appended).Select(static i => $"r{i}"));
    }

    [Fact]
    public void DiskThatCannotBeForced_CountsAsFailed()
    {
        using var directory = new TemporaryDirectory();
        var disk = new SmallDisk { CannotSync = true };
        using var journal = Journals.Open(directory.Path, Journals.NoSync with { JournalSync = Timeout.InfiniteTimeSpan }, disk);
        journal.Append(Journals.Event("a"));
        journal.AcceptsCalls.ShouldBeFalse();

        disk.CannotSync = false;
        journal.Recover();
        journal.AcceptsCalls.ShouldBeTrue();
        Journals.Drain(journal).ShouldBe(["a"]);
    }

    /// <summary>A disk with so many bytes left; what does not fit is written in part, as the kernel does.</summary>
    private sealed class SmallDisk : JournalDisk
    {
        public long Room { get; set; } = long.MaxValue;

        public bool CannotCut { get; init; }

        public bool CannotSync { get; set; }

        public override void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
        {
            if (bytes.Length <= Room)
            {
                base.Write(file, bytes, offset);
                return;
            }

            base.Write(file, bytes[..(int)Room], offset);
            throw new IOException("No space left on device");
        }

        public override void Truncate(SafeFileHandle file, long length)
        {
            if (CannotCut)
            {
                throw new IOException("Input/output error");
            }

            base.Truncate(file, length);
        }

        public override void Sync(SafeFileHandle file)
        {
            if (CannotSync)
            {
                throw new IOException("Input/output error");
            }

            base.Sync(file);
        }
    }
}
