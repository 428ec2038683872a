using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Tollgate.Data.Journal;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Spend;

namespace Tollgate.Data.Tests.Journal;

/// <summary>Journals and events for tests.</summary>
internal static class Journals
{
    public static SpendSettings NoSync { get; } = new() { JournalSync = TimeSpan.Zero };

    public static SpendJournal Open(string directory, SpendSettings? settings = null, JournalDisk? disk = null) =>
        SpendJournal.Open(directory, () => settings ?? NoSync, TimeProvider.System, NullLogger<SpendJournal>.Instance, disk);

    public static SpendEvent Event(string id) => new()
    {
        RequestId = id,
        CallId = "call-" + id,
        CallType = "acompletion",
        Endpoint = "/chat/completions",
        KeyHash = "key1",
        Cost = 0.25m,
        PromptTokens = 10,
        CompletionTokens = 5,
        TotalTokens = 15,
        Start = new DateTimeOffset(2026, 3, 1, 23, 59, 59, 250, TimeSpan.Zero),
        End = new DateTimeOffset(2026, 3, 2, 0, 0, 1, 750, TimeSpan.Zero),
        Model = "gpt-4o-mini",
        ModelId = "deployment1",
        ModelGroup = "gpt-4o",
        Provider = "openai",
        ApiBase = "https://api.example/v1",
        UserId = "user1",
        TeamId = "team1",
        Metadata = "{\"user_api_key\":\"key1\"}"u8.ToArray(),
    };

    /// <summary>Reads everything behind the cursor, moving it on.</summary>
    public static List<string> Drain(SpendJournal journal, JournalPosition? cursor = null, int most = 100) => [.. Batches(journal, cursor, most).SelectMany(static ids => ids)];

    /// <summary>Ids of the row of every record, batch for batch; the batches count as delivered.</summary>
    public static IEnumerable<List<string>> Batches(SpendJournal journal, JournalPosition? cursor, int most)
    {
        var batch = new JournalBatch();
        while (journal.TryRead(cursor, most, batch))
        {
            yield return Ids(batch);
            cursor = batch.To;
            journal.Delivered(batch.To, batch.Count, 0);
        }
    }

    public static List<string> Ids(JournalBatch batch)
    {
        var ids = new List<string>();
        for (var i = 0; i < batch.Count; i++)
        {
            ids.Add(Fields(batch[i])[LogColumn.RequestId]!);
        }

        return ids;
    }

    /// <summary>The fields of a record's row as text; bytes that are no text come out as they may.</summary>
    public static List<string?> Fields(ReadOnlySpan<byte> payload)
    {
        var rest = SpendRecord.Open(payload).Row[sizeof(short)..];
        var fields = new List<string?>();
        while (!rest.IsEmpty)
        {
            var field = SpendRecord.TakeField(ref rest, out var isNull);
            fields.Add(isNull ? null : Encoding.UTF8.GetString(field));
        }

        return fields;
    }
}
