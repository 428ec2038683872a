using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Tollgate.Mock;

/// <summary>The headers that OpenAI and Azure put on their answers.</summary>
internal static class ResponseHead
{
    private static readonly StringValues Version = "2020-10-01";
    private static readonly StringValues Organization = "mock-org";
    private static readonly StringValues LimitRequests = "10000";
    private static readonly StringValues LimitTokens = "2000000";
    private static readonly StringValues RemainingRequests = "9999";
    private static readonly StringValues RemainingTokens = "1999000";
    private static readonly StringValues ResetRequests = "6ms";
    private static readonly StringValues ResetTokens = "30ms";
    private static readonly StringValues AzureRegion = "Mock Central";

    public static void Write(HttpResponse response, MockServerOptions options, MockRoute route, long number)
    {
        var headers = response.Headers;
        var id = string.Create(CultureInfo.InvariantCulture, $"req_mock{number:x16}");
        headers["x-request-id"] = id;
        headers["openai-processing-ms"] = Milliseconds(options.Latency);
        headers["openai-version"] = Version;
        headers["openai-organization"] = Organization;
        headers["x-ratelimit-limit-requests"] = LimitRequests;
        headers["x-ratelimit-limit-tokens"] = LimitTokens;
        headers["x-ratelimit-remaining-requests"] = RemainingRequests;
        headers["x-ratelimit-remaining-tokens"] = RemainingTokens;
        headers["x-ratelimit-reset-requests"] = ResetRequests;
        headers["x-ratelimit-reset-tokens"] = ResetTokens;
        if (route.Deployment is not null)
        {
            headers["apim-request-id"] = id;
            headers["x-ms-region"] = AzureRegion;
        }
    }

    /// <summary>Whole seconds in <c>Retry-After</c>, the exact time in <c>retry-after-ms</c>, as Azure and OpenAI send them.</summary>
    public static void WriteRetryAfter(HttpResponse response, TimeSpan after)
    {
        response.Headers.RetryAfter = ((long)Math.Ceiling(after.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        response.Headers["retry-after-ms"] = Milliseconds(after);
    }

    private static StringValues Milliseconds(TimeSpan time) =>
        time == TimeSpan.Zero ? "0" : ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
}
