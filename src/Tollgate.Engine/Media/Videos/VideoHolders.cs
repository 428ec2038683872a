using Tollgate.Engine.Errors;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;

namespace Tollgate.Engine.Media.Videos;

/// <summary>Deployments that have films.</summary>
internal static class VideoHolders
{
    /// <summary>The deployment that an id names; null where it names none that is there.</summary>
    /// <exception cref="ApiException">The caller may not use its model.</exception>
    public static Deployment? Find(CallContext call, VideoId video)
    {
        var holder = call.Snapshot.Models.FindDeployment(video.DeploymentId) ?? OfModel(call, video);
        if (holder is null)
        {
            return null;
        }

        var team = holder.Config.Info.TeamId;
        var isStrangers = team is not null && !call.Caller.IsAdmin && !string.Equals(team, call.Caller.Key?.Identity.TeamId, StringComparison.Ordinal);
        if (isStrangers || holder.Config.Info.Blocked)
        {
            return null;
        }

        CheckModel(call, ModelOf(holder, video));
        return holder;
    }

    /// <summary>The model's name as clients know it.</summary>
    public static string ModelOf(Deployment holder, VideoId video) => video.Model ?? holder.Config.ModelGroup;

    /// <summary>Lets a caller pass who may use a model.</summary>
    /// <exception cref="ApiException">401 that says whose list it is not on.</exception>
    public static void CheckModel(CallContext call, string model)
    {
        if (call.Caller is { IsAdmin: false, Key.Identity: var key })
        {
            ModelAccess.Check(key, model, call.Snapshot);
        }
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
