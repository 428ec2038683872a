using System.Globalization;
using System.Text.Json;
using Tollgate.Engine.Upstream;
using Tollgate.Wire.Hub;

namespace Tollgate.Providers.Google;

/// <summary>What Google's errors say besides their status (04-gemini-vertex.md section 7).</summary>
internal static class GoogleErrors
{
    /// <summary>The class by Google's word for the status, for answers whose own status says too little; null when it has none.</summary>
    public static UpstreamErrorKind? KindOf(ReadOnlySpan<byte> body) => Read(body, static error => error.Text("status"u8)) switch
    {
        "UNAUTHENTICATED" => UpstreamErrorKind.Authentication,
        "PERMISSION_DENIED" => UpstreamErrorKind.PermissionDenied,
        "NOT_FOUND" => UpstreamErrorKind.NotFound,
        "RESOURCE_EXHAUSTED" => UpstreamErrorKind.RateLimit,
        "UNAVAILABLE" => UpstreamErrorKind.ServiceUnavailable,
        "DEADLINE_EXCEEDED" => UpstreamErrorKind.Timeout,
        "INVALID_ARGUMENT" or "FAILED_PRECONDITION" or "OUT_OF_RANGE" => UpstreamErrorKind.BadRequest,
        _ => IsBlocked(body) ? UpstreamErrorKind.ContentPolicyViolation : null,
    };

    /// <summary><c>details[].retryDelay</c> of <c>RetryInfo</c>: <c>"17s"</c>; null when there is none.</summary>
    public static TimeSpan? RetryDelay(ReadOnlySpan<byte> body) => Read(body, static error =>
    {
        if (error.Member("details"u8) is { ValueKind: JsonValueKind.Array } details)
        {
            foreach (var detail in details.EnumerateArray())
            {
                if (detail.Text("retryDelay"u8) is { } text && text.EndsWith('s')
                    && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
                    && seconds < 1e6)
                {
                    return (TimeSpan?)TimeSpan.FromSeconds(seconds);
                }
            }
        }

        return null;
    });

    /// <summary>A prompt that is refused is no error to Google: the answer says so in a member of its own.</summary>
    private static bool IsBlocked(ReadOnlySpan<byte> body) => body.IndexOf("\"promptFeedback\""u8) >= 0 && body.IndexOf("\"blockReason\""u8) >= 0;

    private static T? Read<T>(ReadOnlySpan<byte> body, Func<JsonElement, T?> read)
    {
        try
        {
            using var document = JsonDocument.Parse(body.ToArray());
            var root = document.RootElement;
            var first = root.ValueKind is JsonValueKind.Array && root.GetArrayLength() > 0 ? root[0] : root;
            return read(first.Member("error"u8));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return default;
        }
    }
}
