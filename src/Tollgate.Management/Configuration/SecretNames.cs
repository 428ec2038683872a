using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tollgate.Management.Configuration;

/// <summary>Which members hold secrets, and how these are shown (admin-api.md 13.7, 14, 16).</summary>
public static class SecretNames
{
    /// <summary>What stands for a secret.</summary>
    public const string Mask = "****";

    private static readonly FrozenSet<string> Exact = new[]
    {
        "key", "token", "authorization", "aws_access_key_id", "direct_url", "redis_url",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly string[] Endings =
    [
        "api_key", "_key", "-key", "apikey", "secret", "password", "credentials", "_dsn", "webhook_url", "database_url", "connection_string",
        "access_token", "auth_token", "bearer_token", "_token", "auth_value", "access_key_id", "azure_ad_token",
    ];

    /// <summary>True when a text under this name is a secret. Prices (<c>input_cost_per_token</c>) are none.</summary>
    public static bool IsSecret(string name) =>
        Exact.Contains(name)
            || (!name.EndsWith("per_token", StringComparison.Ordinal)
                && Array.Exists(Endings, ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)));

    /// <summary>True for a text that names a variable instead of being a value.</summary>
    public static bool IsReference(string text) => text.StartsWith("os.environ/", StringComparison.Ordinal);

    /// <summary>A copy with secrets shown as <paramref name="mask"/> makes them; references, numbers and booleans stay.</summary>
    public static JsonObject Masked(JsonObject values, Func<string, string> mask)
    {
        var shown = new JsonObject();
        foreach (var (name, value) in values)
        {
            shown[name] = Shown(name, value, mask);
        }

        return shown;
    }

    /// <summary>First and last four characters, when the rest is long enough to stay a secret.</summary>
    public static string Ends(string secret) => secret.Length >= 16 ? $"{secret[..4]}{Mask}{secret[^4..]}" : Mask;

    /// <summary>The first four characters of a longer text.</summary>
    public static string Start(string secret) => secret.Length >= 5 ? secret[..4] + Mask : Mask;

    private static JsonNode? Shown(string name, JsonNode? value, Func<string, string> mask) => value switch
    {
        JsonObject nested => Masked(IsSecret(name) ? Renamed(nested, name) : nested, mask),
        JsonArray list => new JsonArray([.. list.Select(item => Shown(name, item, mask))]),
        JsonValue text when text.GetValueKind() == JsonValueKind.String && IsSecret(name) && !IsReference(text.GetValue<string>())
            => mask(text.GetValue<string>()),
        _ => value?.DeepClone(),
    };

    // Below a secret name everything is secret, whatever its own name.
    private static JsonObject Renamed(JsonObject nested, string name)
        => new(nested.Select((member, index) => KeyValuePair.Create($"{index}_{name}", member.Value?.DeepClone())));
}
