namespace Tollgate.Engine.Spend;

/// <summary>Names for refusals of the gateway itself, as LiteLLM's exceptions are called.</summary>
internal static class ErrorNames
{
    public static string Of(int status) => status switch
    {
        400 => "BadRequestError",
        401 => "AuthenticationError",
        403 => "PermissionDeniedError",
        404 => "NotFoundError",
        408 => "Timeout",
        429 => "RateLimitError",
        499 => "ClientDisconnected",
        503 => "ServiceUnavailableError",
        _ => "InternalServerError",
    };
}
