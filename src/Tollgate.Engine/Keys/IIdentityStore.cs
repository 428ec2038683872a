namespace Tollgate.Engine.Keys;

/// <summary>Where identities come from when they are not in memory. Implemented over the database.</summary>
public interface IIdentityStore
{
    /// <summary>
    /// The key with this hash, with owner, team, membership, organization, project, budgets and access groups; also a rotated key in its
    /// grace period. One indexed query in the usual case.
    /// </summary>
    /// <returns>Null when there is no such key.</returns>
    /// <exception cref="IdentityStoreUnavailableException">The database cannot be asked now.</exception>
    ValueTask<KeyIdentity?> FindKeyAsync(string hash, CancellationToken cancellationToken);

    /// <summary>The customer with this id; never null: one without a row has the configured default limits.</summary>
    ValueTask<CustomerIdentity> FindCustomerAsync(string id, CancellationToken cancellationToken);

    /// <summary>The tag of this name; null when it has no row.</summary>
    ValueTask<TagIdentity?> FindTagAsync(string name, CancellationToken cancellationToken);

    /// <summary>Spend of the whole gateway in its budget's period (<c>litellm-proxy-budget</c>), with its configured budget.</summary>
    ValueTask<BudgetFacts> FindGlobalBudgetAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Spend since <paramref name="since"/> of one key on one model, or of one provider, deployment or tag: where a partial budget starts from
    /// when this process has not counted it yet.
    /// </summary>
    ValueTask<decimal> FindSpendSinceAsync(SpendScope scope, string id, string? model, DateTimeOffset since, CancellationToken cancellationToken);
}

/// <summary>What spend is summed over.</summary>
public enum SpendScope : byte
{
    Key,
    KeyAndModel,
    Team,
    User,
    UserAndModel,
    Customer,
    CustomerAndModel,
    Tag,
    Provider,
    Deployment,
    ModelGroup,
}

/// <summary>Identities cannot be read now; the message says why without secrets.</summary>
public sealed class IdentityStoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
