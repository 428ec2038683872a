namespace Tollgate.Data.Tests.Journal;

public sealed class DamageTests
{
    [Fact]
    public void TailCutAtEveryByte_LosesTheCutRecordOnly()
    {
        using var directory = new TemporaryDirectory();
        using (var journal = Journals.Open(directory.Path))
        {
            journal.Append(Journals.Event("a"));
            journal.Append(Journals.Event("b"));
        }

        var path = Directory.GetFiles(directory.Journal, "*.seg").Single();
        var whole = File.ReadAllBytes(path);
        var secondStart = whole.AsSpan(32).Length / 2 + 32;
        for (var length = secondStart; length < whole.Length; length++)
        {
            foreach (var leftover in Directory.GetFiles(directory.Journal, "*.seg"))
            {
                File.Delete(leftover);
            }

            File.WriteAllBytes(path, whole[..length]);
            using var journal = Journals.Open(directory.Path);
            journal.State.Waiting.ShouldBe(1);
            journal.Append(Journals.Event("c"));
            Journals.Drain(journal).ShouldBe(["a", "c"], $"cut at {length}");
            journal.State.Damaged.ShouldBe(0);
        }
    }

    [Fact]
    public void HeadCutAtEveryByte_LeavesAWorkingJournal()
    {
        for (var length = 0; length < 32; length++)
        {
            using var directory = new TemporaryDirectory();
            Directory.CreateDirectory(directory.Journal);
            File.WriteAllBytes(Path.Combine(directory.Journal, new string('0', 19) + "7.seg"), new byte[length]);
            using var journal = Journals.Open(directory.Path);
            journal.Append(Journals.Event("a"));
            Journals.Drain(journal).ShouldBe(["a"]);
        }
    }

    [Fact]
    public void ZeroesBehindTheLastRecord_AreCut()
    {
        using var directory = new TemporaryDirectory();
        using (var journal = Journals.Open(directory.Path))
        {
            journal.Append(Journals.Event("a"));
        }

        var path = Directory.GetFiles(directory.Journal, "*.seg").Single();
        var length = new FileInfo(path).Length;
        File.AppendAllText(path, new string('\0', 5000));

        using var reopened = Journals.Open(directory.Path);
        new FileInfo(path).Length.ShouldBe(length);
        Journals.Drain(reopened).ShouldBe(["a"]);
    }

    [Fact]
    public void DamageInTheMiddle_SkipsTheRestOfTheSegmentAndKeepsIt()
    {
        using var directory = new TemporaryDirectory();
        using (var journal = Journals.Open(directory.Path))
        {
            for (var i = 0; i < 9; i++)
            {
                journal.Append(Journals.Event($"r{i}"));
            }
        }

        var path = Directory.GetFiles(directory.Journal, "*.seg").Single();
        var bytes = File.ReadAllBytes(path);
        var record = (bytes.Length - 32) / 9;
        bytes[32 + (3 * record) + 40] ^= 0x10;
        File.WriteAllBytes(path, bytes);

        using var reopened = Journals.Open(directory.Path);
        reopened.Append(Journals.Event("later"));
        Journals.Drain(reopened).ShouldBe(["r0", "r1", "r2", "later"]);
        reopened.State.Damaged.ShouldBe(1);
        File.ReadAllBytes(Path.Combine(directory.Journal, "aside", Path.GetFileName(path))).ShouldBe(bytes);
        reopened.State.Waiting.ShouldBe(0);
    }

    [Fact]
    public void FileThatWasDeleted_DoesNotHoldUpTheOthers()
    {
        using var directory = new TemporaryDirectory();
        using (var journal = Journals.Open(directory.Path))
        {
            journal.Append(Journals.Event("a"));
        }

        using var reopened = Journals.Open(directory.Path);
        File.Delete(Directory.GetFiles(directory.Journal, "*.seg").Single());
        reopened.Append(Journals.Event("b"));
        Journals.Drain(reopened).ShouldBe(["b"]);
        reopened.State.Damaged.ShouldBe(1);
    }

    [Fact]
    public void DamagedHead_KeepsTheFileAside()
    {
        using var directory = new TemporaryDirectory();
        using (var journal = Journals.Open(directory.Path))
        {
            journal.Append(Journals.Event("a"));
        }

        var path = Directory.GetFiles(directory.Journal, "*.seg").Single();
        var bytes = File.ReadAllBytes(path);
        bytes[0] ^= 1;
        File.WriteAllBytes(path, bytes);

        using var reopened = Journals.Open(directory.Path);
        reopened.Append(Journals.Event("b"));
        Journals.Drain(reopened).ShouldBe(["b"]);
        File.Exists(Path.Combine(directory.Journal, "aside", Path.GetFileName(path))).ShouldBeTrue();
    }
}
