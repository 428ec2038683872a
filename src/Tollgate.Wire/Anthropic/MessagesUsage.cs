using System.Buffers.Text;
using System.Text.Json;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.Anthropic;

/// <summary>
/// Anthropic's count of tokens, which leaves what was cached out of <c>input_tokens</c> and comes in two parts in streams: later values
/// replace earlier ones (03-anthropic.md 3.1).
/// </summary>
internal struct MessagesUsage
{
    // Beyond this a count is a mistake, and sums of several must fit their type.
    private const long MostTokens = 1_000_000_000_000;

    private long _input;
    private long _output;
    private long _cacheRead;
    private long _cacheWrite;
    private long _cacheWrite5m;
    private long _cacheWrite1h;
    private long _compactionInput;
    private long _compactionOutput;
    private long _searches;
    private ServiceTier _tier;

    /// <summary>True once a count has come.</summary>
    public bool IsGiven { get; private set; }

    /// <summary>Takes a <c>usage</c> object.</summary>
    /// <param name="json">Text accepted by a parser before.</param>
    /// <param name="start">Offset of its brace; any other value changes nothing.</param>
    public void Take(ReadOnlySpan<byte> json, int start = 0)
    {
        if (json[start] != (byte)'{')
        {
            return;
        }

        IsGiven = true;
        var member = new JsonWalker(json, start);
        while (member.MoveNext())
        {
            if (member.Current.Kind is JsonKind.Number)
            {
                TakeCount(member);
            }
            else if (member.Current.Kind is JsonKind.String && member.NameIs("service_tier"u8))
            {
                _tier = ServiceTiers.Read(member.Value);
            }
            else if (member.NameIs("cache_creation"u8))
            {
                TakeCacheWrites(json, member.Current.ValueStart);
            }
            else if (member.NameIs("server_tool_use"u8) && JsonWalker.TryFind(json, member.Current.ValueStart, "web_search_requests"u8, out var count))
            {
                _searches = Number(json.Slice(count.ValueStart, count.ValueLength));
            }
            else if (member.NameIs("iterations"u8))
            {
                TakeIterations(json, member.Current.ValueStart);
            }
        }
    }

    /// <summary>The count in the hub's terms.</summary>
    /// <param name="thinkingBytes">Size of the thoughts shown, from which their part of the output is estimated: nobody reports it.</param>
    public readonly TokenUsage ToTokens(long thinkingBytes)
    {
        var written = Math.Max(_cacheWrite, _cacheWrite5m + _cacheWrite1h);
        var prompt = _input + _compactionInput + _cacheRead + written;
        var completion = _output + _compactionOutput;
        var reasoning = Math.Min(completion, TokenEstimate.FromBytes(thinkingBytes));
        return new TokenUsage(prompt, completion, prompt + completion, _cacheRead, reasoning)
        {
            CacheCreationTokens = written,
            CacheCreation1hTokens = _cacheWrite1h,
            TextInputTokens = _input + _compactionInput,
            TextOutputTokens = completion - reasoning,
            WebSearchRequests = _searches,
            Tier = _tier,
        };
    }

    /// <summary>Writes a count as Anthropic's clients know it.</summary>
    /// <param name="json">Takes one object.</param>
    /// <param name="usage">The count.</param>
    /// <param name="withTotal">COMPAT: LiteLLM adds <c>total_tokens</c> to whole answers (llm-api.md 15.3).</param>
    public static void Write(Utf8JsonWriter json, in TokenUsage usage, bool withTotal = false)
    {
        json.WriteStartObject();
        json.WriteNumber("input_tokens"u8, Math.Max(0, usage.PromptTokens - usage.CachedTokens - usage.CacheCreationTokens));
        json.WriteNumber("cache_creation_input_tokens"u8, usage.CacheCreationTokens);
        json.WriteNumber("cache_read_input_tokens"u8, usage.CachedTokens);
        if (usage.CacheCreationTokens > 0)
        {
            json.WriteStartObject("cache_creation"u8);
            json.WriteNumber("ephemeral_5m_input_tokens"u8, Math.Max(0, usage.CacheCreationTokens - usage.CacheCreation1hTokens));
            json.WriteNumber("ephemeral_1h_input_tokens"u8, usage.CacheCreation1hTokens);
            json.WriteEndObject();
        }

        json.WriteNumber("output_tokens"u8, usage.CompletionTokens);
        if (usage.WebSearchRequests > 0)
        {
            json.WriteStartObject("server_tool_use"u8);
            json.WriteNumber("web_search_requests"u8, usage.WebSearchRequests);
            json.WriteEndObject();
        }

        if (usage.Tier is ServiceTier.Priority or ServiceTier.Batch or ServiceTier.Standard)
        {
            json.WriteString(
                "service_tier"u8,
                usage.Tier is ServiceTier.Priority ? "priority"u8 : usage.Tier is ServiceTier.Batch ? "batch"u8 : "standard"u8);
        }

        if (withTotal)
        {
            json.WriteNumber("total_tokens"u8, usage.PromptTokens + usage.CompletionTokens);
        }

        json.WriteEndObject();
    }

    private void TakeCount(in JsonWalker member)
    {
        if (member.NameIs("input_tokens"u8))
        {
            _input = Number(member.Value);
        }
        else if (member.NameIs("output_tokens"u8))
        {
            _output = Number(member.Value);
        }
        else if (member.NameIs("cache_read_input_tokens"u8))
        {
            _cacheRead = Number(member.Value);
        }
        else if (member.NameIs("cache_creation_input_tokens"u8))
        {
            _cacheWrite = Number(member.Value);
        }
    }

    private void TakeCacheWrites(ReadOnlySpan<byte> json, int start)
    {
        if (JsonWalker.TryFind(json, start, "ephemeral_5m_input_tokens"u8, out var minutes))
        {
            _cacheWrite5m = Number(json.Slice(minutes.ValueStart, minutes.ValueLength));
        }

        if (JsonWalker.TryFind(json, start, "ephemeral_1h_input_tokens"u8, out var hour))
        {
            _cacheWrite1h = Number(json.Slice(hour.ValueStart, hour.ValueLength));
        }
    }

    /// <summary>The provider's own summing up of a long conversation is paid, but not in the root's counts.</summary>
    private void TakeIterations(ReadOnlySpan<byte> json, int start)
    {
        _compactionInput = 0;
        _compactionOutput = 0;
        var item = new JsonWalker(json, start);
        while (item.MoveNext())
        {
            var at = item.Current.ValueStart;
            if (!JsonWalker.TryFind(json, at, "type"u8, out var type)
                || !json.Slice(type.ValueStart, type.ValueLength).SequenceEqual("\"compaction\""u8))
            {
                continue;
            }

            _compactionInput += CountAt(json, at, "input_tokens"u8);
            _compactionOutput += CountAt(json, at, "output_tokens"u8);
        }
    }

    private static long CountAt(ReadOnlySpan<byte> json, int start, ReadOnlySpan<byte> name)
        => JsonWalker.TryFind(json, start, name, out var found) ? Number(json.Slice(found.ValueStart, found.ValueLength)) : 0;

    private static long Number(ReadOnlySpan<byte> value)
    {
        if (Utf8Parser.TryParse(value, out long whole, out var used) && used == value.Length)
        {
            return whole is >= 0 and < MostTokens ? whole : 0;
        }

        return Utf8Parser.TryParse(value, out double real, out used) && used == value.Length && real is >= 0 and < MostTokens ? (long)real : 0;
    }
}
