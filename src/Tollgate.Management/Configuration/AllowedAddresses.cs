using System.Net;
using System.Text.Json.Nodes;
using Tollgate.Engine;
using Tollgate.Management.Kernel;
using Tollgate.Management.Models;

namespace Tollgate.Management.Configuration;

/// <summary>Addresses that may call (admin-api.md 29.4), kept in <c>general_settings.allowed_ips</c>.</summary>
public sealed class AllowedAddresses(SettingRows settings, SnapshotHolder snapshots)
{
    /// <summary>The list; empty when everyone may call.</summary>
    public JsonNode Read(AdminCaller caller)
    {
        ModelRights.RequireAdmin(caller, ErrorGroup.Auth);
        return new JsonObject { ["data"] = ListOf(Current) };
    }

    /// <summary>Adds an address or range.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="body"><c>ip</c>, and <c>force</c> for a list without the caller.</param>
    /// <param name="own">The caller's own address.</param>
    /// <param name="cancellationToken">The client has left.</param>
    public async Task<JsonNode?> AddAsync(AdminCaller caller, Fields body, IPAddress? own, CancellationToken cancellationToken)
    {
        ModelRights.RequireAdmin(caller, ErrorGroup.Auth);
        var ip = body.RequiredText("ip").Trim();
        if (!IPAddress.TryParse(ip, out _) && !IPNetwork.TryParse(ip, out _))
        {
            throw AdminException.Of(ErrorGroup.Auth, 400, $"'{ip}' is not an IP address or CIDR range");
        }

        var isForced = body.Flag("force") == true;
        await ChangeAsync(
            caller,
            list =>
            {
                string[] added = [.. list.Append(ip).Distinct(StringComparer.Ordinal)];
                return isForced || LockOut.OfAddresses(added, own) is not { } fault ? added
                    : throw AdminException.Of(ErrorGroup.Auth, 400, $"{fault} Add it first, or send \"force\": true.");
            },
            cancellationToken);
        return new JsonObject { ["message"] = $"IP {ip} address added successfully", ["status"] = "success" };
    }

    /// <summary>Takes an address away; with the last one everyone may call again.</summary>
    public async Task<JsonNode?> DeleteAsync(AdminCaller caller, Fields body, CancellationToken cancellationToken)
    {
        ModelRights.RequireAdmin(caller, ErrorGroup.Auth);
        var ip = body.RequiredText("ip").Trim();
        await ChangeAsync(
            caller,
            list => list.Contains(ip, StringComparer.Ordinal)
                ? [.. list.Where(item => !string.Equals(item, ip, StringComparison.Ordinal))]
                : throw AdminException.Of(ErrorGroup.Auth, 404, $"IP {ip} not found"),
            cancellationToken);
        return new JsonObject { ["message"] = $"IP {ip} deleted successfully", ["status"] = "success" };
    }

    /// <summary>The address that a request comes from, as the gates see it.</summary>
    public IPAddress? AddressOf(Microsoft.AspNetCore.Http.HttpContext http)
    {
        if (snapshots.Current.Config.General.UseForwardedFor
            && IPAddress.TryParse(http.Request.Headers["x-forwarded-for"].ToString().Split(',', 2)[0].Trim(), out var forwarded))
        {
            return forwarded;
        }

        return http.Connection.RemoteIpAddress;
    }

    private IEnumerable<string> Current => snapshots.Current.Config.General.AllowedIps;

    private Task ChangeAsync(AdminCaller caller, Func<IReadOnlyList<string>, string[]> change, CancellationToken cancellationToken) => settings.EditAsync(
        caller,
        "general_settings",
        row =>
        {
            // The row is the newest word; without one the file's list is what is added to.
            string[] list = row["allowed_ips"] is JsonArray stored ? [.. stored.Select(ModelRows.Text).OfType<string>()] : [.. Current];
            return new JsonObject { ["allowed_ips"] = ListOf(change(list)) };
        },
        cancellationToken);

    private static JsonArray ListOf(IEnumerable<string> list) => new([.. list.Select(static ip => JsonValue.Create(ip))]);
}
