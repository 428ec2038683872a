using System.Collections.Immutable;
using Tollgate.Engine.Configuration;

namespace Tollgate.Configuration;

/// <summary>
/// Holds the substituted tree against the schema: unknown keys, wrong types, keys without effect. Reports, changes nothing.
/// </summary>
internal sealed class SchemaWalker(DiagnosticBag diagnostics)
{
    private readonly ScalarRules _scalars = new(diagnostics);
    private readonly ImmutableArray<RecognisedKey>.Builder _withoutEffect = ImmutableArray.CreateBuilder<RecognisedKey>();

    /// <summary>Known keys that were set but feed nothing yet.</summary>
    public ImmutableArray<RecognisedKey> WithoutEffect => _withoutEffect.ToImmutable();

    public void Walk(MappingNode root) => WalkMapping(root, ConfigSchema.Root, "", listed: false);

    // Below a key that is listed already its children say nothing new.
    private void WalkMapping(MappingNode mapping, SchemaSection section, string path, bool listed)
    {
        foreach (var entry in mapping.Entries)
        {
            var childPath = KeyPath.Child(path, entry.Key);
            if (section.Find(entry.Key) is { } key)
            {
                WalkValue(entry, key, childPath, listed);
            }
            else if (!section.IsOpen)
            {
                diagnostics.Warning(
                    DiagnosticCodes.UnknownKey, entry.KeyPosition, childPath, "unknown key", NearestName.Suggest(entry.Key, section.Names));
            }
        }
    }

    private void WalkValue(MappingEntry entry, SchemaKey key, string path, bool listed)
    {
        if (entry.Value.IsNull)
        {
            return;
        }

        if (!key.IsLive && !key.IsSilent && !listed)
        {
            _withoutEffect.Add(new RecognisedKey(path, entry.KeyPosition));
            listed = true;
        }

        Check(entry.Value, key, path);
        if (key.Children is { } children)
        {
            Descend(entry.Value, children, key.Shape, path, listed);
        }
    }

    private void Descend(ConfigNode value, SchemaSection children, ChildShape shape, string path, bool listed)
    {
        switch (shape, value)
        {
            case (ChildShape.Direct, MappingNode mapping):
                WalkMapping(mapping, children, path, listed);
                break;
            case (ChildShape.Values, MappingNode mapping):
                foreach (var entry in mapping.Entries)
                {
                    WalkItem(entry.Value, children, KeyPath.Child(path, entry.Key), listed);
                }

                break;
            case (ChildShape.Items, SequenceNode list):
                for (var i = 0; i < list.Items.Length; i++)
                {
                    WalkItem(list.Items[i], children, KeyPath.Item(path, i, list.Items[i]), listed);
                }

                break;
            default:
                break;
        }
    }

    private void WalkItem(ConfigNode item, SchemaSection children, string path, bool listed)
    {
        if (item is MappingNode mapping)
        {
            WalkMapping(mapping, children, path, listed);
        }
        else if (!item.IsNull)
        {
            diagnostics.Error(DiagnosticCodes.WrongType, item.Position, path, $"expected a mapping, found {item.Describe()}");
        }
    }

    private void Check(ConfigNode value, SchemaKey key, string path)
    {
        switch (key.Kind)
        {
            case ValueKind.Any:
                break;
            case ValueKind.Map when value is not MappingNode:
                Shape(value, key, path, "a mapping");
                break;
            case ValueKind.List when value is not SequenceNode:
                Shape(value, key, path, "a list");
                break;
            case ValueKind.ListOrMap when value is ScalarNode:
                Shape(value, key, path, "a list or a mapping");
                break;
            case ValueKind.TextList or ValueKind.CidrList or ValueKind.TextOrList:
                CheckTexts(value, key, path);
                break;
            case ValueKind.Map or ValueKind.List or ValueKind.ListOrMap:
                break;
            default:
                if (value is ScalarNode scalar)
                {
                    _scalars.Check(scalar, key, path);
                }
                else
                {
                    Wrong(key, value.Position, path, $"expected a single value, found {value.Describe()}");
                }

                break;
        }
    }

    private void CheckTexts(ConfigNode value, SchemaKey key, string path)
    {
        switch (value)
        {
            case MappingNode:
                Wrong(key, value.Position, path, "expected a list of texts, found a mapping");
                break;
            case ScalarNode scalar:
                if (key.Kind != ValueKind.TextOrList)
                {
                    diagnostics.Notice(DiagnosticCodes.OddForm, scalar.Position, path, "is a single value; treated as a list of one");
                }

                _scalars.Check(scalar, key, path);
                break;
            case SequenceNode list:
                for (var i = 0; i < list.Items.Length; i++)
                {
                    if (list.Items[i] is ScalarNode item)
                    {
                        _scalars.Check(item, key, $"{path}[{i}]");
                    }
                    else
                    {
                        Wrong(key, list.Items[i].Position, $"{path}[{i}]", $"expected a single value, found {list.Items[i].Describe()}");
                    }
                }

                break;
        }
    }

    // A top-level section of the wrong shape means that the file is not what it claims to be.
    private void Shape(ConfigNode value, SchemaKey key, string path, string expected)
    {
        if (path is "model_list")
        {
            var hint = value is MappingNode ? "Put '- ' before 'model_name'" : null;
            diagnostics.Fatal(DiagnosticCodes.WrongShape, value.Position, path,
                $"expected a list of deployments, found {value.Describe()}", hint);
        }
        else if (!path.Contains('.', StringComparison.Ordinal) && key.Children is not null)
        {
            diagnostics.Fatal(DiagnosticCodes.WrongShape, value.Position, path, $"expected {expected}, found {value.Describe()}");
        }
        else
        {
            Wrong(key, value.Position, path, $"expected {expected}, found {value.Describe()}");
        }
    }

    private void Wrong(SchemaKey key, SourcePosition position, string path, string message) =>
        diagnostics.Add(new(key.WrongLevel, DiagnosticCodes.WrongType, position, path, message));
}
