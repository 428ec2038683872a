namespace Tollgate.Configuration;

/// <summary>Named credentials of the file (config.md 8.1).</summary>
internal sealed class CredentialList
{
    private readonly Dictionary<string, MappingNode> _values = new(StringComparer.Ordinal);

    public static CredentialList Read(MappingNode tree, DiagnosticBag diagnostics)
    {
        var list = new CredentialList();
        var items = (tree.Get("credential_list") as SequenceNode)?.Items ?? [];
        for (var i = 0; i < items.Length; i++)
        {
            if (items[i] is not MappingNode item)
            {
                continue;
            }

            var path = KeyPath.Item("credential_list", i, item);
            if (Coercion.NonEmptyText(item.Get("credential_name")) is not { } name)
            {
                diagnostics.Error(DiagnosticCodes.Required, item.Position, KeyPath.Child(path, "credential_name"), "required");
                continue;
            }

            if (list._values.ContainsKey(name))
            {
                diagnostics.Warning(DiagnosticCodes.DuplicateKey, item.Position, path,
                    $"credential '{name}' is defined twice; the later one is used");
            }

            list._values[name] = item.Get("credential_values") as MappingNode ?? MappingNode.Empty(item.Position);
        }

        return list;
    }

    public IEnumerable<string> Names => _values.Keys;

    public MappingNode? Find(string name) => _values.GetValueOrDefault(name);
}
