using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Errors;

namespace Tollgate.Management.Kernel;

/// <summary>Which role may call which route (admin-api.md 3.5).</summary>
internal static class RouteGate
{
    /// <summary>Lets a caller pass or says why not.</summary>
    public static void Check(AdminCaller caller, HttpContext http)
    {
        if (!caller.IsAdmin)
        {
            throw ApiException.Unauthorized(
                "Authentication Error, Only proxy admin can be used to generate, delete, update info for new keys/users/teams. "
                + $"Route={http.Request.Path}. Your role={caller.RoleName}.");
        }
    }
}
