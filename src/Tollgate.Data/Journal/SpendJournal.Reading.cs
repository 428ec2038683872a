using Microsoft.Win32.SafeHandles;

namespace Tollgate.Data.Journal;

/// <content>The writer's side: one reader at a time.</content>
internal sealed partial class SpendJournal
{
    /// <summary>First read of a batch; grown when one record is longer.</summary>
    private const int ReadChunk = 8 * 1024 * 1024;

    private readonly string _memoryId = Guid.NewGuid().ToString("D");
    private JournalPosition? _memoryCursor;

    /// <summary>Where reading starts for a cursor: the first place at or behind it that holds a record or could.</summary>
    public void Seek(JournalPosition? cursor)
    {
        lock (_gate)
        {
            var at = cursor ?? default;
            var delivered = _segments.Find(s => s.Number >= at.Segment);
            _deliveredSequence = delivered?.FirstSequence ?? _nextSequence;
            if (delivered is not null && delivered.Number == at.Segment)
            {
                _deliveredSequence += CountRecords(delivered, Math.Min(at.Offset, delivered.End));
            }
        }
    }

    /// <summary>Number of the next record: those before it are what is in the journal now.</summary>
    public long NextSequence
    {
        get
        {
            lock (_gate)
            {
                return _nextSequence;
            }
        }
    }

    /// <summary>True when the database has all records before that number.</summary>
    public bool HasDelivered(long sequence)
    {
        lock (_gate)
        {
            return _deliveredSequence >= sequence;
        }
    }

    /// <summary>Reads the records behind the cursor.</summary>
    /// <returns>False when there are none.</returns>
    public bool TryRead(JournalPosition? cursor, int most, JournalBatch batch)
    {
        batch.Begin(Id, cursor);
        var at = cursor ?? default;
        while (NextSegment(at) is { } next)
        {
            var start = next.Segment.Number == at.Segment ? Math.Max(at.Offset, SegmentFile.Header) : SegmentFile.Header;
            var end = TryReadRecords(next.Segment, start, next.End, most, batch);
            if (batch.Count > 0)
            {
                batch.Finish(new JournalPosition(next.Segment.Number, end));
                return true;
            }

            at = new JournalPosition(next.Segment.Number, next.End);
        }

        return false;
    }

    /// <summary>Takes records that wait in memory because they could not be written. They leave it with <see cref="MemoryDelivered"/>.</summary>
    public bool TryReadMemory(int most, JournalBatch batch)
    {
        lock (_gate)
        {
            if (_failure is null || _memory.Count == 0)
            {
                return false;
            }

            _memory.IsLeased = true;
            batch.Begin(_memoryId, _memoryCursor);
            var size = 0;
            var index = _memory.Taken;
            foreach (var record in _memory.First(most))
            {
                record.CopyTo(batch.Reserve(size + record.Length)[size..]);
                batch.Add(size + RecordFrame.Header, record.Length - RecordFrame.Header, ++index);
                size += record.Length;
            }

            batch.Finish(new JournalPosition(0, index));
            return true;
        }
    }

    /// <summary>The records up to here are in the database.</summary>
    public void MemoryDelivered(JournalPosition cursor)
    {
        lock (_gate)
        {
            while (_memory.Taken < cursor.Offset)
            {
                _memory.Drop();
            }

            _memoryCursor = cursor;
        }
    }

    /// <summary>What was taken by <see cref="TryReadMemory"/> and not delivered may go its normal way again.</summary>
    public void ReleaseMemory()
    {
        lock (_gate)
        {
            _memory.IsLeased = false;
        }
    }

    /// <summary>The records up to the cursor are in the database: files that hold nothing else are deleted.</summary>
    /// <param name="cursor">Where the database's cursor is now.</param>
    /// <param name="records">How many records that was since the last time.</param>
    /// <param name="oldestTicks">When the last of them ended; what is left is younger.</param>
    public void Delivered(JournalPosition cursor, int records, long oldestTicks)
    {
        List<Segment> done;
        lock (_gate)
        {
            _deliveredSequence += records;
            done = _segments.FindAll(s => s.IsSealed && (s.Number < cursor.Segment || (s.Number == cursor.Segment && cursor.Offset >= s.End)));
            _segments.RemoveAll(done.Contains);
            _bytes -= done.Sum(static s => s.End);
            if (_oldestTicks != 0)
            {
                _oldestTicks = Math.Max(_oldestTicks, oldestTicks);
            }
        }

        foreach (var segment in done)
        {
            Remove(segment);
        }
    }

    private (Segment Segment, long End)? NextSegment(JournalPosition at)
    {
        lock (_gate)
        {
            var next = _segments.Find(s => s.Number > at.Segment || (s.Number == at.Segment && s.End > Math.Max(at.Offset, SegmentFile.Header)));
            if (next is not null)
            {
                return (next, next.End);
            }

            // Also corrects the count after damage, where records were expected that are not there.
            _deliveredSequence = _nextSequence;
            _oldestTicks = 0;
            return null;
        }
    }

    private long TryReadRecords(Segment segment, long start, long end, int most, JournalBatch batch)
    {
        try
        {
            return ReadRecords(segment, start, end, most, batch);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // Somebody deleted it. Later files must not wait for it for ever.
            MarkDamaged(segment, start);
            return start;
        }
    }

    private long ReadRecords(Segment segment, long start, long end, int most, JournalBatch batch)
    {
        var length = (int)Math.Min(end - start, ReadChunk);
        using var file = File.OpenHandle(segment.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = Fill(file, start, length, batch);
        var at = 0;
        while (at < bytes.Length && batch.Count < most)
        {
            if (RecordFrame.IsRecord(bytes[at..], segment.Number, out var payload))
            {
                batch.Add(at + RecordFrame.Header, payload, start + at + RecordFrame.Header + payload);
                at += RecordFrame.Header + payload;
                continue;
            }

            var remaining = end - start - at;
            var whole = RecordFrame.TryReadLength(bytes[at..], segment.Number, out payload) && RecordFrame.Header + payload <= remaining;
            var needed = whole ? RecordFrame.Header + payload : RecordFrame.Header;
            if (needed > bytes.Length - at && length < end - start)
            {
                // Not damaged, only longer than what was read.
                if (batch.Count > 0)
                {
                    break;
                }

                length = (int)Math.Min(end - start, Math.Max(needed, ReadChunk));
                bytes = Fill(file, start, length, batch);
                if (RecordFrame.IsRecord(bytes, segment.Number, out _))
                {
                    continue;
                }
            }

            MarkDamaged(segment, start + at);
            break;
        }

        return start + at;
    }

    private static ReadOnlySpan<byte> Fill(SafeFileHandle file, long start, int length, JournalBatch batch)
    {
        var buffer = batch.Reserve(length)[..length];
        var read = 0;
        while (read < length && RandomAccess.Read(file, buffer[read..], start + read) is > 0 and var some)
        {
            read += some;
        }

        return buffer[..read];
    }

    /// <summary>Ends a segment before its first bad record. What is behind it stays on the disk, in a place of its own.</summary>
    private void MarkDamaged(Segment segment, long offset)
    {
        lock (_gate)
        {
            if (segment == _current)
            {
                Retire();
            }

            _bytes -= segment.End - offset;
            segment.End = offset;
            segment.IsDamaged = true;
            _damaged++;
        }

        Log.Damaged(_logger, segment.Path, offset, _directory.Aside);
    }

    private static long CountRecords(Segment segment, long end)
    {
        var bytes = File.ReadAllBytes(segment.Path).AsSpan();
        var at = (long)SegmentFile.Header;
        var records = 0L;
        while (at < Math.Min(end, bytes.Length) && RecordFrame.TryReadLength(bytes[(int)at..], segment.Number, out var payload))
        {
            at += RecordFrame.Header + payload;
            records++;
        }

        return records;
    }

    /// <summary>Full files are written again, unless space is short.</summary>
    private bool TryKeep(Segment segment)
    {
        lock (_gate)
        {
            var settings = _settings();
            return _failure is null && segment.End >= LargestSegment / 2 && SegmentBound(settings) == LargestSegment
                && _bytes + _spares.Bytes + segment.End <= settings.JournalMaxBytes && _spares.TryKeep(segment.Path);
        }
    }

    private void Remove(Segment segment)
    {
        try
        {
            if (segment.IsDamaged)
            {
                System.IO.Directory.CreateDirectory(_directory.Aside);
                File.Move(segment.Path, Path.Combine(_directory.Aside, Path.GetFileName(segment.Path)), overwrite: true);
            }
            else if (!TryKeep(segment))
            {
                File.Delete(segment.Path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is found again at the next start, behind the cursor, and removed then.
            Log.NotRemoved(_logger, segment.Path, e);
        }
    }
}
