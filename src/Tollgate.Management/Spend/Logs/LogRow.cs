using System.Text.Json;
using System.Text.Json.Nodes;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Spend.Logs;

/// <summary>A row of the request logs as answers carry it (SpendLogRow of admin-api.md 4.10).</summary>
internal static class LogRow
{
    /// <summary>All members, in order.</summary>
    public static readonly string[] Members =
    [
        "request_id", "call_type", "api_key", "spend", "total_tokens", "prompt_tokens", "completion_tokens", "startTime", "endTime",
        "completionStartTime", "request_duration_ms", "model", "model_id", "model_group", "custom_llm_provider", "api_base", "user",
            "metadata",
        "cache_hit", "cache_key", "request_tags", "team_id", "organization_id", "end_user", "requester_ip_address", "messages", "response",
        "proxy_server_request", "session_id", "status", "mcp_namespaced_tool_name", "agent_id",
    ];

    /// <summary>Columns with bodies, which may be large.</summary>
    public static readonly string[] Bodies = ["messages", "response", "proxy_server_request"];

    /// <summary>The answer's form of a row.</summary>
    public static JsonObject Of(JsonObject row)
    {
        var answer = new JsonObject();
        foreach (var name in Members)
        {
            answer[name] = name switch
            {
                "metadata" or "messages" or "response" or "proxy_server_request" => Json(row[name]) ?? new JsonObject(),
                "request_tags" => Json(row[name]) ?? new JsonArray(),
                "startTime" or "endTime" or "completionStartTime" => Moment(row, name),
                "spend" => row.Real(name),
                "total_tokens" or "prompt_tokens" or "completion_tokens" => row.Whole(name),
                "request_duration_ms" => Duration(row),
                _ => row[name]?.DeepClone(),
            };
        }

        return answer;
    }

    /// <summary>The value of a JSON column. COMPAT: some columns hold a text with JSON in it (database.md 1.1).</summary>
    public static JsonNode? Json(JsonNode? stored)
    {
        if (stored is not JsonValue value || value.GetValueKind() != JsonValueKind.String)
        {
            return stored?.DeepClone();
        }

        var text = value.GetValue<string>();
        try
        {
            var parsed = JsonNode.Parse(text);
            return parsed is JsonValue inner && inner.GetValueKind() == JsonValueKind.String
                && inner.GetValue<string>() is ['{' or '[', ..] nested
                ? JsonNode.Parse(nested)
                : parsed;
        }
        catch (JsonException)
        {
            return value.DeepClone();
        }
    }

    private static string? Moment(JsonObject row, string name)
        => Timestamps.Read(row.TextOrNull(name)) is { } moment ? Timestamps.Text(moment) : null;

    private static long? Duration(JsonObject row)
    {
        if (row["request_duration_ms"] is not null)
        {
            return row.Whole("request_duration_ms");
        }

        return Timestamps.Read(row.TextOrNull("startTime")) is { } start && Timestamps.Read(row.TextOrNull("endTime")) is { } end
            ? (long)(end - start).TotalMilliseconds
            : null;
    }
}
