using Tollgate.Engine.Admission;
using Tollgate.Engine.Keys;

namespace Tollgate.Engine.Spend;

/// <summary>Tells the counters what has reached the database, so that every replica soon counts what all have spent.</summary>
internal sealed class SpendFlushes(LocalCounters counters) : IFlushListener
{
    /// <inheritdoc/>
    public void OnFlushed(IReadOnlyList<FlushedSpend> entries)
    {
        foreach (var entry in entries)
        {
            if (CounterOf(entry.Kind, entry.Id) is { } counter)
            {
                counters.Flushed(counter, Money.ToNano(entry.Added), entry.Total is { } total ? Money.ToNano(total) : null);
            }
        }
    }

    /// <summary>Name of an object's counter; null for what has none.</summary>
    public static string? CounterOf(ChangedObject kind, string id) => kind switch
    {
        ChangedObject.Key => "key:" + id,
        ChangedObject.User => "user:" + id,
        ChangedObject.Team => "team:" + id,
        ChangedObject.TeamMember => "member:" + id,
        ChangedObject.Organization => "organization:" + id,
        ChangedObject.Project => "project:" + id,
        ChangedObject.Customer => "customer:" + id,
        ChangedObject.Tag => "tag:" + id,
        ChangedObject.Global => SubjectCache.GatewayCounter,
        _ => null,
    };
}
