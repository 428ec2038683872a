using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tollgate.Mock;
using Tollgate.Money.Tests.Gateway;

namespace Tollgate.Money.Tests;

/// <summary>Rates and parallel calls of a key, a team and a user, as a client meets them.</summary>
public sealed class LimitTests
{
    private const int MostCalls = 50;

    [Theory]
    [InlineData("api_key")]
    [InlineData("team")]
    [InlineData("user")]
    public async Task EachOwner_HasItsLimits(string owner)
    {
        await using var upstream = await MockServer.StartAsync(new MockServerOptions(), TestContext.Current.CancellationToken);
        await using var gateway = await GatewayProcess.StartAsync(Config.For(upstream.BaseAddress), Replicas.LongWindow);
        await RequestsAsync(gateway, owner);
        await TokensAsync(gateway, owner, upstream.Statistics);
        await ParallelAsync(gateway, owner);
    }

    [Fact]
    public async Task ClientThatLeavesMidStream_IsChargedAsEstimated()
    {
        await using var upstream = await MockServer.StartAsync(new MockServerOptions(), TestContext.Current.CancellationToken);
        await using var gateway = await GatewayProcess.StartAsync(Config.For(upstream.BaseAddress, "disconnect_policy: cancel"));
        using var client = await gateway.NewClientAsync("\"max_budget\":1");
        using (await OpenAsync(client))
        {
        }

        Ledger? ledger = null;
        await Until.TrueAsync(
            async () => (ledger = await Ledger.OfFileAsync(gateway.DatabaseFile, client.Key)).Logs.Count == 1,
            () => "The call is not recorded.");
        var log = ledger!.Logs.Single();
        using var metadata = JsonDocument.Parse(log.Metadata);
        metadata.RootElement.GetProperty("usage_estimated").GetBoolean().ShouldBeTrue(log.Metadata);
        log.CompletionTokens.ShouldBeGreaterThan(0);
        log.Spend.ShouldBe(log.CompletionTokens * Config.OutputPrice);
        ledger.KeySpend.ShouldBe(log.Spend);
    }

    private static async Task RequestsAsync(GatewayProcess gateway, string owner)
    {
        var (client, id) = await OwnedAsync(gateway, owner, "\"rpm_limit\":3");
        using var closing = client;
        for (var remaining = 2; remaining >= 0; remaining--)
        {
            var answer = await client.ChatAsync(Config.Free, stream: remaining == 1);
            answer.Status.ShouldBe(200, answer.Body);
            answer.Header($"x-ratelimit-{owner}-limit-requests").ShouldBe("3");
            answer.Header($"x-ratelimit-{owner}-remaining-requests").ShouldBe($"{remaining}");

            // OpenAI's own names tell of the key's limits, and only without any of the provider's.
            var isKey = owner == "api_key";
            answer.Header("x-ratelimit-limit-requests").ShouldBe(isKey ? "3" : "10000");
            answer.Header("x-ratelimit-remaining-requests").ShouldBe(isKey ? $"{remaining}" : "9999");
            answer.Header("x-ratelimit-reset-requests")!.ShouldMatch(isKey ? "^[0-9]+s$" : "^6ms$");
            answer.Header("x-ratelimit-limit-tokens").ShouldBe("2000000");
        }

        var refusal = await client.ChatAsync(Config.Free);
        ShouldBeRefused(refusal, "requests", $"{Prefix(owner, id)}requests. Current limit: 3, Remaining: 0. Limit resets at: ");
        refusal.Header($"x-ratelimit-{owner}-limit-requests").ShouldBe("3");
        refusal.Header($"x-ratelimit-{owner}-remaining-requests").ShouldBe("0");
    }

    private static async Task TokensAsync(GatewayProcess gateway, string owner, MockStatistics upstream)
    {
        const int Limit = 150;
        var (client, id) = await OwnedAsync(gateway, owner, $"\"tpm_limit\":{Limit}");
        using var closing = client;
        var before = upstream.PromptTokens + upstream.CompletionTokens;
        var answer = await client.ChatAsync(Config.Free);
        answer.Header($"x-ratelimit-{owner}-limit-tokens").ShouldBe($"{Limit}");
        for (var i = 0; i < MostCalls && answer.Status == 200; i++)
        {
            answer = await client.ChatAsync(Config.Free, stream: i % 2 == 0);
        }

        ShouldBeRefused(answer, "tokens", $"{Prefix(owner, id)}tokens. Current limit: {Limit}, Remaining: ");

        // What the next call might have used no longer fitted: its input and twenty tokens of output.
        var used = upstream.PromptTokens + upstream.CompletionTokens - before;
        used.ShouldBeInRange(Limit / 2, Limit);
    }

    private static async Task ParallelAsync(GatewayProcess gateway, string owner)
    {
        var (client, id) = await OwnedAsync(gateway, owner, "\"max_parallel_requests\":2");
        using var closing = client;
        using var first = await OpenAsync(client);
        using (var second = await OpenAsync(client))
        {
            second.Headers.GetValues($"x-ratelimit-{owner}-limit-max_parallel_requests").ShouldBe(["2"]);
            var refusal = await client.ChatAsync(Config.Free);
            ShouldBeRefused(refusal, "max_parallel_requests", $"{Prefix(owner, id)}max_parallel_requests. Current limit: 2, Remaining: 0.");
            refusal.Header("retry-after").ShouldBe("1");
        }

        await Until.TrueAsync(
            async () => (await client.ChatAsync(Config.Free)).Status == 200, () => "The slot of a client that has left is not free.");
    }

    private static string Prefix(string owner, string id) => $"Rate limit exceeded for {owner}: {id}. Limit type: ";

    private static void ShouldBeRefused(ClientAnswer answer, string type, string message)
    {
        answer.Status.ShouldBe(429, answer.Body);
        answer.Error.GetProperty("type").GetString().ShouldBe("rate_limit_error");
        answer.Error.GetProperty("code").GetString().ShouldBe("429");
        answer.Error.GetProperty("param").ValueKind.ShouldBe(JsonValueKind.Null);
        answer.Error.GetProperty("message").GetString()!.ShouldStartWith(message);
        answer.Header("rate_limit_type").ShouldBe(type);
        answer.Header("reset_at").ShouldNotBeNullOrEmpty();
        int.Parse(answer.Header("retry-after")!).ShouldBeGreaterThanOrEqualTo(1);
    }

    /// <summary>A stream that has begun and stands still.</summary>
    private static async Task<HttpResponseMessage> OpenAsync(Client client)
    {
        var response = await client.OpenAsync("v1/chat/completions", Client.Chat(Config.Stalling, ",\"max_tokens\":20,\"stream\":true"));
        response.EnsureSuccessStatusCode();
        var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        (await reader.ReadLineAsync(TestContext.Current.CancellationToken))!.ShouldStartWith("data: ");
        return response;
    }

    /// <summary>A key whose owner, itself or another, has limits; and the name of that owner in refusals.</summary>
    private static async Task<(Client Client, string Id)> OwnedAsync(GatewayProcess gateway, string owner, string limits)
    {
        if (owner is "api_key")
        {
            var client = await gateway.NewClientAsync(limits);
            return (client, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(client.Key))));
        }

        var more = owner is "user" ? ",\"auto_create_key\":false" : "";
        var made = await gateway.Admin.PostAsync($"{owner}/new", "{" + limits + more + "}");
        made.Status.ShouldBe(200, made.Body);
        var id = made.Json.GetProperty($"{owner}_id").GetString()!;
        return (await gateway.NewClientAsync($"\"{owner}_id\":\"{id}\""), id);
    }
}
