using System.Text.Json;
using Tollgate.Tests.Loopback;

namespace Tollgate.Tests.Stored;

/// <summary>Calls that a budget has room for only in part, where the operator lets them be shortened (routing.md 17.5).</summary>
public sealed class OutputCapTests
{
    private static readonly TestModel Paid = new("paid") { Params = "input_cost_per_token: 0.0, output_cost_per_token: 0.01" };

    [Theory]
    [InlineData("v1/chat/completions", "", "max_tokens", 5)]
    [InlineData("v1/chat/completions", ",\"max_tokens\":100", "max_tokens", 5)]
    [InlineData("v1/chat/completions", ",\"max_completion_tokens\":100", "max_completion_tokens", 5)]
    [InlineData("v1/chat/completions", ",\"max_tokens\":3", "max_tokens", 3)]
    [InlineData("v1/completions", ",\"prompt\":\"Hi\"", "max_tokens", 5)]
    public async Task CallThatDoesNotFit_IsSentWithTheOutputThatDoes(string path, string more, string member, int limit)
    {
        await using var gateway = await StartAsync("budget_mode: strict, budget_cap_output: true");
        var key = await KeyAsync(gateway, "0.05");
        (await gateway.PostAsync(path, GatewayFixture.Chat("paid", more), key)).Status.ShouldBe(200);
        using var sent = JsonDocument.Parse(gateway.LastUpstreamRequest.BodyText);
        sent.RootElement.GetProperty(member).GetInt32().ShouldBe(limit);
    }

    [Theory]
    [InlineData("budget_mode: strict", "0.05")]
    [InlineData("budget_mode: strict, budget_cap_output: true", "0.005")]
    public async Task NothingFitsOrNobodyMayShorten_IsRefused(string own, string budget)
    {
        await using var gateway = await StartAsync(own);
        var key = await KeyAsync(gateway, budget);
        var refusal = await gateway.ChatAsync(GatewayFixture.Chat("paid", ",\"max_tokens\":100"), key);
        refusal.Status.ShouldBe(400, refusal.Body);
        refusal.Error.Message.ShouldStartWith("Budget has been exceeded!");
        gateway.Upstream.Statistics.Requests.ShouldBe(0);
    }

    private static Task<GatewayFixture> StartAsync(string own) => GatewayFixture.StartAsync(new GatewaySetup { Models = [Paid], Own = own });

    private static async Task<(string Name, string Value)> KeyAsync(GatewayFixture gateway, string budget)
    {
        var made = await gateway.PostAsync("key/generate", "{\"max_budget\":" + budget + "}").OkAsync();
        return ("Authorization", "Bearer " + made.GetProperty("key").GetString());
    }
}
