using System.Security.Cryptography;
using System.Text;
using Tollgate.Engine.Keys;

namespace Tollgate.Engine.Tests.Keys;

/// <summary>Keys in a dictionary.</summary>
internal sealed class FakeIdentityStore : IIdentityStore
{
    private readonly Dictionary<string, KeyIdentity> _keys = [];

    /// <summary>How often a key was asked for.</summary>
    public int Queries { get; private set; }

    /// <summary>The database is away.</summary>
    public bool IsAway { get; set; }

    /// <summary>What everything has spent since whenever.</summary>
    public decimal SpentSince { get; set; }

    /// <summary>Called before a key is answered.</summary>
    public Func<Task>? Before { get; set; }

    public void Add(string key, Func<KeyIdentity, KeyIdentity>? edit = null)
    {
        var identity = new KeyIdentity { Hash = HashOf(key), Name = "sk-...test" };
        _keys[identity.Hash] = edit is null ? identity : edit(identity);
    }

    public void Remove(string key) => _keys.Remove(HashOf(key));

    public static string HashOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    public async ValueTask<KeyIdentity?> FindKeyAsync(string hash, CancellationToken cancellationToken)
    {
        Queries++;
        if (IsAway)
        {
            throw new IdentityStoreUnavailableException("away");
        }

        var found = _keys.GetValueOrDefault(hash);
        if (Before is { } before)
        {
            await before();
        }

        return found;
    }

    public ValueTask<CustomerIdentity> FindCustomerAsync(string id, CancellationToken cancellationToken) => new(new CustomerIdentity { Id = id });

    public ValueTask<TagIdentity?> FindTagAsync(string name, CancellationToken cancellationToken) => new((TagIdentity?)null);

    public ValueTask<BudgetFacts> FindGlobalBudgetAsync(CancellationToken cancellationToken) => new(default(BudgetFacts));

    public ValueTask<decimal> FindSpendSinceAsync(
        SpendScope scope, string id, string? model, DateTimeOffset since, CancellationToken cancellationToken) => new(SpentSince);
}
