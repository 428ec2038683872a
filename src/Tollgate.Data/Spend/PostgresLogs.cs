using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using Npgsql;
using Tollgate.Data.Journal;
using Tollgate.Data.Postgres;
using Tollgate.Data.Rows;

namespace Tollgate.Data.Spend;

/// <summary>
/// Copies rows of the logs as they lie in the journal. The usual batch goes straight into the table; when an id in it is taken, the batch goes
/// through a temporary table, where the later rows get another id.
/// </summary>
internal sealed class PostgresLogs(PostgresDatabase database)
{
    private const int BufferSize = 256 * 1024;
    private const string Savepoint = "logs";

    /// <summary>COPY's signature, flags and header extension.</summary>
    private static readonly byte[] Head = [.. "PGCOPY\n"u8, 0xFF, (byte)'\r', (byte)'\n', 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private Layout? _layout;

    /// <summary>Looks again which columns there are at the next batch.</summary>
    public void Forget() => _layout = null;

    public async Task WriteAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, JournalBatch batch, WriteRules rules, CancellationToken cancellationToken)
    {
        if (!rules.WriteLogs || !database.Has(Tables.SpendLogs))
        {
            return;
        }

        var layout = _layout ??= Layout.Of(database);
        await transaction.SaveAsync(Savepoint, cancellationToken);
        try
        {
            await using (var copy = await connection.BeginRawBinaryCopyAsync(layout.Copy, cancellationToken))
            {
                await SendAsync(copy, batch, layout, rules, ids: null, cancellationToken);
            }
        }
        catch (PostgresException e) when (string.Equals(e.SqlState, PostgresErrorCodes.UniqueViolation, StringComparison.Ordinal))
        {
            await transaction.RollbackAsync(Savepoint, cancellationToken);
            await WriteApartAsync(connection, batch, layout, rules, cancellationToken);
        }
    }

    /// <summary>The slow way, for batches in which an id is taken.</summary>
    private static async Task WriteApartAsync(
        NpgsqlConnection connection, JournalBatch batch, Layout layout, WriteRules rules, CancellationToken cancellationToken)
    {
        await RunAsync(connection, layout.MakeTemporary, cancellationToken);
        var ids = new RowIds();
        await using (var copy = await connection.BeginRawBinaryCopyAsync(layout.CopyTemporary, cancellationToken))
        {
            await SendAsync(copy, batch, layout, rules, ids, cancellationToken);
        }

        await RunAsync(connection, layout.Move, cancellationToken);

        // What is left has an id that somebody else's row has. With the call's own suffix it is free, unless it is this very call's row.
        if (await RunAsync(connection, layout.Rename, cancellationToken) > 0)
        {
            await RunAsync(connection, layout.Move, cancellationToken);
        }
    }

    private static async Task SendAsync(
        NpgsqlRawCopyStream copy, JournalBatch batch, Layout layout, WriteRules rules, RowIds? ids, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            Head.CopyTo(buffer, 0);
            var used = Head.Length;
            for (var i = 0; i < batch.Count; i++)
            {
                // Room for the row, the suffix of its id and the end mark.
                var bound = batch[i].Length + 128;
                if (used + bound > buffer.Length)
                {
                    await copy.WriteAsync(buffer.AsMemory(0, used), cancellationToken);
                    used = 0;
                    if (bound > buffer.Length)
                    {
                        ArrayPool<byte>.Shared.Return(buffer);
                        buffer = ArrayPool<byte>.Shared.Rent(bound);
                    }
                }

                used += layout.WriteRow(batch[i], buffer.AsSpan(used), rules, ids);
            }

            if (used + sizeof(short) > buffer.Length)
            {
                await copy.WriteAsync(buffer.AsMemory(0, used), cancellationToken);
                used = 0;
            }

            BinaryPrimitives.WriteInt16BigEndian(buffer.AsSpan(used), -1);
            await copy.WriteAsync(buffer.AsMemory(0, used + sizeof(short)), cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<int> RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Which of a record's columns the database has, and the statements for them.</summary>
    private sealed class Layout
    {
        private readonly ImmutableArray<bool> _present;
        private readonly short _count;

        private Layout(ImmutableArray<bool> present, string columns, string table)
        {
            _present = present;
            _count = (short)present.Count(static p => p);
            Copy = $"COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)";
            MakeTemporary = $"""
                CREATE TEMPORARY TABLE spend_rows ON COMMIT DROP AS SELECT {columns}, ''::text AS own_suffix FROM {table} WITH NO DATA
                """;
            CopyTemporary = $"COPY spend_rows ({columns}, own_suffix) FROM STDIN (FORMAT BINARY)";
            Move = $"""
                WITH moved AS (INSERT INTO {table} ({columns}) SELECT {columns} FROM spend_rows ON CONFLICT ("request_id") DO NOTHING RETURNING "request_id")
                DELETE FROM spend_rows USING moved WHERE spend_rows."request_id" = moved."request_id"
                """;
            Rename = """UPDATE spend_rows SET "request_id" = "request_id" || own_suffix, own_suffix = '' WHERE own_suffix <> ''""";
        }

        public string Copy { get; }

        public string MakeTemporary { get; }

        public string CopyTemporary { get; }

        public string Move { get; }

        public string Rename { get; }

        public static Layout Of(PostgresDatabase database)
        {
            var present = LogColumn.All.Select(c => database.Has(Tables.SpendLogs, c.Name)).ToImmutableArray();
            var names = LogColumn.All.Where((_, i) => present[i]).Select(static c => $"\"{c.Name}\"");
            return new Layout(present, string.Join(", ", names), database.Dialect.NameOf(Tables.SpendLogs));
        }

        /// <summary>Writes a record's row as COPY takes it; returns the bytes written, 0 for a record without a row.</summary>
        /// <param name="payload">The record.</param>
        /// <param name="to">Room for the row.</param>
        /// <param name="rules">Whether it is written.</param>
        /// <param name="ids">Ids of the batch for the temporary table; null for the real one.</param>
        public int WriteRow(ReadOnlySpan<byte> payload, Span<byte> to, WriteRules rules, RowIds? ids)
        {
            var record = SpendRecord.Open(payload);
            if (!rules.Logs(record))
            {
                return 0;
            }

            // PERF: SpendFlush. In the usual case the row is copied as it is.
            if (ids is null && _count == LogColumn.All.Length)
            {
                record.Row.CopyTo(to);
                return record.Row.Length;
            }

            return WriteFields(record, to, ids);
        }

        private int WriteFields(in SpendRecord record, Span<byte> to, RowIds? ids)
        {
            BinaryPrimitives.WriteInt16BigEndian(to, (short)(_count + (ids is null ? 0 : 1)));
            var at = sizeof(short);
            var rest = record.Row[sizeof(short)..];
            var suffix = ids is null ? "" : RowIds.Suffix(record.CallId);
            var isTaken = ids is not null && !ids.TryTake(record);
            for (var i = 0; i < _present.Length; i++)
            {
                var field = SpendRecord.TakeField(ref rest, out var isNull);
                if (!_present[i])
                {
                    continue;
                }

                var extra = i == LogColumn.RequestId && isTaken ? suffix : "";
                BinaryPrimitives.WriteInt32BigEndian(to[at..], isNull ? -1 : field.Length + extra.Length);
                field.CopyTo(to[(at + sizeof(int))..]);
                at += sizeof(int) + field.Length;
                at += System.Text.Encoding.ASCII.GetBytes(extra, to[at..]);
            }

            if (ids is not null)
            {
                // A row that has its suffix already has no second one to try.
                var left = isTaken ? "" : suffix;
                BinaryPrimitives.WriteInt32BigEndian(to[at..], left.Length);
                at += sizeof(int) + System.Text.Encoding.ASCII.GetBytes(left, to[(at + sizeof(int))..]);
            }

            return at;
        }
    }
}
