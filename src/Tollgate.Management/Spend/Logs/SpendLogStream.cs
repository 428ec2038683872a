using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Spend.Logs;

/// <summary>Sends a list of logs as a JSON array while it is read, so that its size does not matter to memory.</summary>
internal static class SpendLogStream
{
    private const int RowsPerFlush = 50;

    /// <summary>Sends it.</summary>
    public static async Task SendAsync(HttpContext http, SpendLogList list)
    {
        http.Response.ContentType = "application/json";
        http.Response.Headers["x-litellm-version"] = "1.81.0";
        if (list.IsTruncated)
        {
            http.Response.Headers["x-tollgate-truncated"] = "true";
        }

        if (list.SearchedFrom is { } from)
        {
            http.Response.Headers["x-tollgate-searched-from"] = Timestamps.Text(from);
        }

        await http.Response.StartAsync(http.RequestAborted);
        await using var writer = new Utf8JsonWriter(http.Response.BodyWriter, AdminJson.WriterOptions);
        writer.WriteStartArray();
        var unsent = 0;
        await foreach (var row in list.Rows.WithCancellation(http.RequestAborted))
        {
            AdminJson.Write(writer, row);
            if (++unsent == RowsPerFlush)
            {
                unsent = 0;
                await writer.FlushAsync(http.RequestAborted);
                await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
            }
        }

        writer.WriteEndArray();
        await writer.FlushAsync(http.RequestAborted);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }
}
