using System.Net;
using System.Text.Json.Nodes;
using Tollgate.Engine.Keys;
using Tollgate.Management.Models;

namespace Tollgate.Management.Configuration;

/// <summary>
/// Settings after which the caller could not take them back: the database's word counts over the file's, so a restart would not help either
/// (admin-api.md 29.4).
/// </summary>
internal static class LockOut
{
    /// <summary>The route that takes a setting back.</summary>
    private const string WayBack = "/config/update";

    /// <summary>What is wrong with new values of <c>general_settings</c>; null when the caller can still change them.</summary>
    public static string? Of(JsonObject general, IPAddress? own) =>
        general["allowed_ips"] is JsonArray addresses && OfAddresses([.. TextsOf(addresses)], own) is { } fault
            ? fault + " Add it to the list, or use /add/allowed_ip with \"force\": true."
        : general["allowed_routes"] is JsonArray { Count: > 0 } routes && !TextsOf(routes).Any(static route => new RoutePattern(route).Matches(WayBack))
            ? $"general_settings.allowed_routes: this list would lock you out: {WayBack} is not on it. Add it, or set the list in the configuration file."
        : null;

    /// <summary>What is wrong with a list of addresses; null when the caller's own is on it.</summary>
    public static string? OfAddresses(IReadOnlyList<string> addresses, IPAddress? own) => new ClientAddresses(addresses).Allow(own)
        ? null
        : $"This list would lock you out: your own address {own} is not on it.";

    private static IEnumerable<string> TextsOf(JsonArray list) => list.Select(ModelRows.Text).OfType<string>();
}
