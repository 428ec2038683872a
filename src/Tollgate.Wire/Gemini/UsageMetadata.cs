using System.Text.Json;

namespace Tollgate.Wire.Gemini;

/// <summary>Google's count of tokens (04-gemini-vertex.md section 3.1).</summary>
internal static class UsageMetadata
{
    /// <summary>Reads a <c>usageMetadata</c> object; members that are absent or no numbers count as zero.</summary>
    /// <param name="json">The object, known to be JSON.</param>
    public static TokenUsage Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return ReadObject(json);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Names with half a surrogate pair, nesting without end: no count of anything.
            return default;
        }
    }

    /// <summary>Writes usage as a client of the dialect reads it.</summary>
    public static void Write(Utf8JsonWriter json, in TokenUsage usage)
    {
        json.WriteStartObject("usageMetadata"u8);
        json.WriteNumber("promptTokenCount"u8, usage.PromptTokens);
        json.WriteNumber("candidatesTokenCount"u8, Math.Max(0, usage.CompletionTokens - usage.ReasoningTokens));
        json.WriteNumber("totalTokenCount"u8, Math.Max(usage.TotalTokens, usage.PromptTokens + usage.CompletionTokens));
        if (usage.ReasoningTokens > 0)
        {
            json.WriteNumber("thoughtsTokenCount"u8, usage.ReasoningTokens);
        }

        if (usage.CachedTokens > 0)
        {
            json.WriteNumber("cachedContentTokenCount"u8, usage.CachedTokens);
        }

        json.WriteEndObject();
    }

    private static TokenUsage ReadObject(ReadOnlySpan<byte> json)
    {
        var counts = default(Counts);
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType is not JsonTokenType.StartObject)
        {
            return default;
        }

        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            counts.Take(ref reader);
        }

        return counts.Usage();
    }

    private struct Counts
    {
        private long _prompt;
        private long _tools;
        private long _candidates;
        private long _thoughts;
        private long _cached;
        private long _total;
        private bool _hasTotal;
        private ModalityCounts _in;
        private ModalityCounts _inCache;
        private ModalityCounts _out;
        private ServiceTier _tier;

        public void Take(ref Utf8JsonReader reader)
        {
            if (reader.ValueTextEquals("promptTokenCount"u8))
            {
                _prompt = Number(ref reader);
            }
            else if (reader.ValueTextEquals("toolUsePromptTokenCount"u8))
            {
                _tools = Number(ref reader);
            }
            else if (reader.ValueTextEquals("candidatesTokenCount"u8) || reader.ValueTextEquals("responseTokenCount"u8))
            {
                _candidates = Number(ref reader);
            }
            else if (reader.ValueTextEquals("thoughtsTokenCount"u8))
            {
                _thoughts = Number(ref reader);
            }
            else if (reader.ValueTextEquals("cachedContentTokenCount"u8))
            {
                _cached = Number(ref reader);
            }
            else if (reader.ValueTextEquals("totalTokenCount"u8))
            {
                _total = Number(ref reader);
                _hasTotal = true;
            }
            else
            {
                TakeDetails(ref reader);
            }
        }

        public readonly TokenUsage Usage()
        {
            // Some models count thoughts among the candidates; the total tells which.
            var isThoughtInside = _hasTotal && _thoughts > 0 && _prompt + _tools + _candidates == _total;
            var prompt = _prompt + _tools;
            var completion = isThoughtInside ? _candidates : _candidates + _thoughts;
            var usage = new TokenUsage(prompt, completion, _hasTotal ? _total : prompt + completion, Math.Min(_cached, prompt), Math.Min(_thoughts, completion))
            {
                Tier = _tier,
            };
            return ModalityCounts.Apply(usage, _in, _inCache, _out);
        }

        private void TakeDetails(ref Utf8JsonReader reader)
        {
            if (reader.ValueTextEquals("promptTokensDetails"u8) || reader.ValueTextEquals("toolUsePromptTokensDetails"u8))
            {
                ReadSide(ref _in, ref reader);
            }
            else if (reader.ValueTextEquals("cacheTokensDetails"u8))
            {
                ReadSide(ref _inCache, ref reader);
            }
            else if (reader.ValueTextEquals("candidatesTokensDetails"u8) || reader.ValueTextEquals("responseTokensDetails"u8))
            {
                ReadSide(ref _out, ref reader);
            }
            else if (reader.ValueTextEquals("trafficType"u8))
            {
                reader.Read();
                _tier = reader.TokenType is not JsonTokenType.String ? ServiceTier.Unstated
                    : reader.ValueTextEquals("ON_DEMAND_PRIORITY"u8) ? ServiceTier.Priority
                    : reader.ValueTextEquals("ON_DEMAND_FLEX"u8) ? ServiceTier.Flex
                    : reader.ValueTextEquals("BATCH"u8) ? ServiceTier.Batch : ServiceTier.Standard;
                reader.Skip();
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        internal static long Number(ref Utf8JsonReader reader)
        {
            reader.Read();
            var count = 0L;
            if (reader.TokenType is JsonTokenType.Number && !reader.TryGetInt64(out count))
            {
                count = reader.TryGetDouble(out var number) && number is >= 0 and < 1e15 ? (long)number : 0;
            }

            reader.Skip();
            return Math.Clamp(count, 0, 1_000_000_000_000_000);
        }
    }

    private static void ReadSide(ref ModalityCounts side, ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType is not JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
        {
            if (reader.TokenType is JsonTokenType.StartObject)
            {
                ReadOne(ref side, ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static void ReadOne(ref ModalityCounts side, ref Utf8JsonReader reader)
    {
        var modality = 'T';
        var count = 0L;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("tokenCount"u8))
            {
                count = Counts.Number(ref reader);
            }
            else if (reader.ValueTextEquals("modality"u8))
            {
                reader.Read();
                modality = reader.TokenType is not JsonTokenType.String ? '?'
                    : reader.ValueTextEquals("AUDIO"u8) ? 'A' : reader.ValueTextEquals("IMAGE"u8) ? 'I'
                    : reader.ValueTextEquals("VIDEO"u8) ? 'V' : reader.ValueTextEquals("TEXT"u8) ? 'T' : '?';
                reader.Skip();
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        side.Text += modality == 'T' ? count : 0;
        side.Audio += modality == 'A' ? count : 0;
        side.Image += modality == 'I' ? count : 0;
        side.Video += modality == 'V' ? count : 0;
    }
}
