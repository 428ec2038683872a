using System.Collections;

namespace Tollgate.Wire.Hub;

/// <summary>
/// What a dialect makes of each feature when requests are written in it. The same table decides at run time what is refused or named as
/// dropped, and makes the documentation page. Features without an entry are carried.
/// </summary>
public sealed class FeatureTable : IEnumerable<KeyValuePair<Feature, Treatment>>
{
    private readonly Treatment[] _treatments = [.. Enum.GetValues<Feature>().Select(static _ => new Treatment(Handling.Carried))];

    /// <summary>How a feature is treated.</summary>
    public Treatment this[Feature feature] => _treatments[(int)feature];

    /// <summary>Says how a feature is treated.</summary>
    public void Add(Feature feature, Handling handling, string note = "") => _treatments[(int)feature] = new Treatment(handling, note);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<Feature, Treatment>> GetEnumerator()
        => _treatments.Select(static (treatment, i) => new KeyValuePair<Feature, Treatment>((Feature)i, treatment)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>A set of features. PERF: made for every translated call.</summary>
public record struct FeatureSet
{
    private ulong _bits;

    /// <summary>True when nothing is in it.</summary>
    public readonly bool IsEmpty => _bits == 0;

    /// <summary>Puts one in.</summary>
    public void Add(Feature feature) => _bits |= 1UL << (int)feature;

    /// <summary>True when it is in it.</summary>
    public readonly bool Contains(Feature feature) => (_bits & (1UL << (int)feature)) != 0;

    /// <summary>Those in it, in the order of their declaration.</summary>
    public readonly IReadOnlyList<Feature> Items()
    {
        var items = new List<Feature>();
        for (var bits = _bits; bits != 0; bits &= bits - 1)
        {
            items.Add((Feature)System.Numerics.BitOperations.TrailingZeroCount(bits));
        }

        return items;
    }
}
