using System.Text;
using System.Text.Json;
using Anthropic;
using Anthropic.Exceptions;
using Anthropic.Models.Messages;
using Tollgate.Compat.Tests.Gateway;

namespace Tollgate.Compat.Tests;

/// <summary>Anthropic's SDK for .NET in front of an upstream that speaks OpenAI.</summary>
public sealed class AnthropicSdkTests(GatewayFixture fixture)
{
    private static readonly Tool Weather = new()
    {
        Name = "get_weather",
        Description = "Weather of a city",
        InputSchema = new InputSchema
        {
            Properties = new Dictionary<string, JsonElement> { ["city"] = JsonElement.Parse("""{"type":"string"}""") },
            Required = ["city"],
        },
    };

    [Fact]
    public async Task Message_IsAnsweredWithUsage()
    {
        var message = await Client().Messages.Create(Request());
        message.Content[0].TryPickText(out var text).ShouldBeTrue();
        text!.Text.ShouldNotBeEmpty();
        message.StopReason!.Value().ShouldBe(StopReason.EndTurn);
        message.Usage.InputTokens.ShouldBeGreaterThan(0);
        message.Usage.OutputTokens.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Stream_HasTheTextOfTheWholeAnswer()
    {
        var whole = await Client().Messages.Create(Request());
        whole.Content[0].TryPickText(out var expected).ShouldBeTrue();
        var text = new StringBuilder();
        await foreach (var next in Client().Messages.CreateStreaming(Request()))
        {
            if (next.TryPickContentBlockDelta(out var delta) && delta.Delta.TryPickText(out var piece))
            {
                text.Append(piece.Text);
            }
        }

        text.ToString().ShouldBe(expected!.Text);
    }

    [Fact]
    public async Task Tool_IsCalled()
    {
        var message = await Client().Messages.Create(Request() with { Tools = [Weather] });
        message.StopReason!.Value().ShouldBe(StopReason.ToolUse);
        var calls = message.Content.Select(static block => block.TryPickToolUse(out var call) ? call : null).OfType<ToolUseBlock>().ToList();
        calls.ShouldHaveSingleItem().Name.ShouldBe("get_weather");
    }

    [Fact]
    public async Task Thoughts_AreShown()
    {
        var message = await Client().Messages.Create(
            Request("thinker") with { MaxTokens = 4000, Thinking = new ThinkingConfigEnabled { BudgetTokens = 2000 } });
        message.Content[0].TryPickThinking(out var thinking).ShouldBeTrue();
        thinking!.Thinking.ShouldContain("think");
    }

    [Fact]
    public async Task Tokens_AreCounted()
        => (await Client().Messages.CountTokens(new MessageCountTokensParams { Model = "gpt-4o", Messages = Request().Messages })).InputTokens.ShouldBeGreaterThan(0);

    [Fact]
    public async Task WrongKey_IsTheSdksOwnError()
        => await Should.ThrowAsync<AnthropicUnauthorizedException>(() => Client("sk-wrong").Messages.Create(Request()));

    [Fact]
    public async Task LimitedUpstream_IsTheSdksOwnError()
        => await Should.ThrowAsync<AnthropicRateLimitException>(() => Client().Messages.Create(Request("limited")));

    private static MessageCreateParams Request(string model = "gpt-4o") => new()
    {
        Model = model,
        MaxTokens = 100,
        Messages = [new UserMessageParam { Content = "Hello from the SDK" }],
    };

    private AnthropicClient Client(string? key = null) => new()
    {
        BaseUrl = fixture.ApiBase.ToString()[..^"/v1".Length],
        ApiKey = key ?? GatewayProcess.MasterKey,
        MaxRetries = 0,
    };
}
