using System.Text.Json.Nodes;

namespace Tollgate.Management.Configuration;

/// <summary>Whether models and settings are kept in the database (admin-api.md C15).</summary>
public enum StoreMode
{
    /// <summary>Nobody said: on for a database of ours, off for an adopted one.</summary>
    Unset,
    On,

    /// <summary>Switched off in file, environment or row.</summary>
    Off,
}

/// <summary>The configuration in force, without secrets: values under secret names are masked, references stand as written.</summary>
public sealed record ConfigurationView
{
    /// <summary>Nothing configured.</summary>
    public static ConfigurationView Empty { get; } = new();

    /// <summary>Path of the file as given; null without one.</summary>
    public string? ConfigFile { get; init; }

    /// <summary>Whether anyone said that models are kept in the database.</summary>
    public StoreMode Store { get; init; }

    /// <summary>True when rows are loaded: on, or unset in a database of ours.</summary>
    public bool StoreIsOn { get; init; }

    /// <summary>Sections of the file with the database's rows laid over: <c>general_settings</c>, <c>litellm_settings</c>, ... Not to be changed: clone.</summary>
    public JsonObject Sections { get; init; } = [];

    /// <summary>Where each key of a section comes from: <c>section.key</c> to an object with <c>source</c> (<c>file</c>, <c>db</c>) and <c>line</c>.</summary>
    public JsonObject Sources { get; init; } = [];

    /// <summary>Deployments, in order; rows that could not be loaded come last.</summary>
    public IReadOnlyList<DeploymentView> Deployments { get; init; } = [];

    /// <summary>Names of credentials that the file defines.</summary>
    public IReadOnlyList<CredentialView> FileCredentials { get; init; } = [];
}

/// <summary>One deployment, fit to be shown.</summary>
/// <param name="Id"><c>model_info.id</c>.</param>
/// <param name="ModelName">Public name of the group.</param>
/// <param name="Params"><c>litellm_params</c>, secrets masked.</param>
/// <param name="Info"><c>model_info</c> as written, with overrides applied.</param>
public sealed record DeploymentView(string Id, string ModelName, JsonObject Params, JsonObject Info)
{
    /// <summary>Comes from a row, not from the file.</summary>
    public bool IsStored { get; init; }

    /// <summary>Paused.</summary>
    public bool Blocked { get; init; }

    /// <summary>Names of values that an override changed.</summary>
    public IReadOnlyList<string> Overrides { get; init; } = [];

    /// <summary>Why it is not served; null when it is.</summary>
    public string? Error { get; init; }

    /// <summary>Upstream model as configured.</summary>
    public string Model => Params["model"] is JsonValue value && value.TryGetValue(out string? model) ? model : "";

    /// <summary>Team that alone may use it.</summary>
    public string? TeamId => Info["team_id"] is JsonValue value && value.TryGetValue(out string? team) ? team : null;

    /// <summary>Name by which that team calls it.</summary>
    public string? TeamPublicName => Info["team_public_model_name"] is JsonValue value && value.TryGetValue(out string? name) ? name : null;
}

/// <summary>A credential of the file, fit to be shown.</summary>
/// <param name="Name"><c>credential_name</c>.</param>
/// <param name="Values">Values, all masked.</param>
/// <param name="Info"><c>credential_info</c>.</param>
public sealed record CredentialView(string Name, JsonObject Values, JsonObject Info);
