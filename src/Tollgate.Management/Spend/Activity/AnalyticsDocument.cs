using System.Text.Json.Nodes;

namespace Tollgate.Management.Spend.Activity;

/// <summary>Builds the answer of the daily-activity endpoints (SpendAnalytics of admin-api.md 4.10) from rows of a daily table.</summary>
/// <param name="entityColumn">Column of the owner; null leaves the breakdown by owner out.</param>
/// <param name="keys">Alias and team of keys, by hash.</param>
/// <param name="entities">Metadata of owners, by id.</param>
internal sealed class AnalyticsDocument(
    string? entityColumn, IReadOnlyDictionary<string, JsonObject> keys, IReadOnlyDictionary<string, JsonObject> entities)
{
    private readonly ActivitySums _total = new();
    private readonly List<Day> _days = [];

    /// <summary>Adds a row; rows of one day follow each other. Rows that differ in nothing are summed (database.md 2.16).</summary>
    public void Add(JsonObject row)
    {
        var date = row.Text("date");
        if (_days.Count == 0 || !string.Equals(_days[^1].Date, date, StringComparison.Ordinal))
        {
            _days.Add(new Day(date, entityColumn is not null));
        }

        var day = _days[^1];
        var sums = ActivitySums.Of(row);
        var key = row.Text("api_key");
        _total.Add(sums);
        day.Sums.Add(sums);
        AddTo(day, "models", row.Text("model"), key, sums);
        AddTo(day, "model_groups", row.Text("model_group"), key, sums);
        AddTo(day, "providers", row.Text("custom_llm_provider") is { Length: > 0 } provider ? provider : "unknown", key, sums);
        AddTo(day, "endpoints", row.Text("endpoint"), key, sums);
        AddTo(day, "mcp_servers", row.Text("mcp_namespaced_tool_name").Split('/')[0], key, sums);
        AddKey(day.Keys, key, sums);
        if (entityColumn is not null)
        {
            AddTo(day, "entities", row.Text(entityColumn), key, sums);
        }
    }

    /// <summary>The answer.</summary>
    public JsonObject ToAnswer(long page, long pages)
    {
        var metadata = _total.ToMetadata();
        metadata["page"] = page;
        metadata["total_pages"] = pages;
        metadata["has_more"] = page < pages;
        return new JsonObject { ["results"] = _days.Select(ToJson).ToJsonArray(), ["metadata"] = metadata };
    }

    private static void AddTo(Day day, string member, string name, string key, ActivitySums sums)
    {
        if (name.Length == 0)
        {
            return;
        }

        var group = day.Groups[member];
        if (!group.TryGetValue(name, out var entry))
        {
            group[name] = entry = new Entry();
        }

        entry.Sums.Add(sums);
        AddKey(entry.Keys, key, sums);
    }

    private static void AddKey(Dictionary<string, ActivitySums> group, string key, ActivitySums sums)
    {
        if (key.Length == 0)
        {
            return;
        }

        if (!group.TryGetValue(key, out var sum))
        {
            group[key] = sum = new ActivitySums();
        }

        sum.Add(sums);
    }

    private JsonObject ToJson(Day day)
    {
        var breakdown = new JsonObject();
        foreach (var (member, group) in day.Groups)
        {
            var entries = new JsonObject();
            foreach (var (name, entry) in group)
            {
                entries[name] = new JsonObject
                {
                    ["metrics"] = entry.Sums.ToMetrics(),
                    ["metadata"] = member is "entities" && entities.TryGetValue(name, out var metadata)
                        ? metadata.DeepClone() : new JsonObject(),
                    ["api_key_breakdown"] = ToJson(entry.Keys),
                };
            }

            breakdown[member] = entries;
        }

        breakdown["api_keys"] = ToJson(day.Keys);
        return new JsonObject { ["date"] = day.Date, ["metrics"] = day.Sums.ToMetrics(), ["breakdown"] = breakdown };
    }

    private JsonObject ToJson(Dictionary<string, ActivitySums> group)
    {
        var entries = new JsonObject();
        foreach (var (key, sums) in group)
        {
            var known = keys.GetValueOrDefault(key);
            entries[key] = new JsonObject
            {
                ["metrics"] = sums.ToMetrics(),
                ["metadata"] = new JsonObject
                {
                    ["key_alias"] = known?["key_alias"]?.DeepClone(),
                    ["team_id"] = known?["team_id"]?.DeepClone()
                },
            };
        }

        return entries;
    }

    private sealed class Day
    {
        public Day(string date, bool hasEntities)
        {
            Date = date;
            foreach (var member in (string[])["models", "model_groups", "providers", "endpoints", "mcp_servers",
                .. hasEntities ? ["entities"] : Array.Empty<string>()])
            {
                Groups[member] = new Dictionary<string, Entry>(StringComparer.Ordinal);
            }
        }

        public string Date { get; }

        public ActivitySums Sums { get; } = new();

        public Dictionary<string, Dictionary<string, Entry>> Groups { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, ActivitySums> Keys { get; } = new(StringComparer.Ordinal);
    }

    private sealed class Entry
    {
        public ActivitySums Sums { get; } = new();

        public Dictionary<string, ActivitySums> Keys { get; } = new(StringComparer.Ordinal);
    }
}
