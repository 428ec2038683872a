using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Catalogue;

namespace Tollgate.Providers.Connections;

/// <summary>
/// The class of an error answer: texts count only for statuses that say little, then the status itself (09-cross-cutting.md section 2). The
/// other way round a 500 whose text holds "429" would be a rate limit.
/// </summary>
internal sealed partial class ErrorClassifier(ProviderRow row)
{
    private readonly ProviderErrors _errors = row.Errors;

    private const int MaxText = 32 * 1024;

    private static readonly ImmutableArray<string> ContextTexts =
    [
        "context_length_exceeded", "exceed_context_size_error", "exceed context limit", "this model's maximum context length is",
        "maximum context length", "string too long. expected a string with maximum length", "model's maximum context limit",
        "is longer than the model's context length", "input tokens exceed the configured limit",
        "`inputs` tokens + `max_new_tokens` must be",
        "exceeds the maximum number of tokens allowed", "exceeds the available context size", "prompt is too long", "too many input tokens",
        "input is too long", "is longer than the maximum model length",
    ];

    private static readonly ImmutableArray<string> PolicyTexts =
    [
        "content_policy_violation", "request was rejected as a result of the safety system", "moderation_blocked", "content_filter_policy",
        "responsibleaipolicyviolation", "the response was filtered due to the prompt triggering azure openai's content management",
        "your task failed as a result of our safety system", "the model produced invalid content", "\"code\":\"content_filter\"",
        "\"code\": \"content_filter\"", "violating our usage policy", "content filtering policy",
    ];

    private static readonly ImmutableArray<string> AuthTexts = ["incorrect api key provided", "the api_key client option must be set"];

    private static readonly ImmutableArray<string> RateTexts =
        ["rate limit", "service tier capacity exceeded", "token_quota_reached", "rate_limit_exceeded"];

    private static readonly FrozenDictionary<string, UpstreamErrorKind> ByName =
        new Dictionary<string, UpstreamErrorKind>(StringComparer.Ordinal)
        {
            ["BadRequest"] = UpstreamErrorKind.BadRequest,
            ["ContextWindowExceeded"] = UpstreamErrorKind.ContextWindowExceeded,
            ["ContentPolicyViolation"] = UpstreamErrorKind.ContentPolicyViolation,
            ["UnsupportedParams"] = UpstreamErrorKind.UnsupportedParams,
            ["Authentication"] = UpstreamErrorKind.Authentication,
            ["PermissionDenied"] = UpstreamErrorKind.PermissionDenied,
            ["NotFound"] = UpstreamErrorKind.NotFound,
            ["UnprocessableEntity"] = UpstreamErrorKind.UnprocessableEntity,
            ["RateLimit"] = UpstreamErrorKind.RateLimit,
            ["InternalServer"] = UpstreamErrorKind.InternalServer,
            ["BadGateway"] = UpstreamErrorKind.BadGateway,
            ["ServiceUnavailable"] = UpstreamErrorKind.ServiceUnavailable,
            ["APIConnection"] = UpstreamErrorKind.Connection,
        }.ToFrozenDictionary(StringComparer.Ordinal);

    public UpstreamErrorKind Classify(int status, ReadOnlySpan<byte> body)
    {
        var text = Encoding.UTF8.GetString(body[..Math.Min(body.Length, MaxText)]);
        return ByText(status, text) ?? ByProvider(status) ?? ByStatus(status, text);
    }

    private UpstreamErrorKind? ByText(int status, string text)
    {
        // Another gateway of our kind has done the work already.
        if (GatewayClass().Match(text) is { Success: true } named && Agrees(named.Groups["class"].Value, status) is { } kind)
        {
            return kind;
        }

        if (status is not (0 or 400 or 401 or 403 or 413 or 422 or 424 or 500))
        {
            return null;
        }

        if (Has(text, ContextTexts) || Has(text, _errors.Context))
        {
            return UpstreamErrorKind.ContextWindowExceeded;
        }

        if (Has(text, PolicyTexts) || Has(text, _errors.Policy))
        {
            return UpstreamErrorKind.ContentPolicyViolation;
        }

        if (Has(text, AuthTexts) || Has(text, _errors.Auth))
        {
            return UpstreamErrorKind.Authentication;
        }

        if (status is 0 or 400 && text.Contains("model_not_found", StringComparison.OrdinalIgnoreCase))
        {
            return UpstreamErrorKind.NotFound;
        }

        return (status is 0 or 400 && Has(text, RateTexts)) || (status is 0 or 400 or 413 && Has(text, _errors.RateLimit))
            ? UpstreamErrorKind.RateLimit : null;
    }

    /// <summary>Statuses that a provider has a meaning of its own for (09-cross-cutting.md 2.2).</summary>
    private UpstreamErrorKind? ByProvider(int status) => (row.Family, status) switch
    {
        // COMPAT: LiteLLM says of these that the service is unavailable when it says of others that the server failed.
        ("cohere" or "own:replicate", 500) => UpstreamErrorKind.ServiceUnavailable,
        ("cohere", 498) => UpstreamErrorKind.BadRequest,
        ("own:nlp_cloud", 402) => UpstreamErrorKind.RateLimit,
        ("own:nlp_cloud", 403) => UpstreamErrorKind.Authentication,
        ("own:nlp_cloud", 406 or 413 or 422) => UpstreamErrorKind.BadRequest,
        ("own:nlp_cloud", 504) => UpstreamErrorKind.ServiceUnavailable,
        _ => null,
    };

    private static UpstreamErrorKind ByStatus(int status, string text) => status switch
    {
        413 => UpstreamErrorKind.ContextWindowExceeded,
        400 or 405 or 406 or 411 or 415 or 424 => UpstreamErrorKind.BadRequest,
        401 => UpstreamErrorKind.Authentication,
        403 => UpstreamErrorKind.PermissionDenied,
        404 => UpstreamErrorKind.NotFound,
        408 or 504 or 522 or 524 => UpstreamErrorKind.Timeout,
        409 => UpstreamErrorKind.Conflict,
        422 => UpstreamErrorKind.UnprocessableEntity,
        425 or 429 => UpstreamErrorKind.RateLimit,
        498 or 503 or 520 or 521 or 523 => UpstreamErrorKind.ServiceUnavailable,
        502 => UpstreamErrorKind.BadGateway,
        500 or 529 => UpstreamErrorKind.InternalServer,
        >= 400 and < 500 => UpstreamErrorKind.Api,
        > 500 => UpstreamErrorKind.InternalServer,
        _ => InBand(text),
    };

    /// <summary>An error inside an answer that says 200, or inside a stream: its type is all there is.</summary>
    private static UpstreamErrorKind InBand(string text) => ErrorType().Match(text).Groups["type"].Value switch
    {
        "invalid_request_error" or "BadRequestError" => UpstreamErrorKind.BadRequest,
        "authentication_error" => UpstreamErrorKind.Authentication,
        "permission_error" => UpstreamErrorKind.PermissionDenied,
        "not_found_error" => UpstreamErrorKind.NotFound,
        "rate_limit_error" or "rate_limit_exceeded" => UpstreamErrorKind.RateLimit,
        "timeout_error" => UpstreamErrorKind.Timeout,
        "request_too_large" => UpstreamErrorKind.BadRequest,
        "billing_error" => UpstreamErrorKind.Api,
        _ => UpstreamErrorKind.InternalServer,
    };

    /// <summary>The named class, unless the status contradicts it (a prompt that quotes such a text must not change the class).</summary>
    private static UpstreamErrorKind? Agrees(string name, int status)
    {
        if (!ByName.TryGetValue(name, out var kind))
        {
            return null;
        }

        var family = kind is UpstreamErrorKind.InternalServer or UpstreamErrorKind.BadGateway
            or UpstreamErrorKind.ServiceUnavailable or UpstreamErrorKind.Connection ? 5 : 4;
        return status is 0 or < 400 || status / 100 == family ? kind : null;
    }

    private static bool Has(string text, ImmutableArray<string> parts)
    {
        foreach (var part in parts)
        {
            if (text.Contains(part, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    [GeneratedRegex(
        """litellm\.(?<class>[A-Za-z]{3,40}?)Error\b""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex GatewayClass();

    [GeneratedRegex(
        "\"(?:type|code)\"\\s*:\\s*\"(?<type>[a-zA-Z_]{3,40})\"", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex ErrorType();
}
