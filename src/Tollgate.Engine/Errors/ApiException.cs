using System.Globalization;
using Tollgate.Wire;

namespace Tollgate.Engine.Errors;

/// <summary>An answer of the gateway itself that is an error: status and the members of the OpenAI error object (llm-api.md section 4).</summary>
public sealed class ApiException(int status, string message, string? type = null, string? param = null) : Exception(message)
{
    /// <summary>HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>Class of error; by status when none was given.</summary>
    public string Type { get; } = type ?? TypeFor(status);

    /// <summary>Field at fault; null when unknown.</summary>
    public string? Param { get; } = param;

    /// <summary>Seconds for <c>retry-after</c>; null for none.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>Value of <c>x-should-retry</c>; null sends none.</summary>
    public bool? MayRetry { get; init; }

    /// <summary>When the exceeded budget starts anew, for <c>x-litellm-budget-reset-at</c>.</summary>
    public DateTimeOffset? ResetAt { get; init; }

    /// <summary>Header <c>rate_limit_type</c>; null for none.</summary>
    public string? RateLimitType { get; init; }

    /// <summary>Header <c>reset_at</c>; null for none.</summary>
    public string? RateLimitReset { get; init; }

    /// <summary>The error as it is sent.</summary>
    public ErrorBody Body => new(Message, Type, Param, Status.ToString(CultureInfo.InvariantCulture));

    /// <summary>A request that cannot be served as it is.</summary>
    public static ApiException BadRequest(string message, string? param = null) => new(400, message, "invalid_request_error", param);

    /// <summary>A caller that could not be identified. COMPAT: <c>param</c> is the text "None" here (llm-api.md 4.1).</summary>
    public static ApiException Unauthorized(string message, string type = "auth_error", string param = "None") => new(401, message, type, param);

    /// <summary>A caller that is known and may not.</summary>
    public static ApiException Forbidden(string message) => new(403, message, "auth_error", "None");

    /// <summary>The class of error that clients expect for a status.</summary>
    public static string TypeFor(int status) => status switch
    {
        401 => "authentication_error",
        403 => "permission_error",
        429 => "rate_limit_error",
        >= 500 => "internal_server_error",
        _ => "invalid_request_error",
    };
}
