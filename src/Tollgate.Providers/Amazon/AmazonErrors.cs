using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Tollgate.Engine.Upstream;
using Tollgate.Wire.Hub;

namespace Tollgate.Providers.Amazon;

/// <summary>
/// The class of an error of Amazon's: texts that name a full context first, then the exception's name in header or body, then the status
/// (05-bedrock-sagemaker.md section 8).
/// </summary>
internal static class AmazonErrors
{
    private const int MaxText = 32 * 1024;

    private static readonly string[] ContextTexts =
    [
        "input is too long", "too many tokens", "expected maxlength:", "prompt is too long", "prompt: length: 1", "too many input tokens",
        "input length and `max_tokens` exceed", "input length and max_tokens exceed", "exceeds the maximum number of tokens allowed",
        "this model's maximum context length is", "`inputs` tokens + `max_new_tokens` must be", "instance type with more cpu capacity or memory",
    ];

    private static readonly string[] PolicyTexts = ["blocked by our content filters", "filter reason:", "responsible ai polic", "content filtering policy"];

    private static readonly string[] AuthTexts =
        ["unable to locate credentials", "the security token included in the request is", "invalid api key", "signature we calculated does not match"];

    /// <summary>Classifies an error; null when nothing but the status says anything.</summary>
    /// <param name="status">HTTP status.</param>
    /// <param name="body">The answer's body.</param>
    /// <param name="headers">The answer's headers; null without an answer.</param>
    public static UpstreamErrorKind? Classify(int status, ReadOnlySpan<byte> body, HttpResponseHeaders? headers)
    {
        var text = Encoding.UTF8.GetString(body[..Math.Min(body.Length, MaxText)]);
        if (status is 400 or 401 or 403 or 413 or 422 or 424 or 500)
        {
            if (Has(text, ContextTexts))
            {
                return UpstreamErrorKind.ContextWindowExceeded;
            }

            if (Has(text, PolicyTexts))
            {
                return UpstreamErrorKind.ContentPolicyViolation;
            }

            if (Has(text, AuthTexts))
            {
                return UpstreamErrorKind.Authentication;
            }
        }

        return ByName(NameOf(text, headers)) ?? status switch
        {
            413 or 422 or 424 => UpstreamErrorKind.BadRequest,
            500 => UpstreamErrorKind.ServiceUnavailable,
            _ => null,
        };
    }

    private static UpstreamErrorKind? ByName(string name) => name switch
    {
        "validationexception" or "validationerror" or "modelerrorexception" or "modelerror" or "serializationexception" => UpstreamErrorKind.BadRequest,
        "unrecognizedclientexception" or "invalidsignatureexception" or "invalidsignature" or "incompletesignatureexception" or "incompletesignature"
            or "expiredtokenexception" or "expiredtoken" or "missingauthenticationtokenexception" or "missingauthenticationtoken"
            or "invalidclienttokenid" => UpstreamErrorKind.Authentication,
        "accessdeniedexception" or "accessdenied" => UpstreamErrorKind.PermissionDenied,
        "resourcenotfoundexception" => UpstreamErrorKind.NotFound,
        "throttlingexception" or "throttling" or "servicequotaexceededexception" or "toomanyrequestsexception" or "modelnotreadyexception"
            => UpstreamErrorKind.RateLimit,
        "modeltimeoutexception" => UpstreamErrorKind.Timeout,

        // COMPAT: LiteLLM calls an internal error of Amazon's 503.
        "serviceunavailableexception" or "serviceunavailable" or "internalserverexception" or "internalfailure" or "internalserverfailure"
            => UpstreamErrorKind.ServiceUnavailable,
        "modelstreamerrorexception" => UpstreamErrorKind.InternalServer,
        _ => null,
    };

    /// <summary><c>ValidationException:http://...</c> of the header, <c>com.amazon.coral#ValidationException</c> of the body; lower case.</summary>
    private static string NameOf(string text, HttpResponseHeaders? headers)
    {
        var name = headers is not null && headers.NonValidated.TryGetValues("x-amzn-ErrorType", out var values) ? values.ToString() : NameInBody(text);
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        name = colon < 0 ? name : name[..colon];
        return name[(name.LastIndexOf('#') + 1)..].ToLowerInvariant();
    }

    private static string NameInBody(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            return root.Text("__type"u8) ?? root.Member("error"u8).Text("type"u8) ?? root.Text("code"u8) ?? root.Text("ErrorCode"u8) ?? "";
        }
        catch (JsonException)
        {
            return "";
        }
    }

    private static bool Has(string text, string[] parts) => Array.Exists(parts, part => text.Contains(part, StringComparison.OrdinalIgnoreCase));
}
