namespace Tollgate.Engine.Upstream;

/// <summary>What went wrong with an attempt, in the classes that clients, retries and fallbacks know (routing.md section 24).</summary>
public enum UpstreamErrorKind : byte
{
    /// <summary>Nothing.</summary>
    None,
    BadRequest,
    ContextWindowExceeded,
    ContentPolicyViolation,
    UnsupportedParams,
    Authentication,
    PermissionDenied,
    NotFound,
    Timeout,
    Conflict,
    UnprocessableEntity,
    RateLimit,
    InternalServer,
    BadGateway,
    ServiceUnavailable,

    /// <summary>Refused, reset, unknown host, failed TLS: no answer at all.</summary>
    Connection,

    /// <summary>An answer that is not what the dialect promises: HTML, broken JSON, a stream that ended early.</summary>
    BadResponse,

    /// <summary>Any other status.</summary>
    Api,

    /// <summary>The client left; nobody's failure.</summary>
    ClientGone,
}
