using Tollgate.Engine.Errors;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;

namespace Tollgate.Engine.Media.Videos;

/// <summary>Deployments that have films.</summary>
internal static class VideoHolders
{
    /// <summary>The deployment that an id names; null where it names none that is there.</summary>
    /// <param name="call">The call.</param>
    /// <param name="video">What stands behind the id.</param>
    /// <param name="model">The model's name as the caller may use it.</param>
    /// <exception cref="ApiException">The caller may not use its model.</exception>
    public static Deployment? Find(CallContext call, VideoId video, out string model)
    {
        model = "";
        var holder = call.Snapshot.Models.FindDeployment(video.DeploymentId) ?? OfModel(call, video);
        if (holder is null || holder.Config.Info.Blocked || !IsOpenTo(call, holder.Config.Info.TeamId))
        {
            return null;
        }

        // What an id says of the model counts only where it leads to the deployment: ids can be made up.
        model = video.Model is { } said && GroupOf(call, said) is { } group && Holds(group, holder) ? said : holder.Config.ModelGroup;
        CheckModel(call, model);
        return holder;
    }

    /// <summary>The group that a caller means by a name; null when there is none for this caller.</summary>
    public static ModelGroup? GroupOf(CallContext call, string name)
    {
        var models = call.Snapshot.Models;
        var key = call.Caller.IsAdmin ? null : call.Caller.Key?.Identity;
        var model = key is null ? name : ModelAccess.AliasOf(key, name);
        return call.Caller.Key?.Identity.TeamId is { } team && models.ResolveForTeam(team, model) is { } own ? own
            : models.Resolve(model) is { } group && IsOpenTo(call, group.TeamId) ? group : null;
    }

    /// <summary>Lets a caller pass who may use a model.</summary>
    /// <exception cref="ApiException">401 that says whose list it is not on.</exception>
    public static void CheckModel(CallContext call, string model)
    {
        if (call.Caller is { IsAdmin: false, Key.Identity: var key })
        {
            ModelAccess.Check(key, model, call.Snapshot);
        }
    }

    private static bool IsOpenTo(CallContext call, string? team)
        => team is null || call.Caller.IsAdmin || string.Equals(team, call.Caller.Key?.Identity.TeamId, StringComparison.Ordinal);

    private static bool Holds(ModelGroup group, Deployment holder)
    {
        foreach (var deployment in group.Deployments)
        {
            if (string.Equals(deployment.Id, holder.Id, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// COMPAT: ids that LiteLLM has made name the upstream's model in the deployment's place (llm-api.md 13.9); after a change of gateways
    /// their films must still be found.
    /// </summary>
    private static Deployment? OfModel(CallContext call, VideoId video)
    {
        foreach (var config in call.Snapshot.Config.Deployments)
        {
            if (string.Equals(config.Model, video.DeploymentId, StringComparison.Ordinal)
                || string.Equals(config.Model, $"{video.Provider}/{video.DeploymentId}", StringComparison.Ordinal))
            {
                return call.Snapshot.Models.FindDeployment(config.Id);
            }
        }

        return null;
    }
}
