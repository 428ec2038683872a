using Tollgate.Engine.Upstream;

namespace Tollgate.Engine.PassThrough;

/// <summary>Classes of errors by status alone: relayed answers are not read for their texts.</summary>
public static class PlainErrors
{
    /// <summary>The class of a status.</summary>
    public static UpstreamErrorKind KindOf(int status) => status switch
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
        _ => UpstreamErrorKind.Api,
    };
}
