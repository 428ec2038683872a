using System.Text.Json;
using System.Text.RegularExpressions;
using Tollgate.Wire.Bedrock;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Tests.Hub;

namespace Tollgate.Wire.Tests.Bedrock;

/// <summary>Any conversation, however odd, becomes a request that Bedrock would accept, with everything in it that the dialect carries.</summary>
public sealed partial class ConversePropertyTests
{
    private static readonly string[] Models =
    [
        "anthropic.claude-sonnet-4-20250514-v1:0", "us.anthropic.claude-opus-4-6-v1", "amazon.nova-pro-v1:0", "amazon.nova-2-lite-v1:0",
        "meta.llama3-1-8b-instruct-v1:0", "mistral.mistral-large-2402-v1:0", "openai.gpt-oss-120b-1:0",
    ];

    [Fact]
    public void AnyConversation_IsOneThatBedrockTakes()
    {
        var random = new Random(20260108);
        for (var round = 0; round < 2000; round++)
        {
            var request = Conversation(random);
            var target = ConverseRequestTests.Target(Models[random.Next(Models.Length)], modify: true);
            using var document = JsonDocument.Parse(new ConverseCodec().Write(request, target));
            var root = document.RootElement;
            CheckTurns(root.GetProperty("messages"));
            CheckTools(root);
            var text = root.GetRawText();
            foreach (var part in request.Messages.SelectMany(static message => message.Parts).OfType<TextPart>())
            {
                text.ShouldContain(part.Text);
            }
        }
    }

    private static void CheckTurns(JsonElement messages)
    {
        var expected = "user";
        foreach (var message in messages.EnumerateArray())
        {
            message.GetProperty("role").GetString().ShouldBe(expected);
            expected = expected is "user" ? "assistant" : "user";
            message.GetProperty("content").GetArrayLength().ShouldBeGreaterThan(0);
            foreach (var block in message.GetProperty("content").EnumerateArray())
            {
                block.EnumerateObject().Count().ShouldBe(1);
                if (block.TryGetProperty("text", out var text))
                {
                    text.GetString().ShouldNotBeNullOrEmpty();
                }
                else if (block.TryGetProperty("toolUse", out var call))
                {
                    Id().IsMatch(call.GetProperty("toolUseId").GetString()!).ShouldBeTrue();
                    Name().IsMatch(call.GetProperty("name").GetString()!).ShouldBeTrue();
                    call.GetProperty("input").ValueKind.ShouldBe(JsonValueKind.Object);
                }
                else if (block.TryGetProperty("toolResult", out var result))
                {
                    Id().IsMatch(result.GetProperty("toolUseId").GetString()!).ShouldBeTrue();
                    result.GetProperty("content").GetArrayLength().ShouldBeGreaterThan(0);
                }
            }
        }
    }

    private static void CheckTools(JsonElement root)
    {
        var used = root.GetProperty("messages").GetRawText();
        if (used.Contains("\"toolUse", StringComparison.Ordinal) || used.Contains("\"toolResult", StringComparison.Ordinal))
        {
            root.TryGetProperty("toolConfig", out _).ShouldBeTrue(used);
        }

        if (root.TryGetProperty("toolConfig", out var config))
        {
            var names = config.GetProperty("tools").EnumerateArray().Where(static tool => tool.TryGetProperty("toolSpec", out _))
                .Select(static tool => tool.GetProperty("toolSpec").GetProperty("name").GetString()!).ToList();
            names.ShouldBeUnique();
            names.ShouldAllBe(static name => Name().IsMatch(name));
        }
    }

    private static ChatRequest Conversation(Random random)
    {
        var request = new ChatRequest { Origin = Surface.Chat, MaxOutputTokens = random.Next(2) == 0 ? null : 5000, TopK = random.Next(3) == 0 ? 4 : null };
        for (var i = random.Next(8); i > 0; i--)
        {
            request.Messages.Add(Message(random));
        }

        string[] names = ["get_weather", "get-weather", "get weather", "9", "ünïcode", new string('x', 80), new string('x', 81)];
        foreach (var name in names.Where(_ => random.Next(3) == 0))
        {
            request.Tools.Add(new ToolDefinition { Kind = random.Next(5) == 0 ? ToolKind.Custom : ToolKind.Function, Name = name });
        }

        request.Reasoning = random.Next(3) == 0 ? new ReasoningRequest { Effort = "high" } : null;
        return request;
    }

    private static ChatMessage Message(Random random)
    {
        var role = (ChatRole)random.Next(5);
        var message = new ChatMessage(role);
        for (var i = random.Next(4); i > 0; i--)
        {
            message.Parts.Add(role is ChatRole.Tool ? Result(random) : random.Next(role is ChatRole.Assistant ? 5 : 2) switch
            {
                2 => new ToolCallPart(CallId(random), "get-weather", random.Next(2) == 0 ? "" : """{"a":1}"""),
                3 => new ThinkingPart("t", "sig"),
                4 => new RedactedThinkingPart("cmVk"),
                _ => new TextPart($"text {random.Next(1000)}") { Cache = random.Next(4) == 0 ? new CacheHint("1h") : null },
            });
        }

        return message;
    }

    private static ToolResultPart Result(Random random) => new(CallId(random)) { Content = random.Next(3) == 0 ? [] : [new TextPart("result")], IsError = random.Next(4) == 0 };

    private static string CallId(Random random) => random.Next(4) switch
    {
        0 => "call_1",
        1 => "call|2/ü",
        2 => "call_" + new string('z', 100),
        _ => "call_3__thought__c2VhbA==",
    };

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,64}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Id();

    [GeneratedRegex("^[a-zA-Z][a-zA-Z0-9_]{0,63}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
