using System.Text.Json.Nodes;

namespace Tollgate.Management.Spend.Activity;

/// <summary>The nine figures that daily activity has of everything.</summary>
internal sealed class ActivitySums
{
    private double _spend;
    private long _prompt;
    private long _completion;
    private long _cacheRead;
    private long _cacheCreation;
    private long _succeeded;
    private long _failed;
    private long _requests;

    /// <summary>The figures of one row.</summary>
    public static ActivitySums Of(JsonObject row) => new()
    {
        _spend = row.Real("spend"),
        _prompt = row.Whole("prompt_tokens"),
        _completion = row.Whole("completion_tokens"),
        _cacheRead = row.Whole("cache_read_input_tokens"),
        _cacheCreation = row.Whole("cache_creation_input_tokens"),
        _succeeded = row.Whole("successful_requests"),
        _failed = row.Whole("failed_requests"),
        _requests = row.Whole("api_requests"),
    };

    /// <summary>Adds other figures to these.</summary>
    public void Add(ActivitySums other)
    {
        _spend += other._spend;
        _prompt += other._prompt;
        _completion += other._completion;
        _cacheRead += other._cacheRead;
        _cacheCreation += other._cacheCreation;
        _succeeded += other._succeeded;
        _failed += other._failed;
        _requests += other._requests;
    }

    /// <summary><c>metrics</c> of a day or of a part of its breakdown.</summary>
    public JsonObject ToMetrics() => new()
    {
        ["spend"] = _spend,
        ["prompt_tokens"] = _prompt,
        ["completion_tokens"] = _completion,
        ["cache_read_input_tokens"] = _cacheRead,
        ["cache_creation_input_tokens"] = _cacheCreation,
        ["total_tokens"] = _prompt + _completion,
        ["successful_requests"] = _succeeded,
        ["failed_requests"] = _failed,
        ["api_requests"] = _requests,
    };

    /// <summary>The sums of an answer, at its end.</summary>
    public JsonObject ToMetadata() => new()
    {
        ["total_spend"] = _spend,
        ["total_prompt_tokens"] = _prompt,
        ["total_completion_tokens"] = _completion,
        ["total_tokens"] = _prompt + _completion,
        ["total_api_requests"] = _requests,
        ["total_successful_requests"] = _succeeded,
        ["total_failed_requests"] = _failed,
        ["total_cache_read_input_tokens"] = _cacheRead,
        ["total_cache_creation_input_tokens"] = _cacheCreation,
    };
}
