using System.Net.Http.Headers;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;

namespace Tollgate.Engine.Upstream;

/// <summary>Client headers that go on to an upstream: none, unless the operator opted in (llm-api.md 7.4).</summary>
internal static class ForwardedHeaders
{
    private static readonly string[] ProviderKeys = ["x-api-key", "x-goog-api-key", "api-key", "ocp-apim-subscription-key"];

    /// <summary>Copies what may be forwarded.</summary>
    public static void Copy(CallContext call, Deployment deployment, HttpRequestHeaders target)
    {
        var general = call.Snapshot.Config.General;
        if (general.ForwardClientHeaders || IsOptedIn(call, deployment))
        {
            CopyExtensions(call, target);
        }

        if (general.ForwardOpenAiOrganization)
        {
            CopyOne(call, "openai-organization", target);
        }

        if (general.ForwardProviderAuthHeaders)
        {
            foreach (var name in ProviderKeys)
            {
                if (!string.Equals(name, call.Caller.KeyHeader, StringComparison.OrdinalIgnoreCase))
                {
                    CopyOne(call, name, target);
                }
            }
        }
    }

    /// <summary>
    /// A credential for the provider itself that the client sends as its bearer token while its key for the gateway stands in another header;
    /// null where there is none, the operator lets no headers through, or the connection has no use for it.
    /// </summary>
    public static string? TokenOf(CallContext call, Deployment deployment)
    {
        const string scheme = "Bearer ";
        return !string.Equals(call.Caller.KeyHeader, "authorization", StringComparison.OrdinalIgnoreCase)
            && call.Http.Request.Headers.Authorization.ToString() is { } value && value.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            && deployment.Connection.TakesClientToken(value[scheme.Length..])
            && (call.Snapshot.Config.General.ForwardClientHeaders || IsOptedIn(call, deployment))
            ? value[scheme.Length..]
            : null;
    }

    private static bool IsOptedIn(CallContext call, Deployment deployment)
    {
        var groups = call.Snapshot.Config.General.ForwardClientHeadersFor;
        foreach (var entry in groups)
        {
            if (string.Equals(entry, call.Plan!.Group.Name, StringComparison.Ordinal)
                || (entry.Contains('*', StringComparison.Ordinal)
                    && (new WildcardPattern(entry).Match(call.Plan.Group.Name) ?? new WildcardPattern(entry).Match(deployment.UpstreamModel)) is not null))
            {
                return true;
            }
        }

        return false;
    }

    private static void CopyExtensions(CallContext call, HttpRequestHeaders target)
    {
        foreach (var (name, _) in call.Http.Request.Headers)
        {
            var wanted = name.StartsWith("anthropic-beta", StringComparison.OrdinalIgnoreCase)
                || (name.StartsWith("x-", StringComparison.OrdinalIgnoreCase)
                    && !name.StartsWith("x-stainless-", StringComparison.OrdinalIgnoreCase)
                    && !name.StartsWith("x-forwarded-", StringComparison.OrdinalIgnoreCase)
                    && !KeyHeaders.All.Contains(name, StringComparer.OrdinalIgnoreCase)
                    && !string.Equals(name, call.Caller.KeyHeader, StringComparison.OrdinalIgnoreCase));
            if (wanted)
            {
                CopyOne(call, name, target);
            }
        }
    }

    private static void CopyOne(CallContext call, string name, HttpRequestHeaders target)
    {
        if (call.Http.Request.Headers.TryGetValue(name, out var value))
        {
            target.Remove(name);
            target.TryAddWithoutValidation(name, (IEnumerable<string?>)value);
        }
    }
}
