using System.Text.Json.Nodes;
using Tollgate.Engine;
using Tollgate.Engine.Configuration;

namespace Tollgate.Management.Credentials;

/// <summary>What a deployment reaches its upstream with, as the values of a credential. Secrets in clear: never an answer by itself.</summary>
public sealed class DeploymentSecrets(SnapshotHolder snapshots)
{
    /// <summary>Values of the deployment with this id; null when there is none or it has none.</summary>
    public JsonObject? Of(string id)
    {
        if (Find(id) is not { } deployment)
        {
            return null;
        }

        var values = new JsonObject();
        foreach (var (name, value) in new (string, string?)[]
            {
                ("api_key", deployment.ApiKey), ("api_base", deployment.ApiBase), ("api_version", deployment.ApiVersion),
                ("organization", deployment.Organization),
            })
        {
            if (value is not null)
            {
                values[name] = value;
            }
        }

        foreach (var (name, value) in deployment.ProviderParams)
        {
            values[name] = value;
        }

        return values.Count > 0 ? values : null;
    }

    /// <summary>The deployment with this id; null when there is none.</summary>
    public DeploymentConfig? Find(string id) =>
        snapshots.Current.Config.Deployments.FirstOrDefault(d => string.Equals(d.Id, id, StringComparison.Ordinal));
}
