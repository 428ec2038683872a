using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Keys;

namespace Tollgate.Data.Identity;

/// <summary>Reads identities from the database: each with one statement, so that a cold key costs one round trip.</summary>
/// <param name="database">The database.</param>
/// <param name="budgets">Configured budgets as they are now: defaults of customers, the gateway's own.</param>
/// <param name="time">Clock for keys in their grace period.</param>
public sealed class IdentityStore(IDatabase database, Func<BudgetSettings> budgets, TimeProvider time) : IIdentityStore
{
    /// <summary>The fixed id of the row that keeps the spend of the whole gateway (database.md 2.2).</summary>
    public const string GlobalRow = "litellm-proxy-budget";

    // As often as the guest rules ask for (database.md 6.3): LiteLLM may be upgraded next to us.
    private static readonly TimeSpan SchemaAge = TimeSpan.FromMinutes(5);

    private volatile Known? _known;

    /// <inheritdoc/>
    public async ValueTask<KeyIdentity?> FindKeyAsync(string hash, CancellationToken cancellationToken)
    {
        var row = await OneAsync(static known => known.Statements.Key, cancellationToken, ("hash", hash));
        if (row is null)
        {
            return null;
        }

        var key = KeyRow.Read(row);

        // Found through the key that it replaced: that one works until its grace period is over.
        if (string.Equals(key.Hash, hash, StringComparison.Ordinal))
        {
            return key;
        }

        return new RowPart(row, "d").Time("revoke_at") is { } until && until > time.GetUtcNow() ? key with { ReplacedUntil = until } : null;
    }

    /// <inheritdoc/>
    public async ValueTask<CustomerIdentity> FindCustomerAsync(string id, CancellationToken cancellationToken)
    {
        var settings = budgets();
        var row = await OneAsync(
            static known => known.Statements.Customer, cancellationToken, ("id", id), ("fallback", settings.DefaultCustomerBudgetId)) ?? [];
        var customer = new RowPart(row, "c");
        var budget = new RowPart(row, "b");
        var facts = BudgetColumns.Linked(budget, customer.Money("spend"));
        return new CustomerIdentity
        {
            Id = id,
            Exists = customer.Text("user_id") is not null,
            Blocked = customer.Flag("blocked") == true,
            DefaultModel = customer.Text("default_model"),
            Limits = BudgetColumns.Limits(budget),

            // Rows appear by themselves with a customer's first call, so one without a budget is still under the default.
            Budget = budget.Text("budget_id") is null ? facts with { Max = settings.DefaultCustomerMax } : facts,
            ModelBudgets = BudgetColumns.ModelBudgets(budget.Json("model_max_budget"), facts.Duration),
        };
    }

    /// <inheritdoc/>
    public async ValueTask<TagIdentity?> FindTagAsync(string name, CancellationToken cancellationToken)
    {
        if (await OneAsync(static known => known.Tags, cancellationToken, ("name", name)) is not { } row)
        {
            return null;
        }

        var budget = new RowPart(row, "b");
        return new TagIdentity
        {
            Name = name,
            Limits = BudgetColumns.Limits(budget),
            Budget = BudgetColumns.Linked(budget, new RowPart(row, "c").Money("spend")),
        };
    }

    /// <inheritdoc/>
    public async ValueTask<BudgetFacts> FindGlobalBudgetAsync(CancellationToken cancellationToken)
    {
        var settings = budgets();
        var row = new RowPart(await OneAsync(static known => known.Statements.Global, cancellationToken, ("id", GlobalRow)) ?? [], "u");
        decimal? max = settings.GlobalMax > 0 ? settings.GlobalMax : null;
        return BudgetColumns.Own(row, null) with { Max = max, Duration = settings.GlobalDuration ?? row.Text("budget_duration") };
    }

    /// <inheritdoc/>
    public async ValueTask<decimal> FindSpendSinceAsync(
        SpendScope scope, string id, string? model, DateTimeOffset since, CancellationToken cancellationToken)
        => await ReadAsync((reader, known) => known.Sums.SumAsync(reader, scope, id, model, since), cancellationToken);

    private Task<JsonObject?> OneAsync(
        Func<Known, string?> statement, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
        => ReadAsync(
            async (reader, known) => statement(known) is { } sql && await reader.QueryAsync(sql, parameters) is [var row, ..] ? row : null,
            cancellationToken);

    private async Task<T> ReadAsync<T>(Func<IRowReader, Known, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await database.ReadAsync(async reader => await work(reader, await KnownAsync(reader)), cancellationToken);
        }
        catch (DatabaseUnavailableException unavailable)
        {
            throw new IdentityStoreUnavailableException(unavailable.Message, unavailable);
        }
    }

    /// <summary>What the database has; asked for rarely. Two callers may ask at once: both learn the same.</summary>
    private async ValueTask<Known> KnownAsync(IRowReader reader)
    {
        if (_known is { } known && time.GetElapsedTime(known.ReadAt) < SchemaAge)
        {
            return known;
        }

        var readAt = time.GetTimestamp();
        return _known = new Known(reader.Kind, await PresentColumns.ReadAsync(reader), readAt);
    }

    private sealed class Known(DatabaseKind kind, PresentColumns present, long readAt)
    {
        public IdentityStatements Statements { get; } = new(kind, present);

        public SpendSums Sums { get; } = new(present);

        public long ReadAt => readAt;

        /// <summary>Null when the database has no tags.</summary>
        public string? Tags => present.Has(Rows.Tables.Tags, "tag_name") ? Statements.Tag : null;
    }
}
