using System.Text.Json;
using Tollgate.Data.Journal;

namespace Tollgate.Data.Spend;

/// <summary>
/// Keeps records that the database refuses whatever is tried, each with the reason, one JSON object a line; <c>record</c> is the journal's
/// payload in base64, so that nothing about it is lost.
/// </summary>
/// <param name="directory">Directory of the journal.</param>
/// <param name="time">Clock.</param>
internal sealed class PoisonFile(string directory, TimeProvider time)
{
    private long _count;

    /// <summary>The file.</summary>
    public string Path { get; } = System.IO.Path.Combine(directory, "poison", "records.jsonl");

    /// <summary>Records put here since the start.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>Writes the one record of the batch and forces it to the disk.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Add(JournalBatch batch, string error)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteString("at", time.GetUtcNow().UtcDateTime);
            json.WriteString("error", error);
            json.WriteNumber("segment", batch.To.Segment);
            json.WriteNumber("position", batch.To.Offset);
            json.WriteBase64String("record", batch[0]);
            json.WriteEndObject();
        }

        line.WriteByte((byte)'\n');
        using var file = new FileStream(Path, FileMode.Append, FileAccess.Write, FileShare.Read);
        file.Write(line.GetBuffer(), 0, (int)line.Length);
        file.Flush(flushToDisk: true);
        Interlocked.Increment(ref _count);
    }
}
