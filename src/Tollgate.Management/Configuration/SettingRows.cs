using System.Text.Json;
using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Credentials;
using Tollgate.Management.Kernel;
using Tollgate.Management.Models;

namespace Tollgate.Management.Configuration;

/// <summary>Rows of <c>LiteLLM_Config</c>: one section each, laid over the file at every load.</summary>
public sealed class SettingRows(ModelWrite write, IGatewayConfiguration configuration, ISecretBox secrets, AuditLog audit)
{
    /// <summary>Values that are not replaced but merged member by member.</summary>
    private static readonly string[] Merged = ["alert_to_webhook_url"];

    /// <summary>Lists that are united with what is there.</summary>
    private static readonly string[] United = ["success_callback", "failure_callback"];

    /// <summary>Values of a section's row; an empty object when there is none.</summary>
    public static async Task<JsonObject> ReadAsync(IRowReader rows, string section) =>
        (await rows.FindAsync(Tables.Config, section))?["param_value"]?.DeepClone() as JsonObject ?? [];

    /// <summary>Changes sections, member by member; null takes a member away.</summary>
    /// <returns>The rows as they are now.</returns>
    public Task<IReadOnlyDictionary<string, JsonObject>> ChangeAsync(
        AdminCaller caller, IReadOnlyDictionary<string, JsonObject> changes, CancellationToken cancellationToken) =>
        write.RunAsync<IReadOnlyDictionary<string, JsonObject>>(
            "config",
            async rows =>
            {
                var after = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
                foreach (var (section, values) in changes)
                {
                    after[section] = await WriteAsync(rows, caller, section, await ReadAsync(rows, section), values);
                }

                return after;
            },
            cancellationToken,
            SwitchesOn(changes));

    /// <summary>Changes a member whose new value depends on the one that is there, as an item of a list does.</summary>
    /// <param name="caller">Who changes.</param>
    /// <param name="section">The section.</param>
    /// <param name="change">The section's row to its new values; what it refuses changes nothing.</param>
    /// <param name="cancellationToken">The client has left.</param>
    public Task EditAsync(AdminCaller caller, string section, Func<JsonObject, JsonObject> change, CancellationToken cancellationToken) =>
        write.RunAsync(
            "config",
            async rows =>
            {
                var before = await ReadAsync(rows, section);
                return await WriteAsync(rows, caller, section, before, change(before));
            },
            cancellationToken);

    /// <summary>A section as it may be shown.</summary>
    public static JsonObject Masked(JsonObject values, string section) => section is "environment_variables"
        ? new JsonObject(values.Select(static member => KeyValuePair.Create(member.Key, (JsonNode?)SecretNames.Mask)))
        : SecretNames.Masked(values, static _ => SecretNames.Mask);

    private async Task<JsonObject> WriteAsync(IRowWriter rows, AdminCaller caller, string section, JsonObject before, JsonObject values)
    {
        var after = section is "environment_variables" ? Variables(before, values) : Laid(section, before, values);
        await rows.UpsertAsync(Tables.Config, new JsonObject { ["param_name"] = section, ["param_value"] = after.DeepClone() });
        await audit.RecordAsync(rows, caller, AuditAction.Updated, Tables.Config, section, Masked(before, section), Masked(after, section));
        return after;
    }

    private JsonObject Laid(string section, JsonObject before, JsonObject values)
    {
        var after = OverrideRows.Merge(before, values);
        if (section is "general_settings" && values["pass_through_endpoints"] is { } endpoints)
        {
            after["pass_through_endpoints"] = EndpointSecrets.Protect(endpoints, secrets);
        }

        foreach (var name in Merged)
        {
            if (values[name] is JsonObject added && before[name] is JsonObject present)
            {
                after[name] = OverrideRows.Merge(present, added);
            }
        }

        foreach (var name in United)
        {
            if (values[name] is JsonArray added)
            {
                var present = before[name] as JsonArray ?? configuration.View.Sections[section]?[name] as JsonArray ?? [];
                after[name] = new JsonArray([.. present.Concat(added).Select(ModelRows.Text).OfType<string>()
                    .Select(static callback => callback.ToLowerInvariant()).Distinct(StringComparer.Ordinal).Select(static callback => JsonValue.Create(callback))]);
            }
        }

        return after;
    }

    private JsonObject Variables(JsonObject before, JsonObject values)
    {
        var after = before.DeepClone().AsObject();
        foreach (var (name, value) in values)
        {
            if (value is null)
            {
                after.Remove(name);
            }
            else
            {
                after[name] = secrets.Protect(value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString());
            }
        }

        return after;
    }

    // The one write that works before the switch is on is the switch itself, unless file or environment hold it down.
    private bool SwitchesOn(IReadOnlyDictionary<string, JsonObject> changes) =>
        changes.Count == 1 && changes.TryGetValue("general_settings", out var general) && general.Count == 1
            && ModelInfo.IsTrue(general["store_model_in_db"])
            && (configuration.View.Store is not StoreMode.Off
                || ModelRows.Text(configuration.View.Sources["general_settings.store_model_in_db"]?["source"]) is "db");
}
