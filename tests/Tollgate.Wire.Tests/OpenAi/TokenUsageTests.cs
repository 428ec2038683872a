using System.Text;
using System.Text.Json;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Tests.OpenAi;

public class TokenUsageTests
{
    public static TheoryData<string, TokenUsage> Reports => new()
    {
        { """{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}""", new TokenUsage(9, 2, 11, 0, 0) },
        { """{"prompt_tokens":9,"completion_tokens":2}""", new TokenUsage(9, 2, 11, 0, 0) },
        { """{"prompt_tokens":9,"total_tokens":9}""", new TokenUsage(9, 0, 9, 0, 0) },
        { """{"prompt_tokens":9,"prompt_tokens_details":{"audio_tokens":1,"cached_tokens":5},"total_tokens":9}""", new TokenUsage(9, 0, 9, 5, 0) { AudioInputTokens = 1 } },
        { """{"completion_tokens":9,"completion_tokens_details":{"reasoning_tokens":4}}""", new TokenUsage(0, 9, 9, 0, 4) },
        { """{"prompt_tokens":1,"prompt_tokens_details":null,"completion_tokens_details":7}""", new TokenUsage(1, 0, 1, 0, 0) },
        { """{"prompt_tokens":3.0,"completion_tokens":1e2}""", new TokenUsage(3, 100, 103, 0, 0) },
        { """{"prompt_tokens":"9","completion_tokens":null,"total_tokens":-5}""", default },
        { """{"prompt_tokens":1e300,"completion_tokens":99999999999999999999}""", default },
        { """{"queue_time":0.1,"prompt\u005ftokens":4}""", new TokenUsage(4, 0, 4, 0, 0) },
        { """{"prompt_tokens":9000000000000000000,"completion_tokens":9000000000000000000}""", default },
        { "{}", default },
        {
            """{"prompt_tokens":9,"prompt_tokens_details":{"cached_tokens":4,"cache_creation_tokens":2,"image_tokens":1,"video_tokens":3,"cached_tokens_details":{"audio_tokens":1,"image_tokens":2}}}""",
            new TokenUsage(9, 0, 9, 4, 0)
            {
                CacheCreationTokens = 2, ImageInputTokens = 1, VideoInputTokens = 3, CachedAudioTokens = 1, CachedImageTokens = 2,
            }
        },
        {
            """{"completion_tokens":9,"completion_tokens_details":{"text_tokens":1,"audio_tokens":2,"image_tokens":3,"video_tokens":4,"accepted_prediction_tokens":5,"rejected_prediction_tokens":6}}""",
            new TokenUsage(0, 9, 9, 0, 0)
            {
                TextOutputTokens = 1, AudioOutputTokens = 2, ImageOutputTokens = 3, VideoOutputTokens = 4, AcceptedPredictionTokens = 5,
                RejectedPredictionTokens = 6,
            }
        },
        {
            """{"prompt_tokens":9,"cache_read_input_tokens":3,"cache_creation_input_tokens":4,"cache_creation":{"ephemeral_5m_input_tokens":1,"ephemeral_1h_input_tokens":3},"server_tool_use":{"web_search_requests":2},"service_tier":"priority"}""",
            new TokenUsage(9, 0, 9, 3, 0)
            {
                CacheCreationTokens = 4, CacheCreation1hTokens = 3, WebSearchRequests = 2, Tier = ServiceTier.Priority,
            }
        },
        {
            """{"input_tokens":7,"output_tokens":5,"input_tokens_details":{"cached_tokens":1,"image_tokens":2},"output_tokens_details":{"reasoning_tokens":3}}""",
            new TokenUsage(7, 5, 12, 1, 3) { ImageInputTokens = 2 }
        },
        {
            """{"prompt_tokens":1,"cost":{"total_cost":0.5,"currency":"x"},"citation_tokens":4,"num_search_queries":2,"reasoning_tokens":6}""",
            new TokenUsage(1, 0, 1, 0, 6) { ReportedCost = 0.5m, CitationTokens = 4, WebSearchRequests = 2 }
        },
        { """{"prompt_tokens":1,"cost":1.25e-05}""", new TokenUsage(1, 0, 1, 0, 0) { ReportedCost = 0.0000125m } },
        { """{"prompt_tokens":1,"cost":-1}""", new TokenUsage(1, 0, 1, 0, 0) },
        { """{"prompt_tokens":1,"total_cost":1e300}""", new TokenUsage(1, 0, 1, 0, 0) },
    };

    [Theory]
    [InlineData("\"priority\"", ServiceTier.Priority)]
    [InlineData("\"Flex\"", ServiceTier.Flex)]
    [InlineData("\"ON_DEMAND_PRIORITY\"", ServiceTier.Priority)]
    [InlineData("\"batch\"", ServiceTier.Batch)]
    [InlineData("\"default\"", ServiceTier.Standard)]
    [InlineData("\"auto\"", ServiceTier.Standard)]
    [InlineData("\"\"", ServiceTier.Unstated)]
    [InlineData("null", ServiceTier.Unstated)]
    [InlineData("7", ServiceTier.Unstated)]
    public void ServiceTier_IsRead(string json, ServiceTier tier) => ServiceTiers.Read(Encoding.UTF8.GetBytes(json)).ShouldBe(tier);

    [Theory]
    [InlineData("""{"choices":[{}],"usage":{"prompt_tokens":1},"service_tier":"flex"}""", ServiceTier.Flex)]
    [InlineData("""{"choices":[{}],"usage":{"prompt_tokens":1,"service_tier":"batch"},"service_tier":"flex"}""", ServiceTier.Batch)]
    [InlineData("""{"choices":[{}],"usage":{"prompt_tokens":1},"service_tier":null}""", ServiceTier.Unstated)]
    public void ServiceTierBesideTheUsage_IsRead(string answer, ServiceTier tier)
    {
        var editor = new ResponseEditor();
        editor.Read(Encoding.UTF8.GetBytes(answer), new ResponseView(Surface.Chat, "\"m\""u8.ToArray(), ResponseRules.Identity, 0, 0))
            .ShouldBe(ResponseVerdict.Good);
        editor.Usage.Tier.ShouldBe(tier);
    }

    [Fact]
    public void WrittenUsage_ReadsTheSame()
    {
        var usage = new TokenUsage(9, 8, 17, 3, 2)
        {
            CacheCreationTokens = 4,
            AudioInputTokens = 1,
            ImageInputTokens = 2,
            TextOutputTokens = 5,
            AudioOutputTokens = 1,
            RejectedPredictionTokens = 1,
            CitationTokens = 6,
            WebSearchRequests = 7,
        };
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            usage.Write(writer);
        }

        TokenUsage.Read(stream.ToArray(), 0).ShouldBe(usage);
    }

    [Fact]
    public void NoShapeOfUsage_Throws()
    {
        string[] names =
        [
            "prompt_tokens", "completion_tokens", "input_tokens", "prompt_tokens_details", "completion_tokens_details", "cache_creation",
            "server_tool_use", "cost", "total_cost", "service_tier", "cached_tokens", "cached_tokens_details", "text_tokens", "web_search_requests",
            "ephemeral_1h_input_tokens", "x", "",
        ];
        string[] values = ["1", "-1", "0.5", "1e999", "99999999999999999999", "null", "true", "\"7\"", "\"\"", "[]", "[{}]", "{}", "\"\\u0041\""];
        var random = new Random(2);

        string Value(int depth)
        {
            if (depth > 3 || random.Next(3) > 0)
            {
                return values[random.Next(values.Length)];
            }

            return "{" + string.Join(" , ", Enumerable.Range(0, random.Next(6)).Select(_ => $"\"{names[random.Next(names.Length)]}\" :{Value(depth + 1)}")) + "}";
        }

        for (var i = 0; i < 5000; i++)
        {
            var json = Encoding.UTF8.GetBytes(Value(0));
            JsonScanner.Scan(json, new JsonMembers()).IsNone.ShouldBeTrue();
            var usage = TokenUsage.Read(json, 0);
            usage.PromptTokens.ShouldBeGreaterThanOrEqualTo(0);
            usage.CacheCreationTokens.ShouldBeGreaterThanOrEqualTo(usage.CacheCreation1hTokens);
        }
    }

    [Theory]
    [MemberData(nameof(Reports))]
    public void Counts_AreRead(string json, TokenUsage expected) => TokenUsage.Read(Encoding.UTF8.GetBytes(json), 0).ShouldBe(expected);

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(4, 1)]
    [InlineData(5, 2)]
    [InlineData(400, 100)]
    public void Estimate_IsFourBytesAToken(long bytes, long tokens) => TokenEstimate.FromBytes(bytes).ShouldBe(tokens);
}
