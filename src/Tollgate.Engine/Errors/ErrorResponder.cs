using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Hub;

namespace Tollgate.Engine.Errors;

/// <summary>The one place where errors become answers, in the dialect of the client (R27).</summary>
public static class ErrorResponder
{
    /// <summary>A longer one is no id.</summary>
    private const int LongestRequestId = 256;

    /// <summary>Writes an error of the gateway itself. Headers already set stay.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="error">The error.</param>
    /// <param name="surface">What was called: the client's dialect decides the form.</param>
    public static Task WriteAsync(HttpResponse response, ApiException error, Surface surface = Surface.Chat)
    {
        if (error.RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (error.MayRetry is { } mayRetry)
        {
            response.Headers["x-should-retry"] = mayRetry ? "true" : "false";
        }

        if (error.ResetAt is { } resetAt)
        {
            response.Headers["x-litellm-budget-reset-at"] = resetAt.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        }

        if (error.RateLimitType is { } limitType)
        {
            response.Headers["rate_limit_type"] = limitType;
            response.Headers["reset_at"] = error.RateLimitReset;
        }

        return WriteAsync(response, surface, error.Status, error.Body, default);
    }

    /// <summary>Writes the failure of all attempts.</summary>
    internal static Task WriteAsync(CallContext call, AttemptOutcome outcome)
        => WriteAsync(
            call.Http.Response, call.Surface, IsInClientsWords(call, outcome) ? outcome.Status : ErrorClasses.StatusOf(outcome.Kind, outcome.Status),
            BodyFor(call, outcome), ProviderFields(outcome));

    /// <summary>The error object for a failed attempt, in LiteLLM's wording: clients match on it (llm-api.md 4.2, 4.3).</summary>
    internal static ErrorBody BodyFor(CallContext call, AttemptOutcome outcome)
    {
        if (IsInClientsWords(call, outcome))
        {
            return new ErrorBody(outcome.Message, outcome.UpstreamType, outcome.UpstreamParam, outcome.Status.ToString(CultureInfo.InvariantCulture));
        }

        var status = ErrorClasses.StatusOf(outcome.Kind, outcome.Status);
        var type = status == 400 && outcome.UpstreamType is { Length: > 0 } upstream ? upstream : ApiException.TypeFor(status);
        return new ErrorBody(MessageFor(call, outcome), type, outcome.UpstreamParam, status.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>
    /// An error of an upstream that speaks the client's own dialect goes on as it is: clients of Anthropic's act on its very words and statuses
    /// (03-anthropic.md section 4). OpenAI's clients get LiteLLM's.
    /// </summary>
    private static bool IsInClientsWords(CallContext call, AttemptOutcome outcome)
        => call.Surface is Surface.Messages && outcome is { IsOurs: false, UpstreamType: not null, Status: >= 400 and <= 599 }
            && outcome.Deployment.Connection.SpokenFor(call.Surface) == call.Surface;

    private static string MessageFor(CallContext call, AttemptOutcome outcome)
    {
        var message = ErrorWords.Of(outcome);
        if (call.Plan is not { } plan)
        {
            return message;
        }

        // COMPAT: LiteLLM's tail; the fallbacks are a Python list, or None.
        var fallbacks = FallbackChain.NamesFor(call, call.Group?.Name ?? call.Envelope.Model, outcome.Kind);
        var list = fallbacks.Count == 0 ? "None" : "['" + string.Join("', '", fallbacks) + "']";
        message += $". Received Model Group={call.Envelope.Model}\nAvailable Model Group Fallbacks={list}";
        return plan.Retries == 0
            ? message
            : string.Create(CultureInfo.InvariantCulture, $"{message} LiteLLM Retried: {plan.Retries} times, LiteLLM Max Retries: {plan.MaxRetries}");
    }

    /// <summary>The upstream's own type and code, which clients cannot see in <c>type</c> and <c>code</c>.</summary>
    private static ReadOnlyMemory<byte> ProviderFields(AttemptOutcome outcome)
    {
        if (outcome is { UpstreamType: null, UpstreamCode: null, InnerError: null })
        {
            return default;
        }

        var buffer = new ArrayBufferWriter<byte>(128);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("upstream"u8);
            writer.WriteString("type"u8, outcome.UpstreamType);
            writer.WriteString("code"u8, outcome.UpstreamCode);
            writer.WriteEndObject();
            if (outcome.InnerError is { } inner)
            {
                // What Azure's filter found; clients and content-policy fallbacks read it (09-cross-cutting.md 2.6).
                writer.WritePropertyName("innererror"u8);
                writer.WriteRawValue(inner, skipInputValidation: true);
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <summary>The client's own name of its request, else the gateway's.</summary>
    private static string? RequestIdOf(HttpResponse response)
    {
        var given = response.HttpContext.Request.Headers["x-request-id"].ToString();
        if (given.Length is > 0 and <= LongestRequestId)
        {
            return given;
        }

        var callId = response.Headers["x-litellm-call-id"].ToString();
        return callId.Length > 0 ? callId : null;
    }

    private static async Task WriteAsync(HttpResponse response, Surface surface, int status, ErrorBody body, ReadOnlyMemory<byte> providerFields)
    {
        var text = new ArrayBufferWriter<byte>(512);
        if (Dialects.Of(surface) is { } dialect)
        {
            dialect.WriteError(body with { RequestId = RequestIdOf(response) ?? body.RequestId }, status, providerFields.Span, text);
        }
        else
        {
            body.WriteTo(text, providerFields.Span);
        }

        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = text.WrittenCount;
        await response.Body.WriteAsync(text.WrittenMemory);
    }
}
