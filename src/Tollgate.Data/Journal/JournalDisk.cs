using Microsoft.Win32.SafeHandles;

namespace Tollgate.Data.Journal;

/// <summary>What the journal asks of the file system, in one place, so that tests can let a disk fill up or fail.</summary>
internal class JournalDisk
{
    /// <summary>Creates a file that must not exist yet.</summary>
    public virtual SafeFileHandle Create(string path) =>
        File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>Opens a file that is there, to write over what it holds.</summary>
    public virtual SafeFileHandle Reopen(string path) =>
        File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>Writes all bytes at the offset, straight to the kernel.</summary>
    /// <exception cref="IOException">The disk is full or failed; some of the bytes may have been written.</exception>
    public virtual void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(file, bytes, offset);

    /// <summary>
    /// Makes the file longer before anything is written there. PERF: a write that moves the end of a file changes its inode, which some file systems
    /// put into a log of their own each time; one within the file does not.
    /// </summary>
    public virtual void Reserve(SafeFileHandle file, long length) => RandomAccess.SetLength(file, length);

    /// <summary>Cuts the file.</summary>
    public virtual void Truncate(SafeFileHandle file, long length) => RandomAccess.SetLength(file, length);

    /// <summary>Forces the file to the disk.</summary>
    public virtual void Sync(SafeFileHandle file) => RandomAccess.FlushToDisk(file);
}
