using System.Buffers;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Spend;

namespace Tollgate.Data.Journal;

/// <summary>
/// The journal of finished calls: append-only files next to the database. A record is with the kernel when <see cref="Append"/> returns, so a
/// killed process loses nothing; the writer moves records into the database and deletes files that it is done with.
/// </summary>
/// <remarks>
/// A run never appends to a file of an earlier run, and numbers of files are never used twice (they follow the clock). So a cursor in the
/// database can never point past records that were written later, even when a power failure took the end of a file.
/// </remarks>
internal sealed partial class SpendJournal : ISpendJournal, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Lock _syncGate = new();
    private readonly JournalDirectory _directory;
    private readonly JournalDisk _disk;
    private readonly Func<SpendSettings> _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly List<Segment> _segments;
    private readonly List<SafeFileHandle> _retired = [];
    private readonly MemoryQueue _memory = new();
    private readonly SpareFiles _spares;

    private SafeFileHandle? _file;
    private Segment? _current;
    private long _reserved;
    private long _nextSequence;
    private long _deliveredSequence;
    private long _bytes;
    private long _oldestTicks;
    private long _lost;
    private long _damaged;
    private long _unsyncedFrom;
    private int _sinceSignal;
    private volatile string? _failure;
    private bool _disposed;

    private SpendJournal(JournalDirectory directory, JournalDisk disk, Func<SpendSettings> settings, TimeProvider time, ILogger logger)
    {
        _directory = directory;
        _disk = disk;
        _settings = settings;
        _time = time;
        _logger = logger;
        _segments = [.. directory.Segments];
        _spares = new SpareFiles(directory.Path, disk);
        _bytes = _segments.Sum(static s => s.End);
        _nextSequence = directory.NextSequence;
        _deliveredSequence = _segments.Count > 0 ? _segments[0].FirstSequence : _nextSequence;
        _oldestTicks = _nextSequence > _deliveredSequence ? time.GetUtcNow().UtcTicks : 0;
    }

    /// <summary>Identity of the journal; the cursor in the database is kept under it.</summary>
    public string Id => _directory.Id;

    /// <summary>Directory of the files.</summary>
    public string Directory => _directory.Path;

    /// <inheritdoc/>
    public bool AcceptsCalls => _failure is null || !_settings().RefuseWhenFull;

    /// <summary>Set when a batch's worth of records waits; the writer waits for it.</summary>
    public SemaphoreSlim Signal { get; } = new(0, 1);

    /// <summary>How the journal is doing.</summary>
    public JournalState State
    {
        get
        {
            lock (_gate)
            {
                var waiting = Math.Max(0, _nextSequence - _deliveredSequence) + _memory.Count;
                var age = _oldestTicks == 0 ? TimeSpan.Zero : new TimeSpan(Math.Max(0, _time.GetUtcNow().UtcTicks - _oldestTicks));
                return new JournalState(_bytes, waiting, age, _memory.Count, _lost, _damaged, _failure);
            }
        }
    }

    /// <summary>Opens the journal of a data directory, made on first use.</summary>
    /// <exception cref="IOException">Another process uses it, or the directory cannot be written.</exception>
    public static SpendJournal Open(
        string dataDirectory,
        Func<SpendSettings> settings,
        TimeProvider time,
        ILogger<SpendJournal> logger,
        JournalDisk? disk = null) =>
        new(JournalDirectory.Open(dataDirectory, logger), disk ?? new JournalDisk(), settings, time, logger);

    /// <inheritdoc/>
    public void Append(SpendEvent spent)
    {
        var settings = _settings();
        if (settings.DisableUpdates)
        {
            return;
        }

        byte[]? buffer = null;
        try
        {
            var bound = RecordEncoder.SizeBound(spent);
            if (bound > RecordFrame.LongestPayload)
            {
                Log.BodiesDropped(_logger, spent.CallId, bound);
                spent.RequestBody = spent.ResponseBody = default;
                bound = RecordEncoder.SizeBound(spent);
            }

            // PERF: SpendAppend. The pool keeps an array for each thread, so this allocates nothing.
            buffer = ArrayPool<byte>.Shared.Rent(bound);
            var record = buffer.AsSpan(0, RecordEncoder.Encode(spent, buffer));
            Store(record, settings);
            if (settings.JournalSync == Timeout.InfiniteTimeSpan)
            {
                Sync();
            }
        }
        catch (Exception e)
        {
            // The answer to the client must not depend on bookkeeping: what went wrong is counted and said.
            Interlocked.Increment(ref _lost);
            Log.EventLost(_logger, spent.CallId, e);
        }
        finally
        {
            if (buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    /// <summary>Forces what was appended so far to the disk.</summary>
    public void Sync()
    {
        lock (_syncGate)
        {
            SafeFileHandle[] retired;
            SafeFileHandle? file;
            lock (_gate)
            {
                if (_unsyncedFrom == _nextSequence && _retired.Count == 0)
                {
                    return;
                }

                retired = [.. _retired];
                _retired.Clear();
                file = _file;
                _unsyncedFrom = _nextSequence;
            }

            // Only this method closes a file that was appended to, so the current one stays open while it is forced.
            foreach (var old in retired)
            {
                ForceToDisk(old);
                old.Dispose();
            }

            if (file is not null)
            {
                ForceToDisk(file);
            }
        }
    }

    /// <summary>
    /// Tries to write again after a failure and moves what waited in memory into the journal; does nothing when all is well. Called every second.
    /// </summary>
    public void Recover()
    {
        lock (_gate)
        {
            if (_failure is null || _disposed || _memory.IsLeased || !HasRoomFor(0, _settings()) || !_directory.Probe(_disk))
            {
                return;
            }

            _failure = null;
            while (_failure is null && _memory.TryPeek(out var record))
            {
                if (TryWrite(record, _settings()))
                {
                    _memory.Drop();
                }
            }

            if (_failure is null)
            {
                Log.Recovered(_logger);
            }
        }
    }

    /// <summary>Says once a minute, while it is so, that events wait in memory or were lost.</summary>
    public void Report()
    {
        var state = State;
        if (state.Failure is not null)
        {
            Log.NotRecording(_logger, state.Failure, state.InMemory, state.Lost);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
        }

        Sync();
        lock (_gate)
        {
            CutReserve();
            _file?.Dispose();
            _file = null;
            _failure = "The journal is closed.";
        }

        _directory.Dispose();
        Signal.Dispose();
    }

    private void ForceToDisk(SafeFileHandle file)
    {
        try
        {
            _disk.Sync(file);
        }
        catch (IOException e)
        {
            lock (_gate)
            {
                Fail("The journal cannot be forced to the disk: " + e.Message, e);
                Retire();
            }
        }
    }
}
