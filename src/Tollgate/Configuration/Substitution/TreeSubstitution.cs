using System.Collections.Immutable;
using Tollgate.Engine.Configuration;

namespace Tollgate.Configuration;

/// <summary>Replaces references everywhere in the tree (config.md 3.2): values at any depth, never keys.</summary>
internal sealed class TreeSubstitution(VariableLookup variables, DiagnosticBag diagnostics)
{
    private static readonly SchemaKey Unknown = new("", ValueKind.Any);

    public MappingNode Apply(MappingNode root) => ApplyMapping(root, ConfigSchema.Root, Unknown, "");

    /// <summary>Replaces references in one value outside the schema.</summary>
    public ScalarNode Apply(ScalarNode value, string name, string path) => ApplyScalar(value, Unknown with { Name = name }, path);

    private ConfigNode Apply(ConfigNode node, SchemaKey key, string path) => node switch
    {
        ScalarNode scalar => ApplyScalar(scalar, key, path),
        MappingNode mapping => ApplyMapping(mapping, key.Shape == ChildShape.Direct ? key.Children : null, key, path),
        SequenceNode list => ApplyList(list, key, path),
        _ => node,
    };

    private MappingNode ApplyMapping(MappingNode mapping, SchemaSection? section, SchemaKey parent, string path)
    {
        var entries = ImmutableArray.CreateBuilder<MappingEntry>(mapping.Entries.Length);
        foreach (var entry in mapping.Entries)
        {
            if (path.Length == 0 && entry.Key.StartsWith("x-", StringComparison.Ordinal))
            {
                // Templates: what is used of them was copied to where it counts.
                entries.Add(entry);
                continue;
            }

            var key = section?.Find(entry.Key)
                ?? (parent.Shape == ChildShape.Values && parent.Children is not null
                    ? parent with { Name = entry.Key, Shape = ChildShape.Direct }
                    : Unknown with { Name = entry.Key });
            entries.Add(entry with { Value = Apply(entry.Value, key, KeyPath.Child(path, entry.Key)) });
        }

        return new MappingNode(entries.MoveToImmutable(), mapping.Position);
    }

    private SequenceNode ApplyList(SequenceNode list, SchemaKey key, string path)
    {
        var itemKey = key.Shape == ChildShape.Items ? key with { Shape = ChildShape.Direct } : key with { Children = null };
        var items = ImmutableArray.CreateBuilder<ConfigNode>(list.Items.Length);
        for (var i = 0; i < list.Items.Length; i++)
        {
            items.Add(Apply(list.Items[i], itemKey, KeyPath.Item(path, i, list.Items[i])));
        }

        return new SequenceNode(items.MoveToImmutable(), list.Position);
    }

    private ScalarNode ApplyScalar(ScalarNode value, SchemaKey key, string path)
    {
        if (key.IsSecret && value.Text.StartsWith("oidc/", StringComparison.Ordinal))
        {
            // Taken literally it would go out as a credential.
            diagnostics.Error(DiagnosticCodes.NotAvailable, value.Position, path, "OIDC token references are not available yet");
        }

        if (value.Kind != ScalarKind.Text || !ReferenceSyntax.HasReference(value.Text))
        {
            return value;
        }

        var guarded = key.IsSecret || IsAddress(key) || (key.Kind == ValueKind.Any && SecretText.IsSecretName(key.Name));
        var result = ReferenceSyntax.Replace(value.Text, name => Find(name, guarded));
        if (result.Complaint is { } complaint)
        {
            diagnostics.Fatal(DiagnosticCodes.Unresolved, value.Position, path, $"{result.Missing[0]} is not set: {complaint}");
        }
        else if (result.Missing.Count > 0)
        {
            return Unresolved(value, key, path, result, guarded);
        }

        var text = result.Text;
        if (guarded && text.Length != (text = text.TrimEnd('\r', '\n')).Length)
        {
            diagnostics.Notice(DiagnosticCodes.Trimmed, value.Position, path, $"trailing line break of {result.Names[0]} trimmed");
        }

        return new ScalarNode(text, KindOf(text, result), value.Position, plain: false, result.Names.Count > 0 ? value.Text : null);
    }

    private ScalarNode Unresolved(ScalarNode value, SchemaKey key, string path, Substituted result, bool guarded)
    {
        if (!result.IsWhole && key.Kind == ValueKind.FreeText)
        {
            return new ScalarNode(result.Text, ScalarKind.Text, value.Position, plain: false);
        }

        Report(path, value.Position, string.Join(", ", result.Missing), key);
        var kind = result.IsWhole || guarded ? ScalarKind.Null : ScalarKind.Text;
        return new ScalarNode(kind == ScalarKind.Null ? "" : result.Text, kind, value.Position, plain: false, value.Text);
    }

    private void Report(string path, SourcePosition position, string names, SchemaKey key)
    {
        switch (path)
        {
            case "general_settings.master_key":
                // MasterKeyRule decides: it knows whether the operator allowed to go on without.
                break;
            case "general_settings.database_url":
                diagnostics.Fatal(DiagnosticCodes.MasterKey, position, path, $"refers to {names}, which is not set");
                break;
            default:
                var inModel = path.StartsWith("model_list[", StringComparison.Ordinal);
                var hint = !inModel ? null
                    : key.Name is "api_key" ? "Calls to this deployment will fail with 401"
                    : IsAddress(key) ? "Calls to this deployment will fail"
                    : null;
                var verb = names.Contains(',', StringComparison.Ordinal) ? "variables" : "variable";
                diagnostics.Warning(
                    DiagnosticCodes.Unresolved, position, path,
                    $"environment {verb} {names} {(verb is "variables" ? "are" : "is")} not set", hint);
                break;
        }
    }

    // An empty secret or address is as good as none, and worse to debug.
    private string? Find(string name, bool guarded) =>
        variables.Find(name) is { } value && (value.Trim().Length > 0 || !guarded) ? value : null;

    private static bool IsAddress(SchemaKey key) =>
        key.Kind == ValueKind.Url || key.Name.EndsWith("_url", StringComparison.Ordinal)
            || key.Name.EndsWith("api_base", StringComparison.Ordinal);

    // COMPAT: a variable that says true or false becomes a boolean, whatever the key (config.md 3.2).
    private static ScalarKind KindOf(string text, Substituted result) =>
        result.IsWhole && (text.Equals("true", StringComparison.OrdinalIgnoreCase)
            || text.Equals("false", StringComparison.OrdinalIgnoreCase))
            ? ScalarKind.Bool
            : ScalarKind.Text;
}
