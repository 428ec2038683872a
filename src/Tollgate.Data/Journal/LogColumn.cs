using System.Collections.Immutable;

namespace Tollgate.Data.Journal;

/// <summary>Type of a column of the logs, as it lies in a record.</summary>
internal enum LogColumnType
{
    Text,
    Json,
    Double,
    Integer,
    Timestamp,
}

/// <summary>A column of <c>LiteLLM_SpendLogs</c>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">How its value lies in a record.</param>
internal sealed record LogColumn(string Name, LogColumnType Type)
{
    public const int RequestId = 0;
    public const int KeyHash = 1;
    public const int User = 2;
    public const int Team = 3;
    public const int Organization = 4;
    public const int Customer = 5;
    public const int Agent = 6;
    public const int Model = 7;
    public const int ModelGroup = 8;
    public const int Provider = 9;
    public const int ModelId = 10;

    /// <summary>
    /// The columns in the order in which a record holds them: what the rollups read comes first, the big ones come last. The order is part of
    /// the journal's format: a change needs a new record version.
    /// </summary>
    public static ImmutableArray<LogColumn> All { get; } =
    [
        new("request_id", LogColumnType.Text),
        new("api_key", LogColumnType.Text),
        new("user", LogColumnType.Text),
        new("team_id", LogColumnType.Text),
        new("organization_id", LogColumnType.Text),
        new("end_user", LogColumnType.Text),
        new("agent_id", LogColumnType.Text),
        new("model", LogColumnType.Text),
        new("model_group", LogColumnType.Text),
        new("custom_llm_provider", LogColumnType.Text),
        new("model_id", LogColumnType.Text),
        new("call_type", LogColumnType.Text),
        new("api_base", LogColumnType.Text),
        new("cache_hit", LogColumnType.Text),
        new("cache_key", LogColumnType.Text),
        new("requester_ip_address", LogColumnType.Text),
        new("session_id", LogColumnType.Text),
        new("status", LogColumnType.Text),
        new("spend", LogColumnType.Double),
        new("total_tokens", LogColumnType.Integer),
        new("prompt_tokens", LogColumnType.Integer),
        new("completion_tokens", LogColumnType.Integer),
        new("startTime", LogColumnType.Timestamp),
        new("endTime", LogColumnType.Timestamp),
        new("completionStartTime", LogColumnType.Timestamp),
        new("request_duration_ms", LogColumnType.Integer),
        new("request_tags", LogColumnType.Json),
        new("metadata", LogColumnType.Json),
        new("proxy_server_request", LogColumnType.Json),
        new("response", LogColumnType.Json),
    ];
}
