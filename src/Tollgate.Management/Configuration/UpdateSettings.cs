using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tollgate.Management.Kernel;
using Tollgate.Management.Models;

namespace Tollgate.Management.Configuration;

/// <summary><c>POST /config/update</c> and <c>POST /config/reload</c> (admin-api.md 16.2).</summary>
public sealed partial class UpdateSettings(SettingRows settings, IGatewayConfiguration configuration)
{
    private const string Variables = "environment_variables";

    private static readonly string[] Sections = ["general_settings", "litellm_settings", "router_settings", Variables];

    /// <summary>Merges sections into their rows.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="body">Sections.</param>
    /// <param name="own">The caller's own address.</param>
    /// <param name="cancellationToken">The client has left.</param>
    public async Task<JsonNode?> RunAsync(AdminCaller caller, Fields body, IPAddress? own, CancellationToken cancellationToken)
    {
        ModelRights.RequireAdmin(caller, ErrorGroup.Auth);
        var changes = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var (name, _) in body.Json)
        {
            if (!Sections.Contains(name, StringComparer.Ordinal))
            {
                throw AdminException.Of(ErrorGroup.Auth, 400, $"Unknown section '{name}'. Sections: {string.Join(", ", Sections)}");
            }

            if (body.Object(name) is { } values)
            {
                Check(name, values, own);
                changes[name] = values;
            }
        }

        await settings.ChangeAsync(caller, changes, cancellationToken);
        return new JsonObject { ["message"] = "Config updated successfully" };
    }

    /// <summary>Reads files and rows again.</summary>
    public async Task<JsonNode?> ReloadAsync(AdminCaller caller, CancellationToken cancellationToken)
    {
        ModelRights.RequireAdmin(caller, ErrorGroup.Auth);
        var outcome = await configuration.ReloadAsync(cancellationToken);
        return outcome.IsApplied
            ? new JsonObject
            {
                ["message"] = "Config reloaded successfully",
                ["diagnostics"] = new JsonArray([.. outcome.Problems.Select(static line => JsonValue.Create(line))]),
            }
            : throw AdminException.Of(ErrorGroup.Auth, 400, $"reload rejected: {string.Join("\n", outcome.Problems)}");
    }

    private void Check(string section, JsonObject values, IPAddress? own)
    {
        if (section is not Variables)
        {
            var fault = configuration.FaultOf(section, values) ?? section switch
            {
                "general_settings" => LockOut.Of(values, own),
                "litellm_settings" => PriceSettings.FaultOf(values),
                _ => null,
            };
            if (fault is not null)
            {
                throw AdminException.Of(ErrorGroup.Auth, 400, fault);
            }

            return;
        }

        foreach (var (name, value) in values)
        {
            if (!NameForm().IsMatch(name) || value is JsonObject or JsonArray)
            {
                throw AdminException.Of(ErrorGroup.Auth, 400, $"environment_variables.{name}: expected a variable name and a single value");
            }

            if (configuration.IsReservedVariable(name))
            {
                throw AdminException.Of(ErrorGroup.Auth, 400, $"environment_variables.{name} is not taken from the database");
            }
        }
    }

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NameForm();
}
