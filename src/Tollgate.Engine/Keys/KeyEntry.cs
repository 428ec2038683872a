using System.Collections.Immutable;
using Tollgate.Engine.Admission;
using Tollgate.Engine.Spend;

namespace Tollgate.Engine.Keys;

/// <summary>A warm key: its identity with all that is derived from it once instead of on every call.</summary>
public sealed class KeyEntry
{
    private readonly Caller[] _callers = new Caller[8];
    private int _refreshing;
    private volatile bool _isDoubtful;

    internal KeyEntry(KeyIdentity identity, DateTimeOffset readAt)
    {
        Identity = identity;
        ReadAt = readAt;
        Scopes = LimitScopes.Of(identity);
        SpendCounter = "key:" + identity.Hash;
        MetadataPrefix = SpendMetadata.PrefixFor(identity);
    }

    /// <summary>The key as the database has it.</summary>
    public KeyIdentity Identity { get; }

    /// <summary>When the database was asked.</summary>
    internal DateTimeOffset ReadAt { get; }

    /// <summary>Last use, for dropping what nobody uses.</summary>
    internal long UsedAt { get; set; }

    /// <summary>It may have changed unnoticed: to be read again before use, and used as it is only while the database is away.</summary>
    internal bool IsDoubtful
    {
        get => _isDoubtful;
        set => _isDoubtful = value;
    }

    /// <summary>Budgets and limits that every call of this key meets.</summary>
    internal ImmutableArray<LimitScope> Scopes { get; }

    /// <summary>Counter of the key's own spend.</summary>
    internal string SpendCounter { get; }

    /// <summary>Beginning of the log row's metadata: the members that are the same for all calls of the key.</summary>
    internal byte[] MetadataPrefix { get; }

    /// <summary>True for the first who wants it read again.</summary>
    internal bool TryStartRefresh() => Interlocked.CompareExchange(ref _refreshing, 1, 0) == 0;

    /// <summary>The caller whose key came in a header; one object per header, so that warm calls allocate none.</summary>
    internal Caller CallerFor(string header)
    {
        foreach (ref var known in _callers.AsSpan())
        {
            if (known is null)
            {
                known = new Caller(CallerRole.VirtualKey, header) { Key = this };
                return known;
            }

            if (string.Equals(known.KeyHeader, header, StringComparison.Ordinal))
            {
                return known;
            }
        }

        return new Caller(CallerRole.VirtualKey, header) { Key = this };
    }
}
