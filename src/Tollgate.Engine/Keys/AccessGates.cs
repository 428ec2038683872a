using System.Net;
using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Errors;

namespace Tollgate.Engine.Keys;

/// <summary>What is checked before a key is looked at: the client's address and the route (llm-api.md 2.6).</summary>
public static class AccessGates
{
    /// <summary>Lets a request pass or says why not.</summary>
    /// <exception cref="ApiException">403.</exception>
    public static void Check(HttpContext http, GatewaySnapshot snapshot)
    {
        if (snapshot.Config.General.AllowedIps.Length > 0)
        {
            var address = ClientAddress(http, snapshot);
            if (!snapshot.AllowedClients.Allow(address))
            {
                throw ApiException.Forbidden($"Access forbidden: IP address {address} not allowed.");
            }
        }

        if (snapshot.AllowedRoutes.Length > 0 && !Matches(snapshot.AllowedRoutes, PathOf(http)))
        {
            throw ApiException.Forbidden($"Access forbidden: Route {PathOf(http)} not allowed");
        }
    }

    /// <summary>True when the route needs no key.</summary>
    public static bool IsPublic(HttpContext http, GatewaySnapshot snapshot)
        => snapshot.PublicRoutes.Length > 0 && Matches(snapshot.PublicRoutes, PathOf(http));

    private static string PathOf(HttpContext http) => http.Request.Path.Value ?? "/";

    private static bool Matches(System.Collections.Immutable.ImmutableArray<RoutePattern> patterns, string path)
    {
        foreach (var pattern in patterns)
        {
            if (pattern.Matches(path))
            {
                return true;
            }
        }

        return false;
    }

    private static IPAddress? ClientAddress(HttpContext http, GatewaySnapshot snapshot)
    {
        if (snapshot.Config.General.UseForwardedFor)
        {
            var first = http.Request.Headers["x-forwarded-for"].ToString().Split(',', 2)[0].Trim();
            if (IPAddress.TryParse(first, out var forwarded))
            {
                return forwarded;
            }
        }

        return http.Connection.RemoteIpAddress;
    }
}
