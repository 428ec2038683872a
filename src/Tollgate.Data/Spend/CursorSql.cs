using Tollgate.Data.Journal;

namespace Tollgate.Data.Spend;

/// <summary>The statements on a journal's cursor, the same on both engines.</summary>
/// <param name="table">The table's name on the engine.</param>
internal sealed class CursorSql(string table)
{
    public string Load { get; } = $"""SELECT "segment", "position" FROM {table} WHERE "journal_id" = @journal""";

    private string Insert { get; } =
        $"""INSERT INTO {table} ("journal_id", "segment", "position") VALUES (@journal, @segment, @position) ON CONFLICT ("journal_id") DO NOTHING""";

    private string Move { get; } =
        $"""
        UPDATE {table} SET "segment" = @segment, "position" = @position, "updated_at" = @now
        WHERE "journal_id" = @journal AND "segment" = @fromSegment AND "position" = @fromPosition
        """;

    /// <summary>What a cursor that did not move means.</summary>
    public static BatchOutcome Judge(JournalPosition? found, JournalBatch batch) =>
        found is { } at && at >= batch.To ? BatchOutcome.AlreadyApplied : BatchOutcome.CursorMoved;

    /// <summary>The statement that moves the cursor over a batch, if it is where the batch begins.</summary>
    public string MoveOver(JournalBatch batch) => batch.From is null ? Insert : Move;
}
