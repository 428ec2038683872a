using Tollgate.Money.Tests.Gateway;

namespace Tollgate.Money.Tests;

/// <summary>Three replicas are one gateway to those who call it.</summary>
public sealed class ReplicaTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("budget_mode: reserve", 1.0007)]
    [InlineData("budget_mode: strict", 1)]
    public async Task BudgetAndRates_AreOneOverAllReplicas(string mode, double most)
    {
        const int Rate = 20;
        await using var replicas = await Replicas.StartAsync(mode, Replicas.PatientRedis);
        using var rated = new Client(replicas.Address, await replicas.All[0].NewKeyAsync($"\"rpm_limit\":{Rate}"));
        var rates = await Task.WhenAll(Enumerable.Range(0, 4 * Rate).Select(_ => rated.ChatAsync(Config.Free)));
        rates.Count(static answer => answer.Status == 200).ShouldBe(Rate);
        rates.Count(static answer => answer.Status == 429).ShouldBe(3 * Rate);

        using var client = new Client(replicas.Address, await replicas.All[0].NewKeyAsync("\"max_budget\":1"));
        var before = replicas.Upstream.Statistics.CompletionTokens;
        var refusals = await Crowd.SpendAsync(client);
        await replicas.DrainedAsync();

        var spent = (replicas.Upstream.Statistics.CompletionTokens - before) * Config.SlowPrice;
        output.WriteLine($"{mode}: {spent} USD; {Rate} of {rates.Length} calls within the rate");
        refusals.ShouldAllBe(static refusal => refusal.Status == 400 && refusal.Error.GetProperty("type").GetString() == "budget_exceeded");
        spent.ShouldBeInRange(0.99m, (decimal)most);
        var ledger = await Ledger.OfServerAsync(replicas.ConnectionString, client.Key);
        (ledger.KeySpend, ledger.LoggedSpend, ledger.DailySpend).ShouldBe((spent, spent, spent));
    }

    [Fact]
    public async Task ReplicaKilledMidStream_LeavesTheOthersServing_AndItsReservationEndsWithItsLease()
    {
        await using var replicas = await Replicas.StartAsync("", Replicas.PatientRedis);
        var key = await replicas.All[0].NewKeyAsync("\"max_budget\":0.003");
        using var victim = new Client(replicas.All[0].Address, key);
        using var other = new Client(replicas.All[1].Address, key);
        using var everybody = new Client(replicas.Address, GatewayProcess.MasterKey);
        using var open = await victim.OpenAsync("v1/chat/completions", Client.Chat(Config.Stalling, ",\"max_tokens\":10,\"stream\":true"));
        open.EnsureSuccessStatusCode();
        (await other.ChatAsync(Config.Paid)).Status.ShouldBe(400);

        await replicas.All[0].KillAsync();
        for (var i = 0; i < 12; i++)
        {
            (await everybody.ChatAsync(Config.Paid)).Status.ShouldBe(200);
        }

        // What the end of its lease means, without waiting for it: reservations are members of sorted sets, by the time at which they end.
        const string EndLeases = "local n = 0 for _, k in ipairs(redis.call('KEYS', '*:calls')) do "
            + "for _, m in ipairs(redis.call('ZRANGE', k, 0, -1)) do redis.call('ZADD', k, 1, m) n = n + 1 end end return n";
        (await replicas.Redis.AskAsync($"EVAL \"{EndLeases}\" 0")).ShouldBe(":1");
        (await other.ChatAsync(Config.Paid)).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("key/{0}/reset_spend", "{{\"reset_to\":0}}")]
    [InlineData("key/update", "{{\"key\":\"{0}\",\"spend\":0}}")]
    [InlineData("global/spend/reset", "{{}}")]
    public async Task SpendSetByHand_IsSetOnEveryReplica(string route, string body)
    {
        await using var replicas = await Replicas.StartAsync("", Replicas.PatientRedis);
        var key = await replicas.All[0].NewKeyAsync("\"max_budget\":0.005");
        var clients = replicas.All.Select(gateway => new Client(gateway.Address, key)).ToList();
        for (var round = 0; round < 2; round++)
        {
            foreach (var client in clients)
            {
                (await client.ChatAsync(Config.Paid)).Status.ShouldBe(200);
            }

            foreach (var client in clients)
            {
                (await client.ChatAsync(Config.Paid)).Status.ShouldBe(400);
            }

            await replicas.DrainedAsync();
            var reset = await replicas.All[round].Admin.PostAsync(
                string.Format(System.Globalization.CultureInfo.InvariantCulture, route, key),
                string.Format(System.Globalization.CultureInfo.InvariantCulture, body, key));
            reset.Status.ShouldBe(200, reset.Body);
            foreach (var client in clients)
            {
                await Until.TrueAsync(
                    async () => (await client.ChatAsync(Config.Free)).Header("x-litellm-key-spend") is "0.0",
                    () => "A replica knows nothing of the reset.");
            }
        }

        clients.ForEach(static client => client.Dispose());
    }

    [Fact]
    public async Task BlockedKey_IsRefusedByEveryReplica()
    {
        await using var replicas = await Replicas.StartAsync();
        var key = await replicas.All[0].NewKeyAsync();
        var clients = replicas.All.Select(gateway => new Client(gateway.Address, key)).ToList();
        foreach (var client in clients)
        {
            (await client.ChatAsync(Config.Paid)).Status.ShouldBe(200);
        }

        (await replicas.All[0].Admin.PostAsync("key/block", $$"""{"key":"{{key}}"}""")).Status.ShouldBe(200);
        var tries = 0;
        await Until.TrueAsync(
            async () =>
            {
                tries++;
                var answers = await Task.WhenAll(clients.Select(static client => client.ChatAsync(Config.Paid)));
                return answers.All(static answer => answer.Status == 401);
            },
            () => "A replica serves a blocked key.");
        output.WriteLine($"refused everywhere at try {tries}");
        clients.ForEach(static client => client.Dispose());
    }

    [Fact]
    public async Task RedisAway_LeavesLimitsToEachReplica_AndReadinessSaysSo()
    {
        const int Rate = 9;
        await using var replicas = await Replicas.StartAsync();
        var rated = await replicas.All[0].NewKeyAsync($"\"rpm_limit\":{Rate}");
        var broke = await replicas.All[0].NewKeyAsync("\"max_budget\":0.001");
        using var spender = new Client(replicas.Address, broke);
        (await spender.ChatAsync(Config.Paid)).Status.ShouldBe(200);
        await replicas.DrainedAsync();
        await replicas.CountersAsync("redis");
        replicas.Redis.Stop();

        using var anybody = new Client(replicas.Address, GatewayProcess.MasterKey);
        for (var i = 0; i < 12; i++)
        {
            (await anybody.ChatAsync(Config.Paid)).Status.ShouldBe(200);
            (await spender.ChatAsync(Config.Paid)).Status.ShouldBe(400);
        }

        await replicas.CountersAsync("redis (away: local limits)");
        foreach (var gateway in replicas.All)
        {
            using var client = new Client(gateway.Address, rated);
            var answers = await Task.WhenAll(Enumerable.Range(0, 2 * Rate).Select(_ => client.ChatAsync(Config.Paid)));
            answers.Count(static answer => answer.Status == 200).ShouldBe(Rate / replicas.All.Count);
        }

        await replicas.Redis.StartAgainAsync();
        await replicas.CountersAsync("redis");
        (await spender.ChatAsync(Config.Paid)).Status.ShouldBe(400);
    }
}
