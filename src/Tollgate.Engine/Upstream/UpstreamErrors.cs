using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Tollgate.Engine.Routing;
using Tollgate.Wire;

namespace Tollgate.Engine.Upstream;

/// <summary>Turns what went wrong with an attempt into its outcome. The one place where upstream failures get their class (R27).</summary>
internal static partial class UpstreamErrors
{
    /// <summary>Bytes read of an error answer; what is longer is a page, not a message.</summary>
    private const int MostBodyBytes = 64 * 1024;

    private const int MostMessageChars = 2000;

    /// <summary>An answer with an error status.</summary>
    public static async Task<AttemptOutcome> FromResponseAsync(
        Deployment deployment, HttpResponseMessage response, Stream body, TimeProvider time, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(MostBodyBytes);
        try
        {
            var length = await ReadSomeAsync(body, buffer.AsMemory(0, MostBodyBytes), cancellationToken);
            return FromBody(deployment, (int)response.StatusCode, buffer.AsSpan(0, length), response.Headers, time);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>An error object, under an error status, under 200, or in place of a chunk.</summary>
    public static AttemptOutcome FromBody(
        Deployment deployment, int status, ReadOnlySpan<byte> body, HttpResponseHeaders? headers, TimeProvider time)
    {
        var error = ErrorBody.TryRead(body);
        if (status < 400)
        {
            status = StatusOf(error?.Code);
        }

        var asked = deployment.Connection.RetryAfterIn(body);
        return new AttemptOutcome
        {
            Deployment = deployment,
            Kind = deployment.Connection.Classify(status, body, headers),
            Status = status,
            Message = Mask(error?.Message is { Length: > 0 } message ? message : Text(body, status)),
            Quoted = error is not null && deployment.Connection.Wording is not (ErrorWording.Message or ErrorWording.MessageOnce)
                ? Mask(Text(body, status)) : null,
            InnerError = error?.Inner,
            UpstreamType = error?.Type,
            UpstreamCode = error?.Code,
            UpstreamParam = error?.Param,
            RetryAfter = (headers is null ? null : RetryAfterOf(headers, time)) ?? asked ?? (status == 429 ? RetryAfterIn(error?.Message) : null),
            RetryAfterHeader = headers?.RetryAfter?.ToString()
                ?? (asked is { } wait ? ((long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture) : null),
            Headers = headers,
        };
    }

    /// <summary>The status that a code inside an answer stands for.</summary>
    private static int StatusOf(string? code) => code switch
    {
        "rate_limit_exceeded" => 429,
        "invalid_prompt" => 400,
        _ => int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 400 and <= 599 ? status : 500,
    };

    /// <summary>An answer that is not what the dialect promises.</summary>
    public static AttemptOutcome BadResponse(Deployment deployment, string message, HttpResponseHeaders? headers = null) => new()
    {
        Deployment = deployment,
        Kind = UpstreamErrorKind.BadResponse,
        Status = 500,
        Message = Mask(message),
        Headers = headers,
    };

    /// <summary>A connection that cannot make the call.</summary>
    public static AttemptOutcome FromFault(Deployment deployment, ConnectionFault fault) => new()
    {
        Deployment = deployment,
        Kind = fault.Kind,
        Status = ErrorClasses.StatusOf(fault.Kind, 400),
        Message = fault.Message,
        UpstreamParam = fault.Param,
        IsOurs = true,
    };

    /// <summary>A body of the client that turned out to be broken while it was sent on.</summary>
    public static AttemptOutcome FromClient(Deployment deployment, Errors.ApiException fault) => new()
    {
        Deployment = deployment,
        Kind = UpstreamErrorKind.BadRequest,
        Status = fault.Status,
        Message = fault.Message,
        UpstreamParam = fault.Param,
        IsOurs = true,
    };

    /// <summary>True for what reading from an upstream may throw.</summary>
    public static bool IsOfTransport(Exception exception)
        => exception is HttpRequestException or IOException or OperationCanceledException || IsOfContent(exception);

    /// <summary>A failure of the transport, or the clock's end of the attempt.</summary>
    public static AttemptOutcome FromException(Deployment deployment, Exception exception, AttemptClock clock)
    {
        switch (clock.End)
        {
            case AttemptEnd.ClientGone:
                return ClientGone(deployment);
            case AttemptEnd.Running:
                break;
            default:
                return TimedOut(deployment, clock);
        }

        if (IsOfContent(exception))
        {
            return BadResponse(deployment, $"Invalid response object: {exception.Message}");
        }

        var reason = exception is HttpRequestException http ? Describe(http) : exception.Message;
        return new AttemptOutcome
        {
            Deployment = deployment,
            Kind = UpstreamErrorKind.Connection,
            Status = 500,
            Message = $"Connection error. {reason}",
        };
    }

    /// <summary>An attempt whose client has left.</summary>
    public static AttemptOutcome ClientGone(Deployment deployment)
        => new() { Deployment = deployment, Kind = UpstreamErrorKind.ClientGone, Status = 499, Message = "Client disconnected the request" };

    /// <summary>An attempt that took too long.</summary>
    public static AttemptOutcome TimedOut(Deployment deployment, AttemptClock clock) => new()
    {
        Deployment = deployment,
        Kind = UpstreamErrorKind.Timeout,
        Status = 408,
        Overrun = clock.Limit,
        Message = string.Create(
            CultureInfo.InvariantCulture,
            $"Request timed out. {(clock.End == AttemptEnd.WholeTimeout ? "No complete answer" : clock.End == AttemptEnd.IdleTimeout ? "No further chunk" : "No first chunk")} within {clock.Limit.TotalSeconds:0.###} seconds."),
    };

    /// <summary>How long an upstream asks to wait: <c>retry-after-ms</c>, or <c>retry-after</c> in seconds or as a date.</summary>
    public static TimeSpan? RetryAfterOf(HttpResponseHeaders headers, TimeProvider time)
    {
        if (headers.NonValidated.TryGetValues("retry-after-ms", out var milliseconds)
            && double.TryParse(milliseconds.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var ms) && ms is >= 0 and < 1e9)
        {
            return TimeSpan.FromMilliseconds(ms);
        }

        return headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - time.GetUtcNow(),
            _ => null,
        };
    }

    /// <summary>OpenAI's "Please try again in 1.2s" (or 250ms), where no header says it.</summary>
    private static TimeSpan? RetryAfterIn(string? message)
        => message is not null && TryAgain().Match(message) is { Success: true } found
            && double.TryParse(found.Groups["wait"].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var wait)
            ? found.Groups["unit"].Value is "ms" ? TimeSpan.FromMilliseconds(wait) : TimeSpan.FromSeconds(wait) : null;

    // Broken data is an InvalidOperationException to the Brotli decoder alone.
    private static bool IsOfContent(Exception exception) => exception is InvalidDataException
        || (exception is InvalidOperationException && string.Equals(exception.Source, "System.IO.Compression.Brotli", StringComparison.Ordinal));

    private static string Describe(HttpRequestException exception) => exception.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => "The upstream's host name could not be resolved.",
        HttpRequestError.ConnectionError => "The upstream refused the connection or could not be reached.",
        HttpRequestError.SecureConnectionError => "The TLS handshake with the upstream failed.",
        HttpRequestError.ResponseEnded => "The upstream closed the connection before its answer was complete.",
        HttpRequestError.InvalidResponse => "The upstream's answer is not valid HTTP.",
        HttpRequestError.ConfigurationLimitExceeded => "The upstream's answer exceeds a limit (size of headers).",
        _ => "The connection to the upstream broke.",
    };

    private static async Task<int> ReadSomeAsync(Stream body, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var length = 0;
        while (length < buffer.Length)
        {
            var read = await body.ReadAsync(buffer[length..], cancellationToken);
            if (read == 0)
            {
                break;
            }

            length += read;
        }

        return length;
    }

    private static string Text(ReadOnlySpan<byte> body, int status)
    {
        var text = Encoding.UTF8.GetString(body[..Math.Min(body.Length, MostMessageChars * 2)]).Trim();
        if (text.Length == 0)
        {
            return $"Upstream answered {status} {((HttpStatusCode)status).ToString()} without a body.";
        }

        return text.StartsWith('<') ? $"Upstream answered {status} with a page instead of JSON: {PlainText(text)}" : text;
    }

    private static string PlainText(string html)
    {
        var plain = Spaces().Replace(Tags().Replace(html, " "), " ").Trim();
        return plain.Length > 200 ? plain[..200] : plain;
    }

    /// <summary>Upstreams repeat keys in their error texts; clients must not learn them.</summary>
    private static string Mask(string message)
    {
        // Cut first: what is not shown need not be searched, and a secret cut in two is masked by its beginning.
        var shown = message.Length > MostMessageChars ? message[..MostMessageChars] + "…" : message;
        return Secrets().Replace(shown, static match => match.Groups["lead"].Value + "****");
    }

    [GeneratedRegex(@"(?<lead>(?<![A-Za-z0-9])(sk-|gsk_|xai-|hf_|pplx-|AIza|AKIA)|Bearer\s+|[?&]key=)[A-Za-z0-9_\-.*]{6,}", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Secrets();

    [GeneratedRegex(
        "try again in (?<wait>[0-9]{1,6}(\\.[0-9]{1,6})?)(?<unit>ms|s)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex TryAgain();

    [GeneratedRegex("<(script|style)[^>]*>.*?</(script|style)>|<[^>]*>", RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Tags();

    [GeneratedRegex(@"\s+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Spaces();
}
