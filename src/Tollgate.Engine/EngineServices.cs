using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tollgate.Engine.Admission;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Lookups;
using Tollgate.Engine.Media;
using Tollgate.Engine.Media.Videos;
using Tollgate.Engine.PassThrough;
using Tollgate.Engine.PassThrough.Natives;
using Tollgate.Engine.PassThrough.Realtime;
using Tollgate.Engine.PassThrough.Stored;
using Tollgate.Engine.PassThrough.Videos;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Responses;
using Tollgate.Engine.Responses.Socket;
using Tollgate.Engine.Routing;
using Tollgate.Engine.Spend;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;

namespace Tollgate.Engine;

/// <summary>Puts the data plane into a container.</summary>
public static class EngineServices
{
    /// <summary>Adds the pipeline and its parts; needs a <see cref="SnapshotHolder"/> and an <see cref="UpstreamTransport"/> beside them.</summary>
    public static IServiceCollection AddEngine(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(static provider => new Router(
            provider.GetRequiredService<TimeProvider>(), Random.Shared, provider.GetRequiredService<RouterBudgets>()));
        services.TryAddSingleton<BodyRelay>();
        services.TryAddSingleton(static provider => new StreamDrain(
            provider.GetRequiredService<AdmissionControl>(),
            provider.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None));
        services.TryAddSingleton<StreamRelay>();
        services.TryAddSingleton<AnswerPaths>();
        services.TryAddSingleton<SoundRelay>();
        services.TryAddSingleton<QueryVectors>();
        services.TryAddSingleton<MediaRelay>();
        services.TryAddSingleton(static provider => new VideoOwners(
            provider.GetService<IResourceStore>(), provider.GetRequiredService<ILogger<VideoOwners>>()));
        services.TryAddSingleton<VideoSources>();
        services.TryAddSingleton<MediaFetcher>();
        services.TryAddSingleton<RequestMedia>();
        services.TryAddSingleton<EmbeddingCaller>();
        services.TryAddSingleton<PromptListCaller>();
        services.TryAddSingleton<MockAnswers>();
        services.TryAddSingleton<UpstreamCaller>();
        AddAdmission(services);
        services.TryAddSingleton(static provider => new ResponseMemory(
            provider.GetService<ISharedResponses>(), provider.GetService<IStoredResponses>(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<Conversations>();
        services.TryAddSingleton<KeptAnswers>();
        services.TryAddSingleton(static provider => new ResponseCalls(
            provider.GetRequiredService<KeptAnswers>(), provider.GetRequiredService<SnapshotHolder>(), provider.GetRequiredService<Authenticator>(),
            provider.GetRequiredService<ResponseSocket>()));
        services.TryAddSingleton<ResponseSocket>();
        services.TryAddSingleton<CallSettlement>();
        services.TryAddSingleton<DeploymentProbe>();
        services.TryAddSingleton<TokenCounts>();
        services.TryAddSingleton<FileParts>();
        services.TryAddSingleton<LlmPipeline>();
        services.TryAddSingleton(static provider => new LlmCalls(provider.GetRequiredService<LlmPipeline>()));
        AddPassThrough(services);
        return services;
    }

    /// <summary>Calls that are relayed as they are; whose files and batches are is known where somebody adds a store.</summary>
    private static void AddPassThrough(IServiceCollection services)
    {
        services.TryAddSingleton<Relayer>();
        services.TryAddSingleton<ResourceCaller>();
        services.TryAddSingleton<LineTranslator>();
        services.TryAddSingleton(static provider => new KeptFiles(provider.GetService<IResourceStore>(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<NativeFiles>();
        services.TryAddSingleton<NativeTuner>();
        services.TryAddSingleton<NativeServer>();
        services.TryAddSingleton(static provider => new LateCosts(
            provider.GetService<IResourceStore>(), provider.GetRequiredService<KeyRing>(), provider.GetRequiredService<SpendRecorder>(),
            provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(static provider => new BatchCosts(
            provider.GetService<IResourceStore>(), provider.GetRequiredService<ResourceCaller>(), provider.GetRequiredService<NativeFiles>(),
            provider.GetRequiredService<LateCosts>(),
            provider.GetRequiredService<ILogger<BatchCosts>>()));
        services.TryAddSingleton(static provider => new TranscriptCosts(
            provider.GetService<IResourceStore>(), provider.GetRequiredService<LateCosts>(),
            provider.GetRequiredService<ILogger<TranscriptCosts>>()));
        services.TryAddSingleton(static provider => new StoredResources(
            provider.GetService<IResourceStore>(), provider.GetRequiredService<BatchCosts>()));
        services.TryAddSingleton(static provider => new BatchPolling(
            provider.GetService<IResourceStore>(), provider.GetRequiredService<StoredResources>(), provider.GetRequiredService<ResourceCaller>(),
            provider.GetRequiredService<NativeFiles>(),
            provider.GetRequiredService<SnapshotHolder>(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<BatchPolling>>()));
        services.TryAddSingleton<ManagedFiles>();
        services.TryAddSingleton<VideoCaller>();
        services.TryAddSingleton<PassThroughPipeline>();
        services.TryAddSingleton<RealtimePipeline>();
        services.TryAddSingleton<LivePipeline>();
        services.TryAddSingleton(static provider => new PassThroughCalls(
            provider.GetRequiredService<PassThroughPipeline>(), provider.GetRequiredService<RealtimePipeline>(),
            provider.GetRequiredService<LivePipeline>(), provider.GetRequiredService<IPassThroughProviders>(), provider.GetRequiredService<SnapshotHolder>(),
            provider.GetRequiredService<StoredResources>(), provider.GetRequiredService<ManagedFiles>(),
            provider.GetRequiredService<NativeServer>(), provider.GetRequiredService<TranscriptCosts>(),
            new VideoParts(provider.GetRequiredService<VideoOwners>(), provider.GetRequiredService<VideoCaller>()),
            provider.GetRequiredService<TimeProvider>()));
    }

    /// <summary>Who may call, for how much; the store of identities, the journal and shared counters are there when somebody adds them.</summary>
    private static void AddAdmission(IServiceCollection services)
    {
        services.TryAddSingleton<LocalCounters>();
        services.TryAddSingleton(static provider => new KeyRing(
            provider.GetService<IIdentityStore>(),
            provider.GetRequiredService<LocalCounters>(),
            provider.GetRequiredService<SnapshotHolder>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<KeyRing>>()));
        services.TryAddSingleton(static provider => new SubjectCache(
            provider.GetService<IIdentityStore>(),
            provider.GetRequiredService<LocalCounters>(),
            provider.GetRequiredService<SnapshotHolder>(),
            provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(static provider => new AdmissionControl(
            provider.GetRequiredService<LocalCounters>(),
            provider.GetService<ISharedCounters>(),
            provider.GetRequiredService<SubjectCache>(),
            provider.GetRequiredService<KeyRing>(),
            provider.GetService<IBudgetResets>(),
            provider.GetService<ISpendJournal>(),
            provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(static provider => new SpendRecorder(
            provider.GetRequiredService<AdmissionControl>(),
            provider.GetRequiredService<RouterBudgets>(),
            provider.GetRequiredService<LocalCounters>(),
            provider.GetService<ISpendJournal>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<SpendRecorder>>()));
        services.TryAddSingleton<RouterBudgets>();
        services.TryAddSingleton<Authenticator>();
        services.TryAddSingleton<CallAdmission>();
        services.TryAddSingleton<SpendFlushes>();
        services.TryAddSingleton<IFlushListener>(static provider => provider.GetRequiredService<SpendFlushes>());
        services.TryAddSingleton(static provider => new ControlPlane(
            provider.GetRequiredService<KeyRing>(), provider.GetRequiredService<SubjectCache>(), provider.GetRequiredService<RouterBudgets>(),
            provider.GetRequiredService<AdmissionControl>(), provider.GetRequiredService<ResponseMemory>(),
            provider.GetService<ISharedCounters>() is { } shared ? new SharedFigures(shared) : null));
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
    /// <param name="stream">Whether the answer is a stream, where the path decides; null where the body does.</param>
    /// <param name="operation">What follows the surface's own path at the upstream (<c>/compact</c>); empty for nothing.</param>
    /// <param name="callType">LiteLLM's name of the call in logs; null for the surface's.</param>
    public Task RunAsync(
        HttpContext http, Surface surface, string? pathModel = null, bool? stream = null, string operation = "", string? callType = null)
        => _pipeline.RunAsync(http, new CallRoute(surface) { PathModel = pathModel, Stream = stream, Operation = operation, CallType = callType });

    /// <summary>Makes a film from another; answers every outcome itself, errors included.</summary>
    /// <param name="http">Request and answer.</param>
    /// <param name="rework">What is done: <c>remix</c>, <c>edits</c>, <c>extensions</c>.</param>
    /// <param name="callType">LiteLLM's name of the call in logs.</param>
    /// <param name="sourceId">The film that the path names; null where the body does.</param>
    public Task ReworkVideoAsync(HttpContext http, string rework, string callType, string? sourceId = null)
        => _pipeline.RunAsync(http, new CallRoute(Surface.Videos) { Rework = rework, CallType = callType, SourceId = sourceId });

    /// <summary>Counts the tokens of a prompt; answers every outcome itself, errors included.</summary>
    /// <param name="http">Request and answer.</param>
    /// <param name="surface">The dialect of the prompt.</param>
    /// <param name="pathModel">Model named by the path; null for none.</param>
    public Task CountAsync(HttpContext http, Surface surface, string? pathModel = null)
        => _pipeline.RunAsync(http, new CallRoute(surface) { PathModel = pathModel, CountsTokens = true });
}
