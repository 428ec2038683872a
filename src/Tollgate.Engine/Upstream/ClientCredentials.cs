using System.Text.RegularExpressions;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;

namespace Tollgate.Engine.Upstream;

/// <summary>Whether a client may bring its own provider credentials or address (llm-api.md 2.6).</summary>
internal static class ClientCredentials
{
    private static readonly TimeSpan MatchLimit = TimeSpan.FromMilliseconds(100);

    /// <summary>Refuses a body that brings what no deployment of the group allows.</summary>
    /// <exception cref="ApiException">401, the status LiteLLM answers with.</exception>
    public static void Check(CallContext call, ModelGroup group)
    {
        CheckOne(call, group, "api_base", call.Envelope.ApiBase);
        CheckOne(call, group, "api_key", call.Envelope.ApiKey);
    }

    /// <summary>True when a deployment takes this parameter from clients.</summary>
    public static bool MaySend(CallContext call, Deployment deployment, string name, string value)
    {
        if (call.Snapshot.Config.General.AllowClientSideCredentials)
        {
            return true;
        }

        return deployment.Config.ClientSideAuthParams.TryGetValue(name, out var pattern)
            && (pattern is null || Regex.IsMatch(value, $"^(?:{pattern})$", RegexOptions.CultureInvariant, MatchLimit));
    }

    private static void CheckOne(CallContext call, ModelGroup group, string name, string? value)
    {
        if (value is null)
        {
            return;
        }

        foreach (var deployment in group.Deployments)
        {
            if (MaySend(call, deployment, name, value))
            {
                return;
            }
        }

        throw ApiException.Unauthorized($"Authentication Error, Rejected Request: {name} is not allowed in request body.");
    }
}
