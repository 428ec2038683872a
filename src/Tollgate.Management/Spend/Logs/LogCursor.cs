using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Spend.Logs;

/// <summary>A place in the request logs: the row after which a page goes on.</summary>
/// <param name="Start">The row's <c>startTime</c>, UTC.</param>
/// <param name="RequestId">The row's id, which orders rows of one millisecond.</param>
internal readonly record struct LogCursor(DateTime Start, string RequestId)
{
    private const int LongestText = 1024;

    /// <summary>The place of a row.</summary>
    public static LogCursor Of(JsonObject row)
        => new((Timestamps.Read(row.TextOrNull("startTime")) ?? DateTimeOffset.UnixEpoch).UtcDateTime, row.Text("request_id"));

    /// <summary>Reads what <see cref="ToString"/> writes; null for no text.</summary>
    /// <exception cref="AdminException">400 for any other text.</exception>
    public static LogCursor? Read(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var bytes = new byte[LongestText];
        if (text.Length <= LongestText && Base64Url.IsValid(text) && Base64Url.TryDecodeFromChars(text, bytes, out var length)
            && Encoding.UTF8.GetString(bytes, 0, length).Split('|', 2) is [var ticks, var id]
            && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() && !id.Contains('\0'))
        {
            return new LogCursor(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime, id);
        }

        throw AdminException.Proxy(400, "Invalid cursor: pass next_cursor of the page before.", "bad_request", "cursor");
    }

    /// <inheritdoc/>
    public override string ToString() => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(
        new DateTimeOffset(Start, TimeSpan.Zero).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture) + "|" + RequestId));
}
