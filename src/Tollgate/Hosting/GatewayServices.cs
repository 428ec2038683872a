using Tollgate.Engine;
using Tollgate.Engine.PassThrough;
using Tollgate.Engine.Upstream;
using Tollgate.Providers;
using Tollgate.Providers.PassThrough;

namespace Tollgate.Hosting;

/// <summary>The parts of a gateway that do not depend on a server: for one that listens, and for commands that use the store without it.</summary>
internal static class GatewayServices
{
    /// <summary>Registers data plane, store and control plane.</summary>
    public static void AddGateway(
        this IServiceCollection services, GatewaySnapshot snapshot, ConfigSource source, PriceSetup prices, LogSettings log)
    {
        var holder = new SnapshotHolder(snapshot);
        services.AddSingleton(holder);
        services.AddSingleton(new UpstreamTransport(snapshot.Config.Server, () => holder.Current.Config.Media));
        services.AddSingleton(snapshot.Providers);
        services.AddSingleton<IPassThroughProviders>(new PassThroughProviders((ProviderDirectory)snapshot.Providers));
        services.AddSingleton(prices);
        services.AddSingleton(source);
        services.AddSingleton(log);
        services.AddSingleton<InFlight>();
        services.AddSingleton<ConfigReloader>();
        services.AddEngine();
        services.AddStorage(snapshot.Config, source);
    }
}
