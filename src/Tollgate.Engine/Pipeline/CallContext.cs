using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Routing;
using Tollgate.Engine.Upstream;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Engine.Pipeline;

/// <summary>One call on its way: a typed field per fact, each written by one step (R8).</summary>
internal sealed class CallContext(HttpContext http, GatewaySnapshot snapshot, Surface surface, long startedAt)
{
    public HttpContext Http { get; } = http;

    /// <summary>Configuration the call began with and ends with.</summary>
    public GatewaySnapshot Snapshot { get; } = snapshot;

    public Surface Surface { get; } = surface;

    /// <summary>Timestamp of the clock when the call came in.</summary>
    public long StartedAt { get; } = startedAt;

    /// <summary>Id in headers and logs. Step 1.</summary>
    public string CallId { get; set; } = "";

    /// <summary>Step 1.</summary>
    public Caller Caller { get; set; } = Caller.Anonymous;

    /// <summary>Model named by the path; null for none. Set by the endpoint.</summary>
    public string? PathModel { get; init; }

    /// <summary>The body; pooled, given back when the call ends. Step 2.</summary>
    public ReadOnlyMemory<byte> Body { get; set; }

    /// <summary>Root members of the body. Step 2.</summary>
    public required JsonMembers Members { get; init; }

    /// <summary>Step 2.</summary>
    public RequestEnvelope Envelope { get; set; } = null!;

    /// <summary>Step 6: the group asked for.</summary>
    public ModelGroup? Group { get; set; }

    /// <summary>Step 6: how the call goes about its attempts.</summary>
    public RoutePlan? Plan { get; set; }

    /// <summary>Step 7: what the last attempt came to.</summary>
    public AttemptOutcome? Outcome { get; set; }

    /// <summary>Step 7: usage reported or estimated; null when nothing was produced.</summary>
    public TokenUsage? Usage { get; set; }

    /// <summary>Time spent waiting for upstreams. Step 7.</summary>
    public TimeSpan UpstreamTime { get; set; }

    /// <summary>A byte of the answer has reached the client (or is about to): no second attempt, no other status.</summary>
    public bool OutputCommitted { get; set; }

    /// <summary>Route as error messages name it.</summary>
    public string Route => Surface switch
    {
        Surface.Chat => "/chat/completions",
        Surface.Completions => "/completions",
        Surface.Embeddings => "/embeddings",
        _ => "/models",
    };

    /// <summary>Signalled when the client has left.</summary>
    public CancellationToken Aborted => Http.RequestAborted;
}
