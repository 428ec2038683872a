using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Tollgate.Data.Rows;
using Tollgate.Engine;
using Tollgate.Engine.Admission;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Keys;

namespace Tollgate.Data.Spend;

/// <summary>
/// Begins new budget periods: spend back to 0, the next boundary into <c>budget_reset_at</c>. A compare-and-set on the old boundary, so that
/// of several processes (LiteLLM's job among them) one resets and no spend of the new period is erased (routing.md 17.6).
/// </summary>
public sealed partial class BudgetResets(IDatabase database, Func<BudgetSettings> settings, TimeProvider time, ILogger<BudgetResets> logger)
    : IBudgetResets
{
    private const int Page = 200;
    private const string ResetAt = "budget_reset_at";

    private static readonly (ChangedObject Kind, Table Table)[] Kinds =
    [
        (ChangedObject.Key, Tables.Keys),
        (ChangedObject.User, Tables.Users),
        (ChangedObject.Team, Tables.Teams),
        (ChangedObject.Budget, Tables.Budgets),
    ];

    /// <summary>Resets one object if its period is over: for whoever meets it before the job does.</summary>
    /// <param name="kind">Key, user, team, budget or the gateway itself; others have no period of their own.</param>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>True when this call has reset it.</returns>
    /// <exception cref="DatabaseUnavailableException">The database is away.</exception>
    public async Task<bool> ResetIfDueAsync(ChangedObject kind, string id, CancellationToken cancellationToken)
    {
        var stored = kind == ChangedObject.Global ? ChangedObject.User : kind;
        var table = Array.Find(Kinds, k => k.Kind == stored).Table;
        if (table is null || settings().NeverReset)
        {
            return false;
        }

        var row = await database.ReadAsync(db => db.FindAsync(table, id), cancellationToken);
        if (kind == ChangedObject.Key && row is not null && BudgetOf(row) is { } budget)
        {
            // A key without a period of its own follows that of its budget row.
            (stored, table) = (ChangedObject.Budget, Tables.Budgets);
            row = await database.ReadAsync(db => db.FindAsync(table, budget), cancellationToken);
        }

        return row is not null && await ResetAsync(stored, table, row, cancellationToken);
    }

    /// <inheritdoc/>
    async ValueTask<bool> IBudgetResets.ResetIfDueAsync(ChangedObject kind, string id, CancellationToken cancellationToken)
    {
        // Not reset by this call means that the period is not over, or that another process was quicker: either way it is not over any more.
        try
        {
            return await ResetIfDueAsync(kind, id, cancellationToken) || !settings().NeverReset;
        }
        catch (DatabaseUnavailableException)
        {
            // The old period goes on until the database is back.
            return false;
        }
    }

    /// <summary>Resets everything whose period is over.</summary>
    /// <param name="mayGoOn">Asked between pages: false ends the run (the lease is gone).</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many objects were reset.</returns>
    /// <exception cref="DatabaseUnavailableException">The database is away.</exception>
    public async Task<int> ResetDueAsync(Func<Task<bool>> mayGoOn, CancellationToken cancellationToken)
    {
        if (settings().NeverReset)
        {
            return 0;
        }

        await BeginGlobalAsync(cancellationToken);
        var count = 0;
        foreach (var (kind, table) in Kinds)
        {
            while (await mayGoOn())
            {
                var due = Filter.AtMost(ResetAt, time.GetUtcNow().UtcDateTime);
                var rows = await database.ReadAsync(
                    db => db.SelectAsync(table, due, [new SortBy(ResetAt)], new RowRange(Page)), cancellationToken);
                var before = count;
                foreach (var row in rows)
                {
                    count += await ResetAsync(kind, table, row, cancellationToken) ? 1 : 0;
                }

                // A page that nothing was reset on belongs to somebody else.
                if (rows.Count < Page || count == before)
                {
                    break;
                }
            }
        }

        if (count > 0)
        {
            Log.Reset(logger, count);
        }

        return count;
    }

    private Task<bool> ResetAsync(ChangedObject kind, Table table, JsonObject row, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (RowTime.Read(row[ResetAt]) is not { } boundary || boundary > now.UtcDateTime)
        {
            return Task.FromResult(false);
        }

        var id = row[table.Key[0]]!.GetValue<string>();
        var changes = new JsonObject { [ResetAt] = Next(row["budget_duration"]?.GetValue<string>(), now) };
        if (kind != ChangedObject.Budget)
        {
            changes["spend"] = 0.0;
        }

        var isDue = Filter.All(Filter.Equal(table.Key[0], id), Filter.Equal(ResetAt, boundary));
        return database.WriteAsync(
            async db =>
            {
                if (await db.UpdateAsync(table, isDue, changes) == 0)
                {
                    return false;
                }

                if (kind == ChangedObject.Budget)
                {
                    await ResetLinkedAsync(db, id);
                }

                var isGlobal = kind == ChangedObject.User && string.Equals(id, CounterTable.GlobalUser, StringComparison.Ordinal);
                await db.NoteChangeAsync(new ChangeNotice(isGlobal ? ChangedObject.Global : kind, id, SpendWasSet: true));
                return true;
            },
            cancellationToken);
    }

    private static string? BudgetOf(JsonObject key)
        => key["budget_duration"] is null && key[ResetAt] is null ? key["budget_id"]?.GetValue<string>() : null;

    /// <summary>Everything that takes its period from the budget row.</summary>
    private async Task ResetLinkedAsync(IRowWriter db, string budget)
    {
        var zero = new JsonObject { ["spend"] = 0.0 };
        var linked = Filter.Equal("budget_id", budget);
        var customers = string.Equals(budget, settings().DefaultCustomerBudgetId, StringComparison.Ordinal)
            ? Filter.Any(linked, Filter.Equal("budget_id", null))
            : linked;
        await db.UpdateAsync(Tables.Customers, customers, zero);
        await db.UpdateAsync(Tables.TeamMemberships, linked, zero);
        await db.UpdateAsync(Tables.Organizations, linked, zero);
        await db.UpdateAsync(Tables.OrganizationMemberships, linked, zero);
        await db.UpdateAsync(Tables.Tags, linked, zero);

        // A key with a period of its own is reset by that.
        await db.UpdateAsync(Tables.Keys, Filter.All(linked, Filter.Equal("budget_duration", null)), zero);
    }

    /// <summary>Gives the row of the gateway's own spend its first boundary.</summary>
    private async Task BeginGlobalAsync(CancellationToken cancellationToken)
    {
        if (settings().GlobalDuration is not { } duration || Next(duration, time.GetUtcNow()) is not { } next)
        {
            return;
        }

        var unset = Filter.All(Filter.Equal("user_id", CounterTable.GlobalUser), Filter.Equal(ResetAt, null));
        var first = new JsonObject { ["budget_duration"] = duration, [ResetAt] = next };
        await database.WriteAsync(db => db.UpdateAsync(Tables.Users, unset, first), cancellationToken);
    }

    /// <summary>The next boundary; null, which is never, for a period that is none.</summary>
    private string? Next(string? duration, DateTimeOffset now)
    {
        if (!BudgetPeriod.TryParse(duration, out var period))
        {
            return null;
        }

        var next = period.NextReset(now, settings().TimeZone);
        return next > now && next < DateTimeOffset.MaxValue ? RowTime.Text(next.UtcDateTime) : null;
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Data + 140, LogLevel.Information, "{Count} budgets began a new period")]
        public static partial void Reset(ILogger logger, int count);
    }
}
