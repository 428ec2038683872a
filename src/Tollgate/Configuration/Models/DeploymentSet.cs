using System.Collections.Immutable;
using System.Globalization;
using Tollgate.Engine.Configuration;

namespace Tollgate.Configuration;

/// <summary>Keeps ids unique: identical entries become one, two entries of one chosen id are a mistake (config.md 4.4, CFG018).</summary>
internal sealed class DeploymentSet(DiagnosticBag diagnostics)
{
    private readonly List<DeploymentConfig> _items = [];
    private readonly Dictionary<string, (int Slot, int EntryIndex)> _byId = new(StringComparer.Ordinal);

    public ImmutableArray<DeploymentConfig> ToImmutable() => [.. _items];

    /// <param name="deployment">The one to add.</param>
    /// <param name="isOwnId">The operator chose the id; else it is a hash.</param>
    /// <param name="path">Key path of the entry.</param>
    /// <param name="entryIndex">Index in <c>model_list</c>.</param>
    public void Add(DeploymentConfig deployment, bool isOwnId, string path, int entryIndex)
    {
        if (!_byId.TryGetValue(deployment.Id, out var other))
        {
            _byId[deployment.Id] = (_items.Count, entryIndex);
            _items.Add(deployment);
        }
        else if (!isOwnId)
        {
            Sum(other.Slot, deployment);
            diagnostics.Warning(DiagnosticCodes.DuplicateId, deployment.Source, path,
                $"is identical to model_list[{other.EntryIndex}]; they are merged", "Set model_info.id to keep both");
        }
        else if (other.EntryIndex == entryIndex)
        {
            // Several organizations under one chosen id: each needs its own.
            var number = _items.Count(d => d.Id.StartsWith(deployment.Id + "-", StringComparison.Ordinal)) + 2;
            Add(deployment with { Id = deployment.Id + "-" + number.ToString(CultureInfo.InvariantCulture) }, isOwnId, path, entryIndex);
        }
        else
        {
            diagnostics.Error(DiagnosticCodes.DuplicateId, deployment.Source, $"{path}.model_info.id",
                $"model_info.id '{deployment.Id}' is used by model_list[{other.EntryIndex}] and model_list[{entryIndex}]",
                "The earlier one is kept");
        }
    }

    private void Sum(int slot, DeploymentConfig deployment)
    {
        if (_items[slot].Weight is { } left && deployment.Weight is { } right)
        {
            _items[slot] = _items[slot] with { Weight = left + right };
        }
    }
}
