using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Tollgate.Configuration;

/// <summary>What a key takes.</summary>
internal enum ValueKind
{
    Any,
    Bool,
    Int,

    /// <summary>A whole number, zero or more.</summary>
    Count,
    Number,

    /// <summary>A number, zero or more (money, weights).</summary>
    Amount,

    /// <summary>A span of time in seconds, zero or more.</summary>
    Seconds,

    /// <summary><c>30d</c>, <c>1mo</c>, <c>daily</c> ... (config.md 15.3).</summary>
    Duration,
    SizeMb,
    Text,

    /// <summary>Text in which <c>${X}</c> of an unset X stays as it is: templates, expressions, messages.</summary>
    FreeText,
    Url,
    Enum,
    BoolOrText,
    TextList,

    /// <summary>Addresses or ranges.</summary>
    CidrList,
    List,
    Map,
    TextOrList,
    ListOrMap,
}

/// <summary>What else is known of a key.</summary>
[Flags]
internal enum KeyTraits
{
    None = 0,

    /// <summary>Feeds a field of the configuration records: it has an effect now.</summary>
    Live = 1,

    /// <summary>Holds a secret.</summary>
    Secret = 2,

    /// <summary>Accepted without a word although it does nothing, by design (licences, telemetry).</summary>
    Silent = 4,

    /// <summary>Guards the gateway: going on without a value that was meant would open doors, so a wrong one refuses the start.</summary>
    Guard = 8,

    /// <summary>A fact for display or probes: a wrong value is ignored with a warning and does not cost the deployment.</summary>
    Soft = 16,
}

/// <summary>How the children of a key are found.</summary>
internal enum ChildShape
{
    /// <summary>The key's mapping has the section's keys.</summary>
    Direct,

    /// <summary>Each item of the key's list is such a mapping.</summary>
    Items,

    /// <summary>Each value of the key's mapping, under names of the operator's choice, is such a mapping.</summary>
    Values,
}

/// <summary>One known key.</summary>
internal sealed record SchemaKey(string Name, ValueKind Kind, KeyTraits Traits = KeyTraits.None)
{
    /// <summary>Allowed values of an <see cref="ValueKind.Enum"/>; the first is what is used instead of a wrong one.</summary>
    public ImmutableArray<string> Values { get; init; } = [];

    public SchemaSection? Children { get; init; }

    public ChildShape Shape { get; init; }

    public bool IsLive => Traits.HasFlag(KeyTraits.Live);

    public bool IsSecret => Traits.HasFlag(KeyTraits.Secret);

    /// <summary>What a wrong value is.</summary>
    public DiagnosticLevel WrongLevel => Traits.HasFlag(KeyTraits.Guard) ? DiagnosticLevel.Fatal
        : Traits.HasFlag(KeyTraits.Soft) ? DiagnosticLevel.Warning
        : DiagnosticLevel.Error;

    public bool IsSilent => Traits.HasFlag(KeyTraits.Silent);
}

/// <summary>A set of known keys.</summary>
internal sealed class SchemaSection
{
    private readonly FrozenDictionary<string, SchemaKey> _keys;
    private readonly Func<string, SchemaKey?>? _others;

    /// <param name="keys">The keys.</param>
    /// <param name="open">True when other keys are the operator's own and no mistake.</param>
    /// <param name="others">Knows families of keys that no list can hold (prices with thresholds, connection keys).</param>
    public SchemaSection(IEnumerable<SchemaKey> keys, bool open = false, Func<string, SchemaKey?>? others = null)
    {
        _keys = keys.ToFrozenDictionary(static k => k.Name, StringComparer.Ordinal);
        _others = others;
        IsOpen = open;
    }

    public bool IsOpen { get; }

    public IEnumerable<string> Names => _keys.Keys;

    public SchemaKey? Find(string name) => _keys.GetValueOrDefault(name) ?? _others?.Invoke(name);
}
