using System.Collections.Immutable;

namespace Tollgate.Configuration;

/// <summary>What an operator changed of a deployment, or of all deployments of a group, that the file defines (admin-api.md 13.4).</summary>
/// <param name="Params">Laid over <c>litellm_params</c>.</param>
/// <param name="Info">Laid over <c>model_info</c>; <c>blocked</c> is among them.</param>
/// <param name="Budget">Budget of the whole group: <c>max_budget</c>, <c>budget_duration</c>.</param>
internal sealed record ModelOverride(MappingNode Params, MappingNode Info, MappingNode Budget)
{
    /// <summary>Names of everything that is changed.</summary>
    public IEnumerable<string> Names => Params.Entries.Concat(Info.Entries).Concat(Budget.Entries).Select(static e => e.Key);
}

/// <summary>All overrides. They hold for deployments of the file; rows are changed themselves.</summary>
internal sealed class ModelOverrides
{
    private readonly Dictionary<string, ModelOverride> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ModelOverride> _byGroup = new(StringComparer.Ordinal);

    /// <summary>Budgets of groups, by name.</summary>
    public IEnumerable<(string Group, MappingNode Budget)> Budgets =>
        _byGroup.Where(static pair => !pair.Value.Budget.Entries.IsEmpty).Select(static pair => (pair.Key, pair.Value.Budget));

    /// <summary>Adds one; <paramref name="isGroup"/> says what <paramref name="id"/> names.</summary>
    public void Add(bool isGroup, string id, ModelOverride change) => (isGroup ? _byGroup : _byId)[id] = change;

    /// <summary>Names of values that are changed for a deployment.</summary>
    public ImmutableArray<string> NamesFor(string group, string id, bool isStored) =>
    [
        .. For(group, id, isStored).SelectMany(static change => change.Names)
            .Concat(isStored && _byGroup.TryGetValue(group, out var own) ? own.Budget.Entries.Select(static e => e.Key) : [])
            .Distinct(StringComparer.Ordinal),
    ];

    /// <summary>An entry with the changes of its group, then its own, applied.</summary>
    public MappingNode Apply(string group, string id, MappingNode entry)
    {
        foreach (var change in For(group, id, JsonNodes.IsStored(entry.Position)))
        {
            entry = JsonNodes.With(entry, [Laid(entry, "litellm_params", change.Params), Laid(entry, "model_info", change.Info)]);
        }

        return entry;
    }

    private IEnumerable<ModelOverride> For(string group, string id, bool isStored)
    {
        if (isStored)
        {
            yield break;
        }

        if (_byGroup.TryGetValue(group, out var byGroup))
        {
            yield return byGroup;
        }

        if (_byId.TryGetValue(id, out var byId))
        {
            yield return byId;
        }
    }

    private static MappingEntry Laid(MappingNode entry, string key, MappingNode changes)
    {
        var mine = entry.Get(key) as MappingNode ?? MappingNode.Empty(entry.Position);
        return new MappingEntry(key, entry.Position, JsonNodes.With(mine, changes.Entries));
    }
}
