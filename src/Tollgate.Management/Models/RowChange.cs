using System.Text.Json.Nodes;

namespace Tollgate.Management.Models;

/// <summary>A change of one stored deployment.</summary>
/// <param name="Params">Changes of <c>litellm_params</c>, in clear.</param>
/// <param name="Info">Changes of <c>model_info</c>; null for none.</param>
/// <param name="NullRemoves">A null takes the value away; else it leaves it (LiteLLM).</param>
/// <param name="ReplacesInfo"><paramref name="Info"/> is the whole of it.</param>
internal sealed record RowChange(JsonObject Params, JsonObject? Info, bool NullRemoves, bool ReplacesInfo)
{
    /// <summary>Facts that a change of <c>model_info</c> does not touch: who owns the model, and the row's own columns.</summary>
    private static readonly string[] Fixed = ["id", "db_model", "team_id"];

    /// <summary>New name; null keeps it.</summary>
    public string? ModelName { get; init; }

    /// <summary>Switches it off or on; null leaves it.</summary>
    public bool? Blocked { get; init; }

    /// <summary>The switch as the change has it, in either place.</summary>
    public bool? BlockedOver() =>
        Blocked ?? (Info?.ContainsKey("blocked") == true ? Info["blocked"] is JsonValue value && value.TryGetValue(out bool blocked) && blocked : null);

    /// <summary><c>model_info</c> with the change applied.</summary>
    public JsonObject InfoOver(JsonObject stored)
    {
        if (Info is null)
        {
            return Without(stored, Blocked is not null);
        }

        var info = ReplacesInfo ? Info.DeepClone().AsObject() : OverrideRows.Merge(stored, Info);
        foreach (var name in Fixed)
        {
            info.Remove(name);
            if (stored[name] is { } value)
            {
                info[name] = value.DeepClone();
            }
        }

        // The team's name for its model is what the team calls: kept unless a new one is given.
        if (info["team_public_model_name"] is null && stored["team_public_model_name"] is { } shown)
        {
            info["team_public_model_name"] = shown.DeepClone();
        }

        return Without(info, BlockedOver() is not null);
    }

    // The column says whether a model is off; the same word in model_info would contradict it one day.
    private static JsonObject Without(JsonObject info, bool blocked)
    {
        var copy = info.DeepClone().AsObject();
        if (blocked)
        {
            copy.Remove("blocked");
        }

        return copy;
    }
}
