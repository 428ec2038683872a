using System.Text;
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
    };

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
