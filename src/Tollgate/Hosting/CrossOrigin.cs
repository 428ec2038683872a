using Microsoft.AspNetCore.Cors.Infrastructure;
using Tollgate.Configuration;

namespace Tollgate.Hosting;

/// <summary>Which web pages may call the gateway from a browser (config.md 9.1).</summary>
internal static class CrossOrigin
{
    /// <summary>Adds the policy of <c>LITELLM_CORS_ORIGINS</c>: a comma list of origins; all when unset, as in LiteLLM.</summary>
    public static void AddCrossOrigin(this IServiceCollection services, EnvironmentSource environment)
    {
        var origins = (environment.GetNonEmpty("LITELLM_CORS_ORIGINS") ?? "*").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        services.AddCors(cors => cors.AddDefaultPolicy(policy =>
        {
            policy.AllowAnyMethod().AllowAnyHeader().WithExposedHeaders("*");
            if (origins.Contains("*", StringComparer.Ordinal))
            {
                policy.AllowAnyOrigin();
            }
            else
            {
                AllowSome(policy, origins, environment.IsOn("LITELLM_CORS_ALLOW_CREDENTIALS"));
            }
        }));
    }

    private static void AllowSome(CorsPolicyBuilder policy, string[] origins, bool withCredentials)
    {
        policy.WithOrigins(origins);
        if (withCredentials)
        {
            policy.AllowCredentials();
        }
    }
}
