namespace Tollgate.Configuration;

/// <summary>
/// The parameters of one deployment from up to three places: the entry itself, the credential it names, the defaults for all. The first
/// that has a value wins.
/// </summary>
internal sealed class DeploymentParams
{
    private readonly Dictionary<string, MappingEntry> _entries = new(StringComparer.Ordinal);

    public DeploymentParams(MappingNode own, MappingNode? credential, IEnumerable<MappingEntry> defaults)
    {
        Add(own.Entries);
        Add(credential?.Entries ?? []);

        // Request parameters among the defaults stay with the router: a client's value goes before them too.
        Add(defaults.Where(static e => ConfigSchema.LitellmParams.Find(e.Key) is not null));
    }

    /// <summary>All entries, those of the entry itself first.</summary>
    public IEnumerable<MappingEntry> Entries => _entries.Values;

    public ConfigNode? this[string key] => _entries.TryGetValue(key, out var entry) ? entry.Value : null;

    public string? Text(string key) => Coercion.NonEmptyText(this[key]);

    public bool IsUnresolved(string key) => this[key] is ScalarNode { IsUnresolved: true };

    // Null is absent, and a reference that failed gives way to a credential that has the value.
    private void Add(IEnumerable<MappingEntry> entries)
    {
        foreach (var entry in entries)
        {
            if (!_entries.TryGetValue(entry.Key, out var present) || (present.Value.IsNull && !entry.Value.IsNull))
            {
                _entries[entry.Key] = entry;
            }
        }
    }
}
