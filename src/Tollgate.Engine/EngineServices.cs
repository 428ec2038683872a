using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;
using Tollgate.Engine.Upstream;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Engine;

/// <summary>Puts the data plane into a container.</summary>
public static class EngineServices
{
    /// <summary>Adds the pipeline and its parts; needs a <see cref="SnapshotHolder"/> and an <see cref="UpstreamTransport"/> beside them.</summary>
    public static IServiceCollection AddEngine(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(static provider => new Router(provider.GetRequiredService<TimeProvider>(), Random.Shared));
        services.TryAddSingleton<BodyRelay>();
        services.TryAddSingleton<StreamRelay>();
        services.TryAddSingleton<MockAnswers>();
        services.TryAddSingleton<UpstreamCaller>();
        services.TryAddSingleton<CallSettlement>();
        services.TryAddSingleton<DeploymentProbe>();
        services.TryAddSingleton<LlmPipeline>();
        services.TryAddSingleton(static provider => new LlmCalls(provider.GetRequiredService<LlmPipeline>()));
        return services;
    }
}

/// <summary>The door to the data plane for endpoints.</summary>
public sealed class LlmCalls
{
    private readonly LlmPipeline _pipeline;

    internal LlmCalls(LlmPipeline pipeline) => _pipeline = pipeline;

    /// <summary>Serves one call on a surface; answers every outcome itself, errors included.</summary>
    /// <param name="http">Request and answer.</param>
    /// <param name="surface">What is called.</param>
    /// <param name="pathModel">Model named by the path; null for none.</param>
    public Task RunAsync(HttpContext http, Surface surface, string? pathModel = null) => _pipeline.RunAsync(http, surface, pathModel);
}
