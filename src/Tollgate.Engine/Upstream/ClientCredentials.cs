using System.Text.RegularExpressions;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;

namespace Tollgate.Engine.Upstream;

/// <summary>Whether a client may bring its own provider credentials or address (llm-api.md 2.6).</summary>
internal static class ClientCredentials
{
    private static readonly TimeSpan MatchLimit = TimeSpan.FromMilliseconds(100);

    /// <summary>The group as the client's credentials make it: the same without any, else the deployments that take them.</summary>
    /// <exception cref="ApiException">401 (LiteLLM's status) for what no deployment allows, 400 for an address that is none.</exception>
    public static ModelGroup Apply(CallContext call, ModelGroup group)
    {
        CheckOne(call, group, "api_base", call.Envelope.ApiBase);
        CheckOne(call, group, "api_key", call.Envelope.ApiKey);
        if (call.Envelope.ForeignCredential is { } name)
        {
            CheckOne(call, group, name, "");
        }

        return call.Envelope.ApiBase is { } address ? MoveTo(call, group, address) : group;
    }

    /// <summary>
    /// The deployments at an address of the client's. They lose the operator's credential: the client chose who gets to see it.
    /// </summary>
    private static ModelGroup MoveTo(CallContext call, ModelGroup group, string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw ApiException.BadRequest("Invalid value for 'api_base': not an absolute http(s) URL.", "api_base");
        }

        var moved = group.Deployments
            .Where(deployment => MaySend(call, deployment, "api_base", address))
            .Select(deployment =>
            {
                var config = deployment.Config with { ApiBase = address, ApiKey = call.Envelope.ApiKey, ApiKeyUnresolved = call.Envelope.ApiKey is null };
                return new Deployment(config, call.Snapshot.Providers.Connect(config, deployment.UpstreamModel, call.Snapshot.Config), deployment.UpstreamModel, call.Snapshot.Prices);
            });
        return new ModelGroup(group.Name, moved);
    }

    /// <summary>True when a deployment takes this parameter from clients.</summary>
    public static bool MaySend(CallContext call, Deployment deployment, string name, string value)
    {
        if (call.Snapshot.Config.General.AllowClientSideCredentials)
        {
            return true;
        }

        return deployment.Config.ClientSideAuthParams.TryGetValue(name, out var pattern)
            && (pattern is null || Matches(pattern, value));
    }

    /// <summary>A pattern that a client's text keeps busy is one that the text does not match: refused, not a failure of ours.</summary>
    private static bool Matches(string pattern, string value)
    {
        try
        {
            return Regex.IsMatch(value, $"^(?:{pattern})$", RegexOptions.CultureInvariant, MatchLimit);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
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
