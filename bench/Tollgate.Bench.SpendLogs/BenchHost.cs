using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Upstream;
using Tollgate.Management.Kernel;
using Tollgate.Management.Spend;

namespace Tollgate.Bench.SpendLogs;

/// <summary>The spend endpoints alone, open to everyone on a port of 127.0.0.1.</summary>
internal static class BenchHost
{
    public static async Task<WebApplication> StartAsync(IDatabase database)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(database);
        builder.Services.AddSingleton(new SnapshotHolder(new GatewaySnapshot(GatewayConfig.Empty, new NoProviders())));
        builder.Services.AddSingleton<ICallerResolver>(new Administrator());
        builder.Services.AddSingleton<ICostEstimator>(new NoPrices());
        builder.Services.AddSingleton<IProviderBudgets>(new NoPrices());
        builder.Services.AddSingleton<AuditLog>();
        builder.Services.AddSpend();
        var app = builder.Build();
        app.MapSpend();
        await app.StartAsync();
        return app;
    }

    private sealed class Administrator : ICallerResolver
    {
        public ValueTask<AdminCaller> ResolveAsync(HttpContext http) => ValueTask.FromResult(AdminCaller.CommandLine);
    }

    private sealed class NoPrices : ICostEstimator, IProviderBudgets
    {
        public CostEstimate? Estimate(string model, long inputTokens, long outputTokens) => null;

        public long CountTokens(string model, JsonArray messages) => 0;

        public decimal? CostOf(string? model, JsonObject completionResponse) => null;

        public Task<IReadOnlyList<ProviderBudget>> ListAsync(CancellationToken cancellationToken)
            => Task.FromResult<IReadOnlyList<ProviderBudget>>([]);
    }

    private sealed class NoProviders : IProviderDirectory
    {
        public IReadOnlyCollection<string> Slugs => [];

        public ProviderResolution Resolve(string model, string? customProvider, string? apiBase) => new(null, model, null);

        public IUpstreamConnection Connect(DeploymentConfig deployment, string upstreamModel, GatewayConfig config)
            => throw new NotSupportedException("There are no deployments.");

        public IReadOnlyList<string> KnownModels(string providerSlug) => [];

        public bool IsProvider(string slug) => false;
    }
}
