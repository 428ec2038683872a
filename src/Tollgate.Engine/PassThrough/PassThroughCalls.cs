using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.PassThrough.Natives;
using Tollgate.Engine.PassThrough.Realtime;
using Tollgate.Engine.PassThrough.Stored;
using Tollgate.Engine.PassThrough.Videos;

namespace Tollgate.Engine.PassThrough;

/// <summary>The door to relayed calls for endpoints.</summary>
public sealed class PassThroughCalls
{
    private readonly PassThroughPipeline _pipeline;
    private readonly RealtimePipeline _realtime;
    private readonly LivePipeline _live;
    private readonly IPassThroughProviders _providers;
    private readonly SnapshotHolder _snapshots;
    private readonly TimeProvider _time;
    private readonly TranscriptCosts _transcripts;
    private readonly StoredResources _stored;
    private readonly ManagedFiles _files;
    private readonly VideoParts _videos;
    private readonly NativeServer _natives;

    internal PassThroughCalls(
        PassThroughPipeline pipeline, RealtimePipeline realtime, LivePipeline live, IPassThroughProviders providers, SnapshotHolder snapshots,
        StoredResources stored, ManagedFiles files, NativeServer natives, TranscriptCosts transcripts, VideoParts videos, TimeProvider time)
    {
        _videos = videos;
        _time = time;
        _transcripts = transcripts;
        _stored = stored;
        _files = files;
        _natives = natives;
        _pipeline = pipeline;
        _realtime = realtime;
        _live = live;
        _providers = providers;
        _snapshots = snapshots;
    }

    /// <summary>Prefixes that are relayed.</summary>
    public IReadOnlyList<PassThroughPrefix> Prefixes => _providers.Prefixes;

    /// <summary>Paths of the operator's own, as configured now.</summary>
    public IReadOnlyList<PassThroughEndpoint> Endpoints => _snapshots.Current.Config.General.PassThroughEndpoints;

    /// <summary>Serves a call below a prefix; answers every outcome itself.</summary>
    public Task RunAsync(HttpContext http, PassThroughPrefix prefix) => _pipeline.RunAsync(http, new PrefixPlan(prefix, _providers, _stored, _transcripts));

    /// <summary>The path of the operator's own that a request means; null for none.</summary>
    public PassThroughEndpoint? Find(HttpRequest request)
    {
        var path = request.Path.Value ?? "/";
        PassThroughEndpoint? longest = null;
        foreach (var endpoint in _snapshots.Current.Config.General.PassThroughEndpoints)
        {
            if (endpoint.Serves(path, request.Method) && endpoint.Path.Length > (longest?.Path.Length ?? 0))
            {
                longest = endpoint;
            }
        }

        return longest;
    }

    /// <summary>Serves a call of an operator's own path; answers every outcome itself.</summary>
    public Task RunAsync(HttpContext http, PassThroughEndpoint endpoint) => _pipeline.RunAsync(http, new EndpointPlan(endpoint, _providers));

    /// <summary>Providers that keep files, batches and the like.</summary>
    public IReadOnlyList<string> ResourceProviders => _providers.ResourceProviders;

    /// <summary>Serves a call of a stored resource; answers every outcome itself.</summary>
    /// <param name="http">Request and answer.</param>
    /// <param name="mapped">The route's own part of the path.</param>
    /// <param name="resource">The resource's path at the provider, say <c>/files</c>.</param>
    /// <param name="provider">Provider that the path names; null for none.</param>
    public Task RunResourceAsync(HttpContext http, string mapped, string resource, string? provider)
        => _pipeline.RunAsync(http, new ResourcePlan(mapped, resource, provider, http.Request.Method, _providers, _stored, _files, _natives)
        {
            IsSearch = resource is "/vector_stores" && http.Request.Path.Value?.EndsWith("/search", StringComparison.Ordinal) == true,
        });

    /// <summary>Serves a call about films that were made; answers every outcome itself.</summary>
    /// <param name="http">Request and answer.</param>
    /// <param name="what">What is asked.</param>
    /// <param name="id">The film, or the character, as the client wrote its id; null for none.</param>
    public Task RunVideoAsync(HttpContext http, VideoCall what, string? id = null)
        => _pipeline.RunAsync(http, new VideoPlan(what, id, _providers, _videos));

    /// <summary>Hands out a short-lived token for realtime sessions; answers every outcome itself.</summary>
    /// <param name="http">Request and answer.</param>
    /// <param name="path">Path at the provider, say <c>/realtime/client_secrets</c>.</param>
    public Task RunRealtimeTokenAsync(HttpContext http, string path) => _pipeline.RunAsync(http, new RealtimeTokenPlan(path, _providers, _files, _time));

    /// <summary>Opens a realtime session over WebRTC; answers every outcome itself.</summary>
    public Task RunRealtimeCallAsync(HttpContext http) => _pipeline.RunAsync(http, new RealtimeCallPlan(_providers, _time));

    /// <summary>Paths at which sessions in a provider's own realtime API are opened.</summary>
    public IReadOnlyList<string> LivePaths => _providers.LivePaths;

    /// <summary>Serves such a session until it ends; answers every outcome itself.</summary>
    /// <param name="http">The request to open it.</param>
    /// <param name="draining">Signalled when the gateway wants to stop.</param>
    public Task RunLiveAsync(HttpContext http, CancellationToken draining) => _live.RunAsync(http, draining);

    /// <summary>Serves a realtime session until it ends.</summary>
    /// <param name="http">The request to open it.</param>
    /// <param name="draining">Signalled when the gateway wants to stop.</param>
    public Task RunRealtimeAsync(HttpContext http, CancellationToken draining) => _realtime.RunAsync(http, draining);
}
