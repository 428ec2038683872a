using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tollgate.Data.Rows;
using Tollgate.Engine;
using Tollgate.Engine.Configuration;
using Tollgate.Management.Kernel;
using Tollgate.Management.Spend;
using Tollgate.Testing;

namespace Tollgate.Management.Tests.Spend;

/// <summary>The spend endpoints over a database of their own, on a port of their own; the clock stands at noon of 10 February 2026.</summary>
internal sealed class SpendHost : IAsyncDisposable
{
    private readonly TestDatabase _test;
    private readonly WebApplication _app;
    private readonly HttpClient _client;

    private SpendHost(TestDatabase test, WebApplication app)
    {
        _test = test;
        _app = app;
        _client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public static DateTimeOffset Now { get; } = new(2026, 2, 10, 12, 0, 0, TimeSpan.Zero);

    public IDatabase Database => _test.Database;

    public FakeProviderBudgets Budgets => _app.Services.GetRequiredService<FakeProviderBudgets>();

    public T Service<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public static async Task<SpendHost> StartAsync(DatabaseKind kind, decimal globalMax = 0, params DeploymentConfig[] deployments)
    {
        var test = await TestDatabase.CreateAsync(kind);
        var config = GatewayConfig.Empty with { Budgets = new BudgetSettings { GlobalMax = globalMax }, Deployments = [.. deployments] };
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<TimeProvider>(new StandingClock(Now));
        builder.Services.AddSingleton(test.Database);
        builder.Services.AddSingleton(new SnapshotHolder(new GatewaySnapshot(config, new NoProviders())));
        builder.Services.AddSingleton<ICallerResolver>(new FixedCaller());
        builder.Services.AddSingleton<ICostEstimator>(new FakePrices());
        builder.Services.AddSingleton<FakeProviderBudgets>();
        builder.Services.AddSingleton<IProviderBudgets>(static services => services.GetRequiredService<FakeProviderBudgets>());
        builder.Services.AddSingleton<AuditLog>();
        builder.Services.AddSpend();
        var app = builder.Build();
        app.MapSpend();
        await app.StartAsync();
        return new SpendHost(test, app);
    }

    public async Task<JsonNode?> GetAsync(string path, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var answer = await _client.GetAsync(path);
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(expected, text);
        return JsonNode.Parse(text);
    }

    public async Task<(string Text, HttpResponseMessage Answer)> GetTextAsync(string path)
    {
        var answer = await _client.GetAsync(path);
        return (await answer.Content.ReadAsStringAsync(), answer);
    }

    public async Task<JsonNode?> PostAsync(string path, string body, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var answer = await _client.PostAsync(path, new StringContent(body));
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(expected, text);
        return JsonNode.Parse(text);
    }

    public Task InsertAsync(Table table, params IEnumerable<JsonObject> rows) => Database.WriteAsync(
        async writer =>
        {
            foreach (var row in rows)
            {
                await writer.InsertAsync(table, row);
            }

            return true;
        },
        CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
        await _test.DisposeAsync();
    }
}

/// <summary>A clock that stands.</summary>
internal sealed class StandingClock(DateTimeOffset now) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => now;
}

/// <summary>Everyone holds the master key.</summary>
internal sealed class FixedCaller : ICallerResolver
{
    public ValueTask<AdminCaller> ResolveAsync(HttpContext http) => ValueTask.FromResult(AdminCaller.CommandLine);
}

/// <summary>One model with a price: 1 USD a million tokens in, 2 out; a message is 10 tokens.</summary>
internal sealed class FakePrices : ICostEstimator
{
    public CostEstimate? Estimate(string model, long inputTokens, long outputTokens) => model == "gpt-4o"
        ? new CostEstimate("openai", inputTokens * 0.000001m, outputTokens * 0.000002m, 0.000001m, 0.000002m)
        : null;

    public long CountTokens(string model, JsonArray messages) => messages.Count * 10;

    public decimal? CostOf(string? model, JsonObject completionResponse) => completionResponse["usage"]?["prompt_tokens"]?.GetValue<int>() * 0.000001m;
}

/// <summary>What a test says.</summary>
internal sealed class FakeProviderBudgets : IProviderBudgets
{
    public List<ProviderBudget> All { get; } = [];

    public Task<IReadOnlyList<ProviderBudget>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<ProviderBudget>>(All);
}
