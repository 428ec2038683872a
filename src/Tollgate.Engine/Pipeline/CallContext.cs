using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Admission;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Media;
using Tollgate.Engine.PassThrough.Stored;
using Tollgate.Engine.Pricing;
using Tollgate.Engine.Routing;
using Tollgate.Engine.Spend;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Json;

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

    /// <summary>
    /// Id of our own making, equal to <see cref="CallId"/> unless the client chose that one: what is held and counted goes by it, so that nobody
    /// can pass two calls off as one. Step 1.
    /// </summary>
    public string Uid { get; set; } = "";

    /// <summary>Step 1.</summary>
    public Caller Caller { get; set; } = Caller.Anonymous;

    /// <summary>Model named by the path, or by what it names; null for none. Set by the endpoint, or in step 2.</summary>
    public string? PathModel { get; set; }

    /// <summary>The prompt is only to be counted. Set by the endpoint.</summary>
    public bool CountsTokens { get; init; }

    /// <summary>The body; pooled, given back when the call ends. Step 2.</summary>
    public ReadOnlyMemory<byte> Body { get; set; }

    /// <summary>Root members of the body. Step 2.</summary>
    public required JsonMembers Members { get; init; }

    /// <summary>The form that the body is; null for JSON. Step 2.</summary>
    public FormBody? Form { get; set; }

    /// <summary>What a call about pictures, sounds or documents is about; null for others. Step 2.</summary>
    public MediaCall? Media { get; set; }

    /// <summary>Step 2.</summary>
    public RequestEnvelope Envelope { get; set; } = null!;

    /// <summary>Tags of the call: the client's, its key's and its team's. Step 3.</summary>
    public IReadOnlyList<string> Tags { get; set; } = [];

    /// <summary>The customer the call is made for; null when none. Step 3.</summary>
    public string? CustomerId { get; set; }

    /// <summary>Prices that an administrator sent with the call; null for none (routing.md 19.1, row 3). Step 3.</summary>
    public PriceFields? OwnPrices { get; set; }

    /// <summary>nano-USD that the call is expected to cost. Step 3.</summary>
    public long ExpectedCost { get; set; }

    /// <summary>What the call takes from rate limits; null for one request and what its tokens come to. Step 3.</summary>
    public CallLoad? Load { get; set; }

    /// <summary>Files that the prompt names by ids of the gateway's making; null for none. Step 3.</summary>
    public NamedFiles? Files { get; set; }

    /// <summary>Output limit that its budgets leave the call; null for its own. Step 3.</summary>
    public long? OutputCap { get; set; }

    /// <summary>Limits the call was admitted under, for headers; null before step 3.</summary>
    public CallClaims? Claims { get; set; }

    /// <summary>Step 3: the group asked for.</summary>
    public ModelGroup? Group { get; set; }

    /// <summary>Another model group may answer in place of the one asked for. Tools and stores that are searched have no such groups.</summary>
    public bool MayFallBack => !Envelope.DisableFallbacks && !Surface.IsLookup();

    /// <summary>Step 6: how the call goes about its attempts.</summary>
    public RoutePlan? Plan { get; set; }

    /// <summary>The gateway's own refusal; null when there was none.</summary>
    public ApiException? Refusal { get; set; }

    /// <summary>Step 7: what the last attempt came to.</summary>
    public AttemptOutcome? Outcome { get; set; }

    /// <summary>Step 7: usage reported or estimated; null when nothing was produced.</summary>
    public TokenUsage? Usage { get; set; }

    /// <summary>The usage was not reported but counted here. Step 7.</summary>
    public bool UsageEstimated { get; set; }

    /// <summary>Timestamp of the first output of a stream; null before it, and for whole answers. Step 7.</summary>
    public long? FirstOutputAt { get; set; }

    /// <summary>What the call costs. Known just before the last byte goes out.</summary>
    public CostBreakdown Cost { get; set; }

    /// <summary>When limits were asked. Step 3.</summary>
    public DateTimeOffset AdmittedAt { get; set; }

    /// <summary>nano-USD that the key has spent, this call included once it is on record; null without a virtual key, and before step 3.</summary>
    public long? KeySpend { get; set; }

    /// <summary>The call is on record; it never is twice.</summary>
    public bool IsRecorded { get; set; }

    /// <summary>Class of service asked for. Step 2.</summary>
    public ServiceTier ServiceTier { get; set; }

    /// <summary>Groups calls of one conversation. Step 3.</summary>
    public string? SessionId { get; set; }

    /// <summary>Notes for the log from header <c>x-litellm-spend-logs-metadata</c>; empty when none. Step 3.</summary>
    public ReadOnlyMemory<byte> SpendNotes { get; set; }

    /// <summary>Keeps what is said for the logs; null when they are without bodies. Step 2.</summary>
    public BodyLog? Bodies { get; set; }

    /// <summary>The program that calls; null when it does not say. Step 8.</summary>
    public UserAgent? UserAgent { get; set; }

    /// <summary>Time spent waiting for upstreams. Step 7.</summary>
    public TimeSpan UpstreamTime { get; set; }

    /// <summary>A byte of the answer has reached the client (or is about to): no second attempt, no other status.</summary>
    public bool OutputCommitted { get; set; }

    /// <summary>What a translation left out of the request, in the client's words; empty when nothing. Step 7.</summary>
    public IReadOnlyList<string> DroppedParams { get; set; } = [];

    /// <summary>Id of the answer that the call goes on from, as the client wrote it; null for none. Step 2.</summary>
    public string? PreviousResponseId { get; set; }

    /// <summary>Deployment that gave that answer, and that alone can go on from it; null for none. Step 2.</summary>
    public string? PinnedDeployment { get; set; }

    /// <summary>That answer is kept by the provider: no other can go on from it. Step 2.</summary>
    public bool IsBoundToProvider { get; set; }

    /// <summary>What follows the surface's own path at the upstream (<c>/compact</c>); empty for nothing. Set by the endpoint, or in step 2.</summary>
    public string Operation { get; set; } = "";

    /// <summary>Ends when the answer is kept for later calls; to be awaited before its last byte. Null when nobody keeps it. Step 7.</summary>
    public Task? Kept { get; set; }

    /// <summary>What a deployment's tokens cost this call.</summary>
    public PriceSheet PricesOf(Deployment deployment) => OwnPrices is { } own ? deployment.Prices.With(own) : deployment.Prices;

    /// <summary>Route as error messages and daily tables name it.</summary>
    public string Route => RouteName ?? Surface.Route();

    /// <summary>Route of a call that is relayed as it is; null for the surface's. Step 1.</summary>
    public string? RouteName { get; init; }

    /// <summary>LiteLLM's name of the call in logs.</summary>
    public string CallType => CallTypeName ?? Surface.CallType();

    /// <summary>Name of a call that its surface does not tell (relayed, a film from a film); null for the surface's. Step 1.</summary>
    public string? CallTypeName { get; init; }

    /// <summary>USD that the operator has set for a call whose usage says nothing. Step 2.</summary>
    public decimal FixedCost { get; set; }

    /// <summary>Signalled when the client has left.</summary>
    public CancellationToken Aborted => Http.RequestAborted;
}
