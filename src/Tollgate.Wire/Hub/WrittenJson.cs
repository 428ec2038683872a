using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;

namespace Tollgate.Wire.Hub;

/// <summary>JSON being written into memory that is used again for the next text.</summary>
/// <remarks>PERF: a call between two dialects writes two such texts; their memory was a third of what it allocated.</remarks>
public sealed class WrittenJson
{
    /// <summary>Kept ones; more than this many at once are left to the garbage collector.</summary>
    private const int MostKept = 256;

    /// <summary>What grew beyond this is not kept.</summary>
    private const int LargestKept = 64 * 1024;

    private static readonly ConcurrentQueue<WrittenJson> Kept = new();

    private readonly ArrayBufferWriter<byte> _bytes = new(2048);

    private WrittenJson() => Writer = new Utf8JsonWriter(_bytes, HubJson.Writing);

    /// <summary>Writes it; flush it before reading what is written.</summary>
    public Utf8JsonWriter Writer { get; }

    /// <summary>What is written, until it is given back.</summary>
    public ReadOnlyMemory<byte> Memory => _bytes.WrittenMemory;

    /// <summary>Takes an empty one.</summary>
    public static WrittenJson Rent() => Kept.TryDequeue(out var kept) ? kept : new WrittenJson();

    /// <summary>Gives it back; nobody may read what was written any more.</summary>
    public void Return()
    {
        if (_bytes.Capacity <= LargestKept && Kept.Count < MostKept)
        {
            _bytes.ResetWrittenCount();
            Writer.Reset(_bytes);
            Kept.Enqueue(this);
        }
    }
}
