using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tollgate.Data.Rows;
using Tollgate.Data.Secrets;
using Tollgate.Data.Spend;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Responses;

namespace Tollgate.Data.Responses;

/// <summary>Registers what keeps answers in the database.</summary>
public static class ResponseStorage
{
    /// <summary>Adds <see cref="IStoredResponses"/> and its job, unless the settings have it off. Needs the spend journal's services.</summary>
    public static IServiceCollection AddStoredResponses(this IServiceCollection services, StorageSettings settings)
    {
        if (!settings.StoreResponses)
        {
            return services;
        }

        services.AddSingleton(p => new ResponseStore(
            p.GetRequiredService<IDatabase>(), new ResponseBox(new SecretBox(settings)), p.GetRequiredService<TimeProvider>(),
            p.GetRequiredService<ILogger<ResponseStore>>()));
        services.AddSingleton<IStoredResponses>(static p => p.GetRequiredService<ResponseStore>());
        services.AddSingleton<IHostedService>(p => new ResponseWriter(
            p.GetRequiredService<ResponseStore>(),
            new ResponseRetention(p.GetRequiredService<IDatabase>(), settings, p.GetRequiredService<TimeProvider>()),
            p.GetRequiredService<Leases>(),
            p.GetRequiredService<TimeProvider>(),
            p.GetRequiredService<ILogger<ResponseWriter>>()));
        return services;
    }
}
