using Microsoft.Win32.SafeHandles;
using Tollgate.Engine.Configuration;

namespace Tollgate.Data.Journal;

/// <content>Records on their way into files: the bound, the file being written, what becomes of it when it is full.</content>
internal sealed partial class SpendJournal
{
    /// <summary>Size at which the next file is begun.</summary>
    private const long LargestSegment = 32 * 1024 * 1024;

    /// <summary>How far the file is made longer at a time; what was not written when the process died is zeros behind the last record.</summary>
    private const long ReserveStep = 4 * 1024 * 1024;

    private void Store(Span<byte> record, SpendSettings settings)
    {
        lock (_gate)
        {
            if (_failure is not null || !TryWrite(record, settings))
            {
                if (_disposed || !_memory.TryAdd(record))
                {
                    Interlocked.Increment(ref _lost);
                }

                return;
            }

            if (++_sinceSignal >= settings.FlushRows)
            {
                _sinceSignal = 0;
                Wake();
            }
        }
    }

    private bool TryWrite(Span<byte> record, SpendSettings settings)
    {
        if (!HasRoomFor(record.Length, settings))
        {
            Fail($"The journal has reached its bound of {settings.JournalMaxBytes} bytes.", null);
            return false;
        }

        if (_current is { IsSealed: false } && _current.End + record.Length > SegmentBound(settings) && _current.End > SegmentFile.Header)
        {
            Retire();
        }

        try
        {
            if (_current is null or { IsSealed: true })
            {
                Begin();
            }

            Reserve(_current!.End + record.Length, settings);
            RecordFrame.Address(record, _current.Number);
            _disk.Write(_file!, record, _current.End);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Sealed, so that it can be deleted when the database has it: on a full disk that is what makes room.
            Retire();
            Fail("The journal cannot be written: " + e.Message, e);
            return false;
        }

        if (_oldestTicks == 0)
        {
            _oldestTicks = _time.GetUtcNow().UtcTicks;
        }

        _current.End += record.Length;
        _bytes += record.Length;
        _nextSequence++;
        return true;
    }

    private void Reserve(long end, SpendSettings settings)
    {
        // Where space is counted in kilobytes, none is taken ahead.
        if (end > _reserved && SegmentBound(settings) == LargestSegment)
        {
            _reserved = end + ReserveStep;
            _disk.Reserve(_file!, _reserved);
        }
    }

    /// <summary>Small bounds get small segments, or the one being written could never be deleted.</summary>
    private static long SegmentBound(SpendSettings settings) => Math.Min(LargestSegment, settings.JournalMaxBytes / 4);

    /// <summary>Files that are kept to be written again count as well; where they are in the way they go.</summary>
    private bool HasRoomFor(int bytes, SpendSettings settings)
    {
        if (_bytes + _spares.Bytes + bytes <= settings.JournalMaxBytes)
        {
            return true;
        }

        _spares.DeleteAll();
        return _bytes + bytes <= settings.JournalMaxBytes;
    }

    private void Begin()
    {
        var last = _segments.Count > 0 ? _segments[^1].Number : 0;
        var number = Math.Max(Math.Max(last, _directory.HighestNumber) + 1, _time.GetUtcNow().UtcTicks);
        var segment = new Segment(number, SegmentFile.PathOf(_directory.Path, number), _nextSequence);
        Span<byte> header = stackalloc byte[SegmentFile.Header];
        SegmentFile.WriteHeader(header, number, _nextSequence);
        _file = _spares.TryTake(segment.Path, header, out _reserved) ?? Create(segment.Path, header);
        _current = segment;
        _segments.Add(segment);
        _bytes += SegmentFile.Header;
    }

    private SafeFileHandle Create(string path, ReadOnlySpan<byte> header)
    {
        var file = _disk.Create(path);
        try
        {
            _disk.Write(file, header, 0);
            return file;
        }
        catch (IOException)
        {
            file.Dispose();
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Ends the current segment: the next record begins another.</summary>
    private void Retire()
    {
        if (_current is { IsSealed: false } && _file is not null)
        {
            CutReserve();
            _current.IsSealed = true;
            _retired.Add(_file);
            _file = null;
        }
    }

    /// <summary>Gives back what was reserved and not written.</summary>
    private void CutReserve()
    {
        try
        {
            if (_file is not null && _current is not null)
            {
                _disk.Truncate(_file, _current.End);
            }
        }
        catch (IOException e)
        {
            // The next start finds the end: behind it are zeros.
            Log.CutFailed(_logger, e);
        }
    }

    private void Fail(string reason, Exception? e)
    {
        if (_failure is null)
        {
            Log.CannotWrite(_logger, reason, e);
            _spares.DeleteAll();
        }

        _failure = reason;
    }

    private void Wake()
    {
        if (Signal.CurrentCount == 0)
        {
            Signal.Release();
        }
    }
}
