using System.Collections.Frozen;
using System.Collections.Immutable;
using Tollgate.Engine.Configuration;

namespace Tollgate.Configuration;

/// <summary>Types <c>model_info</c>.</summary>
internal static class DeploymentInfoReader
{
    private static readonly SchemaKey Mode = ConfigSchema.ModelInfo.Find("mode")!;

    public static DeploymentInfo Read(Section info, DeploymentParams parameters, MappingNode entry)
    {
        var defaults = new DeploymentInfo();
        return new DeploymentInfo
        {
            Mode = info.Text("mode") is { } mode ? Coercion.MatchEnum(mode, Mode.Values) : null,
            BaseModel = info.Text("base_model") ?? parameters.Text("base_model"),
            AccessGroups = info.Texts("access_groups"),
            Blocked = info.Flag("blocked"),
            TeamId = info.Text("team_id"),
            TeamPublicName = info.Text("team_public_model_name"),
            Capabilities = Capabilities(info),
            HealthCheckModel = info.Text("health_check_model"),
            HealthCheckTimeout = info.Timeout("health_check_timeout") ?? defaults.HealthCheckTimeout,
            HealthCheckVoice = info.Text("health_check_voice") ?? defaults.HealthCheckVoice,
            HealthCheckMaxTokens = info.Int32("health_check_max_tokens"),
            Members = Members(info, parameters, entry),
        };
    }

    private static FrozenDictionary<string, bool> Capabilities(Section info)
    {
        var stated = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var entry in info.Node?.Entries ?? [])
        {
            if (entry.Key.StartsWith("supports_", StringComparison.Ordinal) && Coercion.Bool(entry.Value) is { } value)
            {
                stated[entry.Key] = value;
            }
        }

        return stated.ToFrozenDictionary(StringComparer.Ordinal);
    }

    // Prices may stand in either place, model_info wins; keys of the entry that nobody knows are kept for display.
    private static ImmutableArray<JsonMember> Members(Section info, DeploymentParams parameters, MappingNode entry)
    {
        var members = new Dictionary<string, JsonMember>(StringComparer.Ordinal);
        var unknown = entry.Entries.Where(static e => ConfigSchema.ModelEntry.Find(e.Key) is null && !SecretText.IsSecretName(e.Key));
        var prices = parameters.Entries.Where(static e => ConfigSchema.IsPrice(e.Key));
        foreach (var item in (info.Node?.Entries ?? []).Concat(prices).Concat(unknown).Where(static e => !e.Value.IsNull))
        {
            members.TryAdd(item.Key, JsonText.Member(item.Key, item.Value));
        }

        return [.. members.Values];
    }
}
