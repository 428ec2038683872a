using System.Text.Json.Nodes;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Tests.Spend;

/// <summary>Rows that the tests put into the database.</summary>
internal static class Rows
{
    /// <summary>A finished call.</summary>
    public static JsonObject Log(string id, string start, double spend = 0.5, string key = "hash-1", string user = "u1", string team = "", string model = "gpt-4o")
    {
        var moment = Timestamps.Read(start)!.Value;
        return new JsonObject
        {
            ["request_id"] = id,
            ["call_type"] = "acompletion",
            ["api_key"] = key,
            ["spend"] = spend,
            ["total_tokens"] = 30,
            ["prompt_tokens"] = 20,
            ["completion_tokens"] = 10,
            ["startTime"] = Timestamps.Text(moment),
            ["endTime"] = Timestamps.Text(moment.AddSeconds(2)),
            ["completionStartTime"] = Timestamps.Text(moment.AddSeconds(1)),
            ["model"] = "openai/" + model,
            ["model_group"] = model,
            ["model_id"] = "deployment-1",
            ["custom_llm_provider"] = "openai",
            ["api_base"] = "https://upstream.example/v1",
            ["user"] = user,
            ["team_id"] = team,
            ["end_user"] = "",
            ["status"] = "success",
            ["request_tags"] = new JsonArray("prod"),
            ["metadata"] = new JsonObject { ["user_api_key_alias"] = "ci-" + key, ["user_api_key_team_alias"] = "engineering" },
            ["messages"] = new JsonObject(),
            ["response"] = new JsonObject { ["id"] = id },
            ["proxy_server_request"] = new JsonObject { ["model"] = model },
        };
    }

    /// <summary>A daily sum of one owner.</summary>
    public static JsonObject Daily(string ownerColumn, string owner, string date, double spend, string key = "hash-1", string model = "gpt-4o", long requests = 10) => new()
    {
        ["id"] = Guid.NewGuid().ToString(),
        [ownerColumn] = owner,
        ["date"] = date,
        ["api_key"] = key,
        ["model"] = model,
        ["model_group"] = model,
        ["custom_llm_provider"] = "openai",
        ["mcp_namespaced_tool_name"] = "",
        ["endpoint"] = "/chat/completions",
        ["prompt_tokens"] = 90 * requests,
        ["completion_tokens"] = 12 * requests,
        ["spend"] = spend,
        ["api_requests"] = requests,
        ["successful_requests"] = requests - 1,
        ["failed_requests"] = 1,
        ["updated_at"] = "2026-02-10T00:00:00Z",
    };

    /// <summary>A key that a user has.</summary>
    public static JsonObject Key(string hash, string? user, double spend = 0, string? alias = null, string? team = null) => new()
    {
        ["token"] = hash,
        ["key_alias"] = alias,
        ["key_name"] = "sk-..." + hash,
        ["user_id"] = user,
        ["team_id"] = team,
        ["spend"] = spend,
    };
}
