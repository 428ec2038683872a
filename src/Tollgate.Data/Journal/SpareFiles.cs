using Microsoft.Win32.SafeHandles;

namespace Tollgate.Data.Journal;

/// <summary>
/// Files whose records are in the database, kept to be written again. PERF: a write into pages that the kernel holds already costs a third of one that
/// has to find, clear and account for new ones. Used under the journal's lock only.
/// </summary>
/// <remarks>
/// What a file still holds from its earlier life is never taken for a record: records carry the number of the segment they were written to.
/// </remarks>
internal sealed class SpareFiles
{
    private const string Extension = ".spare";

    /// <summary>One being read by the writer's next batch, one to be written next.</summary>
    private const int Most = 2;

    private readonly JournalDisk _disk;
    private readonly Stack<(string Path, long Length)> _files = new();

    /// <summary>Takes over what an earlier run left in the directory.</summary>
    public SpareFiles(string directory, JournalDisk disk)
    {
        _disk = disk;
        foreach (var path in Directory.GetFiles(directory, "*" + Extension))
        {
            if (_files.Count < Most)
            {
                Push(path);
            }
            else
            {
                TryDelete(path);
            }
        }
    }

    /// <summary>Bytes that they take on the disk.</summary>
    public long Bytes { get; private set; }

    /// <summary>Keeps the file of a segment that is not needed any more; false when there are enough, and the file is where it was.</summary>
    /// <exception cref="IOException">It cannot be renamed.</exception>
    public bool TryKeep(string path)
    {
        if (_files.Count >= Most)
        {
            return false;
        }

        var spare = path + Extension;
        File.Move(path, spare, overwrite: true);
        Push(spare);
        return true;
    }

    /// <summary>Gives a spare file a new head and name.</summary>
    /// <param name="path">The new name.</param>
    /// <param name="header">The new head: on the file before it gets its name, so that a file with that name always has the head that belongs to it.</param>
    /// <param name="length">How long the file is.</param>
    /// <returns>The file opened for writing; null when there is none that can be used.</returns>
    public SafeFileHandle? TryTake(string path, ReadOnlySpan<byte> header, out long length)
    {
        while (TryPop(out var spare))
        {
            SafeFileHandle? file = null;
            try
            {
                file = _disk.Reopen(spare);
                length = RandomAccess.GetLength(file);
                _disk.Write(file, header, 0);
                File.Move(spare, path);
                return file;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Somebody took it away, or the disk has a fault, which the new file that is made instead will meet too.
                file?.Dispose();
                TryDelete(spare);
            }
        }

        length = 0;
        return null;
    }

    /// <summary>Gives the space back.</summary>
    public void DeleteAll()
    {
        while (TryPop(out var path))
        {
            TryDelete(path);
        }
    }

    private void Push(string path)
    {
        var length = new FileInfo(path).Length;
        _files.Push((path, length));
        Bytes += length;
    }

    private bool TryPop(out string path)
    {
        var found = _files.TryPop(out var file);
        path = file.Path;
        Bytes -= file.Length;
        return found;
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next start finds it again.
        }
    }
}
