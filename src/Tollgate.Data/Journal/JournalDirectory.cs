using System.Text;
using Microsoft.Extensions.Logging;
using Tollgate.Engine;

namespace Tollgate.Data.Journal;

/// <summary>The directory of a journal: who it is, whose it is now, and which files are in it.</summary>
internal sealed partial class JournalDirectory : IDisposable
{
    private const string AsideName = "aside";

    private readonly FileStream _lock;

    private JournalDirectory(string path, string id, FileStream lockFile)
    {
        Path = path;
        Id = id;
        _lock = lockFile;
    }

    public string Path { get; }

    /// <summary>Identity of the journal, made with the directory.</summary>
    public string Id { get; }

    /// <summary>The files found, oldest first; none is appended to again.</summary>
    public List<Segment> Segments { get; } = [];

    /// <summary>Sequence number of the next record.</summary>
    public long NextSequence { get; private set; }

    /// <summary>Highest number of any file found, readable or not.</summary>
    public long HighestNumber { get; private set; }

    /// <summary>Where damaged files are kept.</summary>
    public string Aside => System.IO.Path.Combine(Path, AsideName);

    /// <summary>Opens <c>journal</c> below the data directory.</summary>
    public static JournalDirectory Open(string dataDirectory, ILogger logger)
    {
        var path = System.IO.Path.Combine(dataDirectory, "journal");
        Directory.CreateDirectory(path);
        var lockFile = Lock(path);
        try
        {
            var directory = new JournalDirectory(path, ReadOrMakeId(path), lockFile);
            directory.FindSegments(logger);
            return directory;
        }
        catch
        {
            lockFile.Dispose();
            throw;
        }
    }

    /// <summary>Tries whether a file can be written now.</summary>
    public bool Probe(JournalDisk disk)
    {
        var path = System.IO.Path.Combine(Path, "probe");
        try
        {
            File.Delete(path);
            try
            {
                using var file = disk.Create(path);
                disk.Write(file, new byte[64 * 1024], 0);
                disk.Sync(file);
            }
            finally
            {
                File.Delete(path);
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public void Dispose() => _lock.Dispose();

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(System.IO.Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new IOException($"The spend journal in '{path}' is used by another process.", e);
        }
    }

    private static string ReadOrMakeId(string path)
    {
        var file = System.IO.Path.Combine(path, "id");
        if (File.Exists(file) && Guid.TryParse(File.ReadAllText(file), out var known))
        {
            return known.ToString("D");
        }

        // Written aside and renamed: a crash must not leave half an identity, and a new one would forget the cursor.
        var id = Guid.NewGuid().ToString("D");
        var temporary = file + ".new";
        using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        {
            stream.Write(Encoding.ASCII.GetBytes(id));
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, file, overwrite: true);
        return id;
    }

    private void FindSegments(ILogger logger)
    {
        var paths = Directory.GetFiles(Path, "*" + SegmentFile.Extension).Order(StringComparer.Ordinal).ToList();
        foreach (var path in paths)
        {
            if (!SegmentFile.TryReadNumber(path, out var number))
            {
                continue;
            }

            HighestNumber = Math.Max(HighestNumber, number);
            if (OpenSegment(path, number, logger) is { } segment)
            {
                Segments.Add(segment);
                NextSequence = segment.FirstSequence;
            }
        }

        // Not only the last one: after a power failure others may have a tail too, whose cut did not reach the disk.
        foreach (var segment in Segments)
        {
            NextSequence = segment.FirstSequence + CheckEnd(segment, logger);
        }
    }

    private Segment? OpenSegment(string path, long number, ILogger logger)
    {
        Span<byte> header = stackalloc byte[SegmentFile.Header];
        long length;
        bool readable;
        long firstSequence;
        using (var file = File.OpenHandle(path))
        {
            length = RandomAccess.GetLength(file);
            readable = SegmentFile.TryReadHeader(header[..RandomAccess.Read(file, header, 0)], number, out firstSequence);
        }

        if (readable)
        {
            return new Segment(number, path, firstSequence) { End = length, IsSealed = true };
        }

        if (length <= SegmentFile.Header)
        {
            // Its making was cut short: no record was ever in it.
            File.Delete(path);
            return null;
        }

        Log.HeadDamaged(logger, path, Aside);
        Directory.CreateDirectory(Aside);
        File.Move(path, System.IO.Path.Combine(Aside, System.IO.Path.GetFileName(path)), overwrite: true);
        return null;
    }

    /// <summary>Counts the records of a file and cuts off what is none: space taken ahead, records of the file's earlier life, one written in part.</summary>
    private static long CheckEnd(Segment segment, ILogger logger)
    {
        var bytes = File.ReadAllBytes(segment.Path).AsSpan();
        var at = SegmentFile.Header;
        var records = 0L;
        while (at < bytes.Length && RecordFrame.IsRecord(bytes[at..], segment.Number, out var payload))
        {
            at += RecordFrame.Header + payload;
            records++;
        }

        // Damage with records behind it is left for the reader, which says so and keeps the file.
        if (at < bytes.Length && RecordFrame.IsTornTail(bytes[at..], segment.Number))
        {
            if (RecordFrame.TryReadLength(bytes[at..], segment.Number, out _))
            {
                Log.TailCut(logger, segment.Path, at);
            }

            using var file = File.OpenHandle(segment.Path, FileMode.Open, FileAccess.Write);
            RandomAccess.SetLength(file, at);
            segment.End = at;
        }

        return records;
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Data + 110, LogLevel.Warning, "Journal file {Path} ended with a record that was written in part only: cut at byte {Offset}")]
        public static partial void TailCut(ILogger logger, string path, int offset);

        [LoggerMessage(EventIds.Data + 111, LogLevel.Critical, "Journal file {Path} cannot be read at all and is not accounted; it is kept in {Aside}")]
        public static partial void HeadDamaged(ILogger logger, string path, string aside);
    }
}
