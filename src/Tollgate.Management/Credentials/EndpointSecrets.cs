using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tollgate.Management.Credentials;

/// <summary>
/// Header values of the operator's own paths (<c>general_settings.pass_through_endpoints</c>), which are credentials. Encrypted ones are marked:
/// what stands there without the mark was written in clear, by an older release or by LiteLLM, and is read as it is.
/// </summary>
public static class EndpointSecrets
{
    private const string Mark = "encrypted:";

    /// <summary>The list with all its header values encrypted.</summary>
    public static JsonNode? Protect(JsonNode? endpoints, ISecretBox secrets)
        => Changed(endpoints, value => value.StartsWith(Mark, StringComparison.Ordinal) ? value : Mark + secrets.Protect(value));

    /// <summary>The list with its header values in clear; those of entries that cannot be opened are left out, entry and all.</summary>
    /// <param name="endpoints">The list as stored.</param>
    /// <param name="secrets">Opens.</param>
    /// <param name="lost">Hears the paths of entries that are left out.</param>
    public static JsonNode? Open(JsonNode? endpoints, ISecretBox secrets, Action<string> lost)
    {
        if (endpoints is not JsonArray list)
        {
            return endpoints?.DeepClone();
        }

        var open = new JsonArray();
        foreach (var entry in list)
        {
            var isLost = false;
            var opened = Changed(new JsonArray(entry?.DeepClone()), value =>
            {
                var text = value.StartsWith(Mark, StringComparison.Ordinal) ? secrets.Unprotect(value[Mark.Length..]).Text : value;
                isLost |= text is null;
                return text ?? "";
            })!.AsArray();
            if (isLost)
            {
                lost((entry?["path"] as JsonValue)?.ToString() ?? "");
                continue;
            }

            open.Add(opened[0]?.DeepClone());
        }

        return open;
    }

    /// <summary>The list under another key.</summary>
    /// <param name="endpoints">The list as stored.</param>
    /// <param name="rotate">A value without its mark, and whether it is in clear, under the other key.</param>
    public static JsonNode? Rotated(JsonNode? endpoints, Func<string, bool, string> rotate) => Changed(
        endpoints,
        value => Mark + (value.StartsWith(Mark, StringComparison.Ordinal) ? rotate(value[Mark.Length..], false) : rotate(value, true)));

    private static JsonNode? Changed(JsonNode? endpoints, Func<string, string> change)
    {
        var changed = endpoints?.DeepClone();
        foreach (var headers in (changed as JsonArray ?? []).OfType<JsonObject>().Select(static entry => entry["headers"]).OfType<JsonObject>())
        {
            foreach (var (name, value) in headers.ToList())
            {
                if (value?.GetValueKind() == JsonValueKind.String)
                {
                    headers[name] = change(value.GetValue<string>());
                }
            }
        }

        return changed;
    }
}
