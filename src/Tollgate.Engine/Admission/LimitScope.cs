using Tollgate.Engine.Keys;

namespace Tollgate.Engine.Admission;

/// <summary>Whose limit it is: decides the wording of a refusal.</summary>
internal enum LimitOwner : byte
{
    Key,
    KeyWindow,
    KeyModel,
    Team,
    TeamWindow,
    TeamModel,
    Organization,
    Project,
    User,
    UserModel,
    Member,
    Customer,
    CustomerModel,
    Tag,

    /// <summary>A tag with a budget in the configuration, which takes all deployments away instead of refusing the caller.</summary>
    ConfiguredTag,
    Gateway,
}

/// <summary>One limit of one object, compiled when the object is read: a claim but for the amount.</summary>
internal sealed class LimitScope
{
    private long _seed;
    private long _seedEpoch;
    private string? _limitText;

    public required LimitOwner Owner { get; init; }

    public required ClaimKind Kind { get; init; }

    /// <summary>Name of the counter, unique over kinds.</summary>
    public required string Counter { get; init; }

    /// <summary>nano-USD or count.</summary>
    public required long Limit { get; init; }

    /// <summary>The limit as headers show it.</summary>
    public string LimitText => _limitText ??= Limit.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The object's id as messages show it.</summary>
    public required string Id { get; init; }

    /// <summary>Alias for messages; null without.</summary>
    public string? Alias { get; init; }

    /// <summary>Refused once spent equals the limit.</summary>
    public bool RefuseAtLimit { get; init; }

    /// <summary>Only for calls of this model; null for all. May be a pattern.</summary>
    public string? Model { get; init; }

    /// <summary>Length of a window that has no stored reset; null when the row's figure counts.</summary>
    public BudgetPeriod? Period { get; init; }

    /// <summary>Duration as written, for messages.</summary>
    public string? Duration { get; init; }

    /// <summary>When the row's period ends; null when never.</summary>
    public DateTimeOffset? ResetAt { get; init; }

    /// <summary>nano-USD in the row.</summary>
    public long Recorded { get; init; }

    /// <summary>Limit before a temporary increase, and how long that lasts: nano-USD added until <see cref="IncreaseUntil"/>.</summary>
    public long Increase { get; init; }

    public DateTimeOffset? IncreaseUntil { get; init; }

    /// <summary>Object kind and id of the row whose reset is due; null for windows.</summary>
    public (ChangedObject Kind, string Id)? Resettable { get; init; }

    /// <summary>Where a window's spend so far is asked for; null when the row has it.</summary>
    public SpendScope? SpendOf { get; init; }

    /// <summary>Id that goes with <see cref="SpendOf"/>.</summary>
    public string SpendId { get; init; } = "";

    /// <summary>Period of the row's budget as a number that grows.</summary>
    public long Epoch => ResetAt?.UtcTicks ?? 0;

    /// <summary>What a window had spent when it was read.</summary>
    public void Seed(long spent, long epoch)
    {
        _seed = spent;
        Volatile.Write(ref _seedEpoch, epoch);
    }

    /// <summary>The claim of a call.</summary>
    public Claim ToClaim(long amount, long outputPart, DateTimeOffset now, TimeZoneInfo zone)
    {
        var claim = new Claim
        {
            Counter = Counter,
            Kind = Kind,
            Limit = IncreaseUntil > now ? Limit + Increase : Limit,
            Amount = amount,
            OutputPart = outputPart,
            RefuseAtLimit = RefuseAtLimit,
            Recorded = Recorded,
            Epoch = Epoch,
        };
        if (Period is { } period)
        {
            claim.Epoch = period.Window(now, zone).End.UtcTicks;
            claim.Recorded = claim.Epoch == Volatile.Read(ref _seedEpoch) ? _seed : 0;
        }

        return claim;
    }
}
