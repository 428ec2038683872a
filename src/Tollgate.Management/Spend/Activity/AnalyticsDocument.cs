using System.Text.Json.Nodes;

namespace Tollgate.Management.Spend.Activity;

/// <summary>Builds the answer of the daily-activity endpoints (SpendAnalytics of admin-api.md 4.10) from rows of a daily table.</summary>
/// <param name="entityColumn">Column of the owner; null leaves the breakdown by owner out.</param>
/// <param name="keys">Alias and team of keys, by hash.</param>
/// <param name="entities">Metadata of owners, by id.</param>
internal sealed class AnalyticsDocument(
    string? entityColumn, IReadOnlyDictionary<string, JsonObject> keys, IReadOnlyDictionary<string, JsonObject> entities)
{
    private static readonly string[] Counters =
    [
        "prompt_tokens", "completion_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "total_tokens", "successful_requests",
        "failed_requests", "api_requests",
    ];

    private readonly JsonObject _total = Metrics();
    private readonly List<JsonObject> _days = [];

    /// <summary>Adds a row; rows of one day follow each other. Rows that differ in nothing are summed (database.md 2.16).</summary>
    public void Add(JsonObject row)
    {
        var date = row.Text("date");
        if (_days.Count == 0 || !string.Equals(_days[^1].Text("date"), date, StringComparison.Ordinal))
        {
            _days.Add(Day(date));
        }

        var day = _days[^1];
        row["total_tokens"] = row.Whole("prompt_tokens") + row.Whole("completion_tokens");
        Sum(_total, row);
        Sum(day["metrics"]!.AsObject(), row);
        var breakdown = day["breakdown"]!.AsObject();
        AddTo(breakdown, "models", row.Text("model"), row);
        AddTo(breakdown, "model_groups", row.Text("model_group"), row);
        AddTo(breakdown, "providers", row.Text("custom_llm_provider") is { Length: > 0 } provider ? provider : "unknown", row);
        AddTo(breakdown, "endpoints", row.Text("endpoint"), row);
        AddTo(breakdown, "mcp_servers", row.Text("mcp_namespaced_tool_name").Split('/')[0], row);
        AddKey(breakdown["api_keys"]!.AsObject(), row);
        if (entityColumn is not null)
        {
            var id = row.Text(entityColumn);
            AddTo(breakdown, "entities", id, row, entities.GetValueOrDefault(id));
        }
    }

    /// <summary>The answer.</summary>
    public JsonObject ToAnswer(long page, long pages)
    {
        var metadata = new JsonObject { ["total_spend"] = _total.Real("spend") };
        foreach (var (member, counter) in (ReadOnlySpan<(string, string)>)[
            ("total_prompt_tokens", "prompt_tokens"), ("total_completion_tokens", "completion_tokens"), ("total_tokens", "total_tokens"),
            ("total_api_requests", "api_requests"), ("total_successful_requests", "successful_requests"),
            ("total_failed_requests", "failed_requests"), ("total_cache_read_input_tokens", "cache_read_input_tokens"),
            ("total_cache_creation_input_tokens", "cache_creation_input_tokens")])
        {
            metadata[member] = _total.Whole(counter);
        }

        metadata["page"] = page;
        metadata["total_pages"] = pages;
        metadata["has_more"] = page < pages;
        return new JsonObject { ["results"] = _days.ToJsonArray(), ["metadata"] = metadata };
    }

    private static JsonObject Metrics()
    {
        var metrics = new JsonObject { ["spend"] = 0d };
        foreach (var counter in Counters)
        {
            metrics[counter] = 0L;
        }

        return metrics;
    }

    private static void Sum(JsonObject metrics, JsonObject row)
    {
        metrics["spend"] = metrics.Real("spend") + row.Real("spend");
        foreach (var counter in Counters)
        {
            metrics[counter] = metrics.Whole(counter) + row.Whole(counter);
        }
    }

    private JsonObject Day(string date)
    {
        var breakdown = new JsonObject
        {
            ["models"] = new JsonObject(),
            ["model_groups"] = new JsonObject(),
            ["providers"] = new JsonObject(),
            ["endpoints"] = new JsonObject(),
            ["mcp_servers"] = new JsonObject(),
            ["api_keys"] = new JsonObject(),
        };
        if (entityColumn is not null)
        {
            breakdown["entities"] = new JsonObject();
        }

        return new JsonObject { ["date"] = date, ["metrics"] = Metrics(), ["breakdown"] = breakdown };
    }

    private void AddTo(JsonObject breakdown, string member, string name, JsonObject row, JsonObject? metadata = null)
    {
        if (name.Length == 0)
        {
            return;
        }

        var group = breakdown[member]!.AsObject();
        if (group[name] is not JsonObject entry)
        {
            entry = new JsonObject
            {
                ["metrics"] = Metrics(), ["metadata"] = metadata?.DeepClone() ?? new JsonObject(), ["api_key_breakdown"] = new JsonObject(),
            };
            group[name] = entry;
        }

        Sum(entry["metrics"]!.AsObject(), row);
        AddKey(entry["api_key_breakdown"]!.AsObject(), row);
    }

    private void AddKey(JsonObject group, JsonObject row)
    {
        var key = row.Text("api_key");
        if (key.Length == 0)
        {
            return;
        }

        if (group[key] is not JsonObject entry)
        {
            entry = new JsonObject
            {
                ["metrics"] = Metrics(),
                ["metadata"] = new JsonObject
                {
                    ["key_alias"] = keys.GetValueOrDefault(key)?["key_alias"]?.DeepClone(),
                    ["team_id"] = keys.GetValueOrDefault(key)?["team_id"]?.DeepClone(),
                },
            };
            group[key] = entry;
        }

        Sum(entry["metrics"]!.AsObject(), row);
    }
}
