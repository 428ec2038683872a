using Tollgate.Engine.Upstream;

namespace Tollgate.Engine.Routing;

/// <summary>What follows from a class of upstream error: names, statuses, and whether another attempt makes sense (routing.md 6.2, 24).</summary>
internal static class ErrorClasses
{
    /// <summary>Class name that clients see behind <c>litellm.</c>.</summary>
    public static string NameOf(UpstreamErrorKind kind) => kind switch
    {
        UpstreamErrorKind.BadRequest => "BadRequestError",
        UpstreamErrorKind.ContextWindowExceeded => "ContextWindowExceededError",
        UpstreamErrorKind.ContentPolicyViolation => "ContentPolicyViolationError",
        UpstreamErrorKind.UnsupportedParams => "UnsupportedParamsError",
        UpstreamErrorKind.Authentication => "AuthenticationError",
        UpstreamErrorKind.PermissionDenied => "PermissionDeniedError",
        UpstreamErrorKind.NotFound => "NotFoundError",
        UpstreamErrorKind.Timeout => "Timeout",
        UpstreamErrorKind.Conflict => "ConflictError",
        UpstreamErrorKind.UnprocessableEntity => "UnprocessableEntityError",
        UpstreamErrorKind.RateLimit => "RateLimitError",
        UpstreamErrorKind.BadGateway => "BadGatewayError",
        UpstreamErrorKind.ServiceUnavailable => "ServiceUnavailableError",
        UpstreamErrorKind.Connection => "APIConnectionError",
        UpstreamErrorKind.Api => "APIError",
        _ => "InternalServerError",
    };

    /// <summary>Status the client gets for a class; the upstream's own where the class does not decide.</summary>
    public static int StatusOf(UpstreamErrorKind kind, int upstreamStatus) => kind switch
    {
        UpstreamErrorKind.BadRequest or UpstreamErrorKind.ContextWindowExceeded or UpstreamErrorKind.ContentPolicyViolation
            or UpstreamErrorKind.UnsupportedParams => 400,
        UpstreamErrorKind.Authentication => 401,
        UpstreamErrorKind.PermissionDenied => 403,
        UpstreamErrorKind.NotFound => 404,
        UpstreamErrorKind.Timeout => upstreamStatus is 504 ? 504 : 408,
        UpstreamErrorKind.Conflict => 409,
        UpstreamErrorKind.UnprocessableEntity => 422,
        UpstreamErrorKind.RateLimit => 429,
        UpstreamErrorKind.BadGateway => 502,
        UpstreamErrorKind.ServiceUnavailable => 503,
        UpstreamErrorKind.ClientGone => 499,
        UpstreamErrorKind.Api when upstreamStatus is >= 400 and <= 599 => upstreamStatus,
        _ => 500,
    };

    /// <summary>Name of the class in a retry policy; null for classes that have none.</summary>
    public static string? PolicyKeyOf(UpstreamErrorKind kind) => kind switch
    {
        UpstreamErrorKind.BadRequest or UpstreamErrorKind.UnsupportedParams or UpstreamErrorKind.ContextWindowExceeded => "BadRequestErrorRetries",
        UpstreamErrorKind.ContentPolicyViolation => "ContentPolicyViolationErrorRetries",
        UpstreamErrorKind.Authentication => "AuthenticationErrorRetries",
        UpstreamErrorKind.Timeout => "TimeoutErrorRetries",
        UpstreamErrorKind.RateLimit => "RateLimitErrorRetries",
        UpstreamErrorKind.ServiceUnavailable => "ServiceUnavailableErrorRetries",
        UpstreamErrorKind.NotFound => "NotFoundErrorRetries",
        UpstreamErrorKind.InternalServer or UpstreamErrorKind.Connection or UpstreamErrorKind.BadResponse => "InternalServerErrorRetries",
        _ => "DefaultRetries",
    };

    /// <summary>True when another attempt in the same group may go better.</summary>
    /// <param name="kind">What went wrong.</param>
    /// <param name="status">The upstream's status.</param>
    /// <param name="otherDeployments">The group has deployments besides the one that failed.</param>
    public static bool MayRetry(UpstreamErrorKind kind, int status, bool otherDeployments) => kind switch
    {
        UpstreamErrorKind.Timeout or UpstreamErrorKind.Conflict or UpstreamErrorKind.RateLimit or UpstreamErrorKind.InternalServer
            or UpstreamErrorKind.BadGateway or UpstreamErrorKind.ServiceUnavailable or UpstreamErrorKind.Connection
            or UpstreamErrorKind.BadResponse => true,
        UpstreamErrorKind.Authentication or UpstreamErrorKind.PermissionDenied => otherDeployments,
        UpstreamErrorKind.Api => status >= 500,
        _ => false,
    };

    /// <summary>The class that a bare status stands for.</summary>
    public static UpstreamErrorKind FromStatus(int status) => status switch
    {
        400 => UpstreamErrorKind.BadRequest,
        401 => UpstreamErrorKind.Authentication,
        403 => UpstreamErrorKind.PermissionDenied,
        404 => UpstreamErrorKind.NotFound,
        408 => UpstreamErrorKind.Timeout,
        409 => UpstreamErrorKind.Conflict,
        422 => UpstreamErrorKind.UnprocessableEntity,
        429 => UpstreamErrorKind.RateLimit,
        500 => UpstreamErrorKind.InternalServer,
        502 => UpstreamErrorKind.BadGateway,
        503 => UpstreamErrorKind.ServiceUnavailable,
        504 => UpstreamErrorKind.ServiceUnavailable,
        _ => UpstreamErrorKind.Api,
    };
}
