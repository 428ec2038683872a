using System.Text.Json.Nodes;

namespace Tollgate.Management.Configuration;

/// <summary>The configuration in force, as the control plane sees and renews it. Implemented where files and rows are typed.</summary>
public interface IGatewayConfiguration
{
    /// <summary>What is in force, fit to be shown: no secret in it.</summary>
    ConfigurationView View { get; }

    /// <summary>Reads the rows of the database again and makes them current: when this returns, what was committed before is served.</summary>
    Task RefreshAsync(CancellationToken cancellationToken);

    /// <summary>Reads files and rows again; a bad file changes nothing.</summary>
    Task<ReloadOutcome> ReloadAsync(CancellationToken cancellationToken);

    /// <summary>What is wrong with a deployment that is about to be stored, values in clear; null when it would be served.</summary>
    string? FaultOf(JsonObject entry);

    /// <summary>What is wrong with settings that are about to be stored; null when they fit.</summary>
    /// <param name="section"><c>general_settings</c>, <c>litellm_settings</c> or <c>router_settings</c>.</param>
    /// <param name="values">The new values.</param>
    string? FaultOf(string section, JsonObject values);

    /// <summary>True for variables that rows may not set: keys of the door, the database, certificates.</summary>
    bool IsReservedVariable(string name);
}

/// <summary>What a reload came to.</summary>
/// <param name="IsApplied">False when the old configuration was kept.</param>
/// <param name="Problems">Everything worth saying, one line each, without secrets.</param>
public sealed record ReloadOutcome(bool IsApplied, IReadOnlyList<string> Problems);
