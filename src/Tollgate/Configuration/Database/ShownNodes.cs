#pragma warning disable RS0030 // Rows travel as JSON trees: this runs when rows are loaded or shown, never for a call.
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tollgate.Management.Configuration;

namespace Tollgate.Configuration;

/// <summary>
/// Nodes as JSON that may leave the process: texts under secret names are masked, references stand as written, and what is a secret in one
/// place is masked wherever else it occurs.
/// </summary>
internal sealed partial class ShownNodes
{
    /// <summary>Shorter values (<c>none</c>, <c>dummy</c>) are words that occur by themselves.</summary>
    private const int ShortestSecret = 8;

    private readonly HashSet<string> _secrets = new(StringComparer.Ordinal);

    /// <summary>Takes note of every secret of a tree.</summary>
    public void Learn(ConfigNode? node, string name = "")
    {
        switch (node)
        {
            case MappingNode mapping:
                foreach (var entry in mapping.Entries)
                {
                    Learn(entry.Value, IsSecret(name) ? name : entry.Key);
                }

                break;
            case SequenceNode list:
                foreach (var item in list.Items)
                {
                    Learn(item, name);
                }

                break;
            case ScalarNode { Kind: ScalarKind.Text, Text.Length: >= ShortestSecret } scalar when IsSecret(name):
                _secrets.Add(scalar.Text);
                break;
            default:
                break;
        }
    }

    /// <summary>A secret that stands in no tree.</summary>
    public void Learn(string? secret)
    {
        if (secret is { Length: >= ShortestSecret })
        {
            _secrets.Add(secret);
        }
    }

    /// <summary>A value as JSON.</summary>
    public JsonNode? Show(ConfigNode? node, string name)
    {
        switch (node)
        {
            case MappingNode mapping:
                return ShowMapping(mapping, name);
            case SequenceNode list:
                return new JsonArray([.. list.Items.Select(item => Show(item, name))]);
            case ScalarNode { Reference: { } reference } when ReferenceOnly().IsMatch(reference):
                return reference;
            case ScalarNode scalar when scalar.Kind is ScalarKind.Text or ScalarKind.Timestamp || scalar.Reference is not null:
                return ShowText(scalar, name);
            case null:
                return null;
            default:
                return JsonNode.Parse(JsonText.Utf8(node));
        }
    }

    /// <summary>A mapping as JSON.</summary>
    public JsonObject ShowMapping(MappingNode mapping, string name = "")
    {
        var json = new JsonObject();
        foreach (var entry in mapping.Entries)
        {
            json[entry.Key] = Show(entry.Value, IsSecret(name) ? name : entry.Key);
        }

        return json;
    }

    private JsonNode? ShowText(ScalarNode scalar, string name)
    {
        if (IsSecret(name))
        {
            // Of a short one the end would be too much of it.
            return scalar.Text.Length > ShortestSecret ? SecretNames.Mask + scalar.Text[^2..] : SecretNames.Mask;
        }

        // A number that YAML leaves to be text (1e-6) is shown as the number that it is used as.
        return scalar.Reference is null && scalar.Plain && YamlScalars.IsLooseNumber(scalar.Text)
            ? JsonNode.Parse(JsonText.Utf8(scalar))
            : Clean(scalar.Reference ?? scalar.Text, keepsWords: name is "model" or "model_name");
    }

    private string Clean(string text, bool keepsWords)
    {
        text = UserInfo().Replace(text, "://");
        if (keepsWords)
        {
            return text;
        }

        foreach (var secret in _secrets)
        {
            text = text.Replace(secret, SecretNames.Mask, StringComparison.Ordinal);
        }

        return text;
    }

    private static bool IsSecret(string name) => SecretNames.IsSecret(name) && !ConfigSchema.IsPrice(name);

    [GeneratedRegex(@"\A(os\.environ/\S+|\$\{[A-Za-z_][A-Za-z0-9_]*\})\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 500)]
    private static partial Regex ReferenceOnly();

    [GeneratedRegex(@"://[^/\s@]*@", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 500)]
    private static partial Regex UserInfo();
}
