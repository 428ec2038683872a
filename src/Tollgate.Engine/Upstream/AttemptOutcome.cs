using System.Net.Http.Headers;
using Tollgate.Engine.Routing;

namespace Tollgate.Engine.Upstream;

/// <summary>What one attempt came to. A value, not an exception: the router decides what follows (R27).</summary>
public sealed class AttemptOutcome
{
    /// <summary>Who was asked.</summary>
    public required Deployment Deployment { get; init; }

    public required UpstreamErrorKind Kind { get; init; }

    /// <summary>HTTP status of the upstream, or the one that stands for what happened.</summary>
    public int Status { get; init; } = 200;

    /// <summary>What the upstream said, or what happened; never a prompt.</summary>
    public string Message { get; init; } = "";

    /// <summary>The upstream's whole answer, cut and without secrets, where clients are quoted that; null where the message is all there is.</summary>
    public string? Quoted { get; init; }

    /// <summary>What the upstream says about the cause besides, a JSON object (Azure's <c>innererror</c>); null for nothing.</summary>
    public string? InnerError { get; init; }

    /// <summary>The upstream's own error type, for instance <c>invalid_request_error</c>; null when it gave none.</summary>
    public string? UpstreamType { get; init; }

    /// <summary>The upstream's own error code word; null when it gave none.</summary>
    public string? UpstreamCode { get; init; }

    /// <summary>Field the upstream complains about; null when it named none.</summary>
    public string? UpstreamParam { get; init; }

    /// <summary>How long the upstream asks to wait; null when it does not.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Header <c>retry-after</c> as it came.</summary>
    public string? RetryAfterHeader { get; init; }

    /// <summary>The upstream's headers, for <c>llm_provider-*</c>; null without an answer.</summary>
    public HttpResponseHeaders? Headers { get; init; }

    /// <summary>The limit of ours that the attempt has overrun; null for what ended otherwise.</summary>
    public TimeSpan? Overrun { get; init; }

    /// <summary>The gateway itself could not make the call; the message is complete and names no upstream answer.</summary>
    public bool IsOurs { get; init; }

    public bool Succeeded => Kind == UpstreamErrorKind.None;
}
