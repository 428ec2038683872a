using System.Globalization;
using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Data.Schema;

namespace Tollgate.Data.Copy;

/// <summary>The target cannot take the copy; nothing was written.</summary>
public sealed class CopyRefusedException(string message) : Exception(message);

/// <summary>
/// Copies every row of one database into another (database.md 8): first looks whether all of them can be taken, then writes them in
/// transactions of a thousand.
/// </summary>
/// <param name="source">Where rows are read; nobody may write there meanwhile.</param>
/// <param name="target">Where they are written.</param>
/// <param name="merges">Rows that the target has already stay as they are there; else one of them refuses the copy.</param>
/// <param name="output">Takes a line for each table.</param>
public sealed class StoreCopy(IDatabase source, IDatabase target, bool merges, TextWriter output)
{
    private const int ChunkRows = 1000;
    private const int MostNamed = 20;

    /// <summary>Copies.</summary>
    /// <returns>Rows written.</returns>
    /// <exception cref="CopyRefusedException">The target lacks a table that has rows, or has rows with the same keys.</exception>
    /// <exception cref="DuplicateRowException">
    /// A row has a value that another row of the target has and that must be unique; what came before stays written.
    /// </exception>
    public async Task<long> RunAsync(CancellationToken cancellationToken)
    {
        var tables = await TablesAsync(cancellationToken);
        if (!merges)
        {
            await RefuseConflictsAsync(tables, cancellationToken);
        }

        var total = 0L;
        foreach (var table in tables)
        {
            var (read, written) = await CopyAsync(table, cancellationToken);
            total += written;
            if (read > 0)
            {
                var stayed = read == written ? "" : string.Create(CultureInfo.InvariantCulture, $", {read - written} were there already");
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{table}: {written} rows{stayed}"));
            }
        }

        return total;
    }

    private async Task<List<Table>> TablesAsync(CancellationToken cancellationToken)
    {
        var here = await source.ReadAsync(static rows => Task.FromResult(((RowReader)rows).Shape), cancellationToken);
        var there = await target.ReadAsync(static rows => Task.FromResult(((RowReader)rows).Shape), cancellationToken);
        var tables = new List<Table>();
        var missing = new List<string>();
        foreach (var table in CopyPlan.Tables.Where(here.Has))
        {
            if (there.Has(table))
            {
                tables.Add(table);
            }
            else if (await source.ReadAsync(rows => rows.CountAsync(table, Filter.None), cancellationToken) is > 0 and var count)
            {
                missing.Add(string.Create(CultureInfo.InvariantCulture, $"{table} ({count} rows)"));
            }
        }

        return missing.Count == 0
            ? tables
            : throw new CopyRefusedException($"The target lacks tables that have rows: {string.Join(", ", missing)}. Nothing was copied.");
    }

    private async Task RefuseConflictsAsync(List<Table> tables, CancellationToken cancellationToken)
    {
        var conflicts = new List<string>();
        foreach (var table in tables)
        {
            // Most targets are empty: only what has rows can be in the way.
            if (await target.ReadAsync(rows => rows.CountAsync(table, Filter.None), cancellationToken) == 0)
            {
                continue;
            }

            var found = 0;
            await EachChunkAsync(table, async chunk => found += chunk.Count - (await AbsentAsync(table, chunk, cancellationToken)).Count, cancellationToken);
            if (found > 0)
            {
                conflicts.Add(string.Create(CultureInfo.InvariantCulture, $"{table} ({found})"));
            }
        }

        if (conflicts.Count > 0)
        {
            throw new CopyRefusedException(
                $"The target has rows with the same keys: {string.Join(", ", conflicts.Take(MostNamed))}. Nothing was copied; --merge keeps the target's.");
        }
    }

    private async Task<(long Read, long Written)> CopyAsync(Table table, CancellationToken cancellationToken)
    {
        var (read, written) = (0L, 0L);
        await EachChunkAsync(
            table,
            async chunk =>
            {
                read += chunk.Count;
                var absent = merges ? await AbsentAsync(table, chunk, cancellationToken) : chunk;
                written += await target.WriteAsync(
                    async rows =>
                    {
                        foreach (var row in absent)
                        {
                            await rows.InsertAsync(table, row);
                        }

                        return absent.Count;
                    },
                    cancellationToken);
            },
            cancellationToken);
        if (written > 0)
        {
            await ContinueNumbersAsync(table, cancellationToken);
        }

        return (read, written);
    }

    private Task EachChunkAsync(Table table, Func<List<JsonObject>, Task> take, CancellationToken cancellationToken) => source.ReadAsync(
        async rows =>
        {
            await ((RowReader)rows).EachChunkAsync(
                table,
                ChunkRows,
                async chunk =>
                {
                    // Values without a column are read over a connection of their own: this one is in the middle of the table.
                    await source.ReadAsync(
                        async beside =>
                        {
                            await ((RowReader)beside).MergeExtrasAsync(table, chunk);
                            return true;
                        },
                        cancellationToken);
                    chunk.RemoveAll(row => CopyPlan.IsOfItself(table, ExtraColumns.KeyOf(table, row)));
                    await take(chunk);
                });
            return true;
        },
        cancellationToken);

    private Task<List<JsonObject>> AbsentAsync(Table table, List<JsonObject> chunk, CancellationToken cancellationToken) => target.ReadAsync(
        async rows =>
        {
            var absent = new List<JsonObject>();
            foreach (var row in chunk)
            {
                if (await rows.CountAsync(table, Filter.All(table.Key.Select(column => Filter.Equal(column, row[column])))) == 0)
                {
                    absent.Add(row);
                }
            }

            return absent;
        },
        cancellationToken);

    /// <summary>Rows brought their numbers along; the next one made there must not be one of them.</summary>
    private async Task ContinueNumbersAsync(Table table, CancellationToken cancellationToken)
    {
        if (target.Kind != DatabaseKind.PostgreSql
            || SchemaDescription.Of(table).Columns.FirstOrDefault(static column => column.Kind == ColumnKind.Serial) is not { } serial)
        {
            return;
        }

        await target.WriteAsync(
            async rows => await rows.QueryAsync(
                $"SELECT setval(pg_get_serial_sequence(@table, @column), (SELECT max(\"{serial.Name}\") FROM {rows.NameOf(table)}))",
                ("table", rows.NameOf(table)),
                ("column", serial.Name)),
            cancellationToken);
    }
}
