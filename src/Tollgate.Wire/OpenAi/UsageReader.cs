using System.Buffers.Text;
using System.Globalization;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.OpenAi;

/// <summary>Reads a <c>usage</c> object in the spellings of chat completions, responses, images and the gateways that extend them.</summary>
/// <remarks>
/// PERF: one pass over the object and one over each of its detail objects, nothing allocated; an object of three counts is what most answers
/// have (benchmark <c>CostBenchmarks</c>).
/// </remarks>
internal ref struct UsageReader(ReadOnlySpan<byte> json)
{
    /// <summary>No answer has so many; such a count is a mistake, and sums of smaller ones cannot overflow.</summary>
    private const long MostTokens = 1_000_000_000_000_000;

    /// <summary>No call costs so many USD; a larger figure is in another unit.</summary>
    private const decimal MostUsd = 1_000_000;

    private readonly ReadOnlySpan<byte> _json = json;
    private long _prompt;
    private long _completion;
    private long _total;
    private long _reasoning;
    private long _cached;
    private long _cacheWrites;
    private long _cacheWrites1h;
    private long _cacheWrites5m;
    private long _citations;
    private long _searches;
    private ServiceTier _tier;
    private decimal? _cost;
    private ModalityCounts _input;
    private ModalityCounts _output;
    private ModalityCounts _cachedParts;
    private long _accepted;
    private long _rejected;

    /// <summary>Reads the object whose brace stands at <paramref name="start"/>.</summary>
    public TokenUsage Read(int start)
    {
        var walker = new JsonWalker(_json, start);
        while (walker.MoveNext())
        {
            if (walker.Current.Kind is JsonKind.Object)
            {
                ReadDetails(walker);
            }
            else if (walker.Current.Kind is JsonKind.Number)
            {
                ReadCount(walker);
            }
            else if (walker.NameIs("service_tier"u8) || walker.NameIs("traffic_type"u8))
            {
                _tier = ServiceTiers.Read(walker.Value);
            }
        }

        var written = Math.Max(_cacheWrites, _cacheWrites5m + _cacheWrites1h);
        var usage = new TokenUsage(_prompt, _completion, _total == 0 ? _prompt + _completion : _total, _cached, _reasoning)
        {
            CacheCreationTokens = written,
            CacheCreation1hTokens = _cacheWrites1h,
            AcceptedPredictionTokens = _accepted,
            RejectedPredictionTokens = _rejected,
            CitationTokens = _citations,
            WebSearchRequests = _searches,
            Tier = _tier,
            ReportedCost = _cost,
        };
        return ModalityCounts.Apply(usage, _input, _cachedParts, _output);
    }

    private void ReadCount(in JsonWalker member)
    {
        if (member.NameIs("prompt_tokens"u8) || (_prompt == 0 && member.NameIs("input_tokens"u8)))
        {
            _prompt = Number(member.Value);
        }
        else if (member.NameIs("completion_tokens"u8) || (_completion == 0 && member.NameIs("output_tokens"u8)))
        {
            _completion = Number(member.Value);
        }
        else if (member.NameIs("total_tokens"u8))
        {
            _total = Number(member.Value);
        }
        else if (member.NameIs("cache_creation_input_tokens"u8))
        {
            _cacheWrites = Math.Max(_cacheWrites, Number(member.Value));
        }
        else if (member.NameIs("cache_read_input_tokens"u8) || member.NameIs("prompt_cache_hit_tokens"u8) || member.NameIs("cached_tokens"u8))
        {
            _cached = Math.Max(_cached, Number(member.Value));
        }
        else if (member.NameIs("reasoning_tokens"u8))
        {
            _reasoning = Math.Max(_reasoning, Number(member.Value));
        }
        else if (member.NameIs("citation_tokens"u8))
        {
            _citations = Number(member.Value);
        }
        else if (member.NameIs("num_search_queries"u8))
        {
            _searches = Math.Max(_searches, Number(member.Value));
        }
        else if (member.NameIs("cost"u8) || member.NameIs("total_cost"u8))
        {
            _cost = Cost(member.Value) ?? _cost;
        }
    }

    private void ReadDetails(in JsonWalker parent)
    {
        if (parent.NameIs("prompt_tokens_details"u8) || parent.NameIs("input_tokens_details"u8) || parent.NameIs("input_token_details"u8))
        {
            ReadInput(parent.Current.ValueStart);
        }
        else if (parent.NameIs("completion_tokens_details"u8) || parent.NameIs("output_tokens_details"u8)
            || parent.NameIs("output_token_details"u8))
        {
            ReadOutput(parent.Current.ValueStart);
        }
        else if (parent.NameIs("cache_creation"u8))
        {
            ReadCacheWrites(parent.Current.ValueStart);
        }
        else if (parent.NameIs("server_tool_use"u8))
        {
            if (JsonWalker.TryFind(_json, parent.Current.ValueStart, "web_search_requests"u8, out var searches))
            {
                _searches = Math.Max(_searches, Number(_json.Slice(searches.ValueStart, searches.ValueLength)));
            }
        }
        else if (parent.NameIs("cost"u8) && JsonWalker.TryFind(_json, parent.Current.ValueStart, "total_cost"u8, out var total))
        {
            _cost = Cost(_json.Slice(total.ValueStart, total.ValueLength)) ?? _cost;
        }
    }

    private void ReadInput(int start)
    {
        var walker = new JsonWalker(_json, start);
        while (walker.MoveNext())
        {
            if (walker.NameIs("cached_tokens"u8))
            {
                _cached = Math.Max(_cached, Number(walker.Value));
            }
            else if (walker.NameIs("cache_creation_tokens"u8) || walker.NameIs("cache_write_tokens"u8))
            {
                _cacheWrites = Math.Max(_cacheWrites, Number(walker.Value));
            }
            else if (walker.NameIs("web_search_requests"u8))
            {
                _searches = Math.Max(_searches, Number(walker.Value));
            }
            else if (walker.Current.Kind is JsonKind.Object && walker.NameIs("cached_tokens_details"u8))
            {
                var parts = new JsonWalker(_json, walker.Current.ValueStart);
                while (parts.MoveNext())
                {
                    Take(ref _cachedParts, parts);
                }
            }
            else if (walker.Current.Kind is JsonKind.Object && walker.NameIs("cache_creation_token_details"u8))
            {
                ReadCacheWrites(walker.Current.ValueStart);
            }
            else
            {
                Take(ref _input, walker);
            }
        }
    }

    private void ReadOutput(int start)
    {
        var walker = new JsonWalker(_json, start);
        while (walker.MoveNext())
        {
            if (walker.NameIs("reasoning_tokens"u8))
            {
                _reasoning = Math.Max(_reasoning, Number(walker.Value));
            }
            else if (walker.NameIs("accepted_prediction_tokens"u8))
            {
                _accepted = Number(walker.Value);
            }
            else if (walker.NameIs("rejected_prediction_tokens"u8))
            {
                _rejected = Number(walker.Value);
            }
            else
            {
                Take(ref _output, walker);
            }
        }
    }

    private void ReadCacheWrites(int start)
    {
        var walker = new JsonWalker(_json, start);
        while (walker.MoveNext())
        {
            if (walker.NameIs("ephemeral_1h_input_tokens"u8))
            {
                _cacheWrites1h = Number(walker.Value);
            }
            else if (walker.NameIs("ephemeral_5m_input_tokens"u8))
            {
                _cacheWrites5m = Number(walker.Value);
            }
        }
    }

    private static decimal? Cost(ReadOnlySpan<byte> value)
        => decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var usd) && usd is >= 0 and <= MostUsd ? usd : null;

    private static long Number(ReadOnlySpan<byte> value)
    {
        if (Utf8Parser.TryParse(value, out long whole, out var used) && used == value.Length)
        {
            return whole is >= 0 and < MostTokens ? whole : 0;
        }

        return Utf8Parser.TryParse(value, out double real, out used) && used == value.Length && real is >= 0 and < MostTokens ? (long)real : 0;
    }

    /// <summary>Takes the count of one kind.</summary>
    private static void Take(ref ModalityCounts side, in JsonWalker member)
    {
        if (member.NameIs("audio_tokens"u8))
        {
            side.Audio = Number(member.Value);
        }
        else if (member.NameIs("text_tokens"u8))
        {
            side.Text = Number(member.Value);
        }
        else if (member.NameIs("image_tokens"u8))
        {
            side.Image = Number(member.Value);
        }
        else if (member.NameIs("video_tokens"u8))
        {
            side.Video = Number(member.Value);
        }
    }
}
