using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tollgate.Management.Kernel;
using Tollgate.Management.Spend.Metrics;

namespace Tollgate.Management.Spend.Activity;

/// <summary>Routes of activity and model metrics (admin-api.md 6.7, 7.11, 8, 10, 12, 13.9, 15.14).</summary>
internal static class ActivityEndpoints
{
    /// <summary>Maps all of them.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        MapDaily(routes);
        MapGlobal(routes);
        MapTags(routes);
        MapMetrics(routes);
    }

    private static void MapDaily(IEndpointRouteBuilder routes)
    {
        var activity = routes.ServiceProvider.GetRequiredService<ActivityService>();
        foreach (var owner in ActivityOwner.All.Keys)
        {
            routes.MapAdmin(
                "GET", $"/{owner}/daily/activity", ErrorGroup.Detail, $"Daily activity by {owner}",
                call => activity.DailyAsync(call.Caller, owner, call.Query, call.Aborted)!);
        }

        // COMPAT: every path of customers also goes by their older name (admin-api.md 10).
        routes.MapAdmin(
            "GET", "/end_user/daily/activity", ErrorGroup.Detail, "Daily activity by customer",
            call => activity.DailyAsync(call.Caller, "customer", call.Query, call.Aborted)!);
        routes.MapAdmin(
            "GET", "/user/daily/activity/aggregated", ErrorGroup.Detail, "Activity by user without pages",
            call => activity.AggregatedAsync(call.Caller, call.Query, call.Aborted)!);
    }

    private static void MapGlobal(IEndpointRouteBuilder routes)
    {
        var activity = routes.ServiceProvider.GetRequiredService<GlobalActivityService>();
        var metrics = routes.ServiceProvider.GetRequiredService<ModelMetricsService>();
        routes.MapAdmin(
            "GET", "/global/activity", ErrorGroup.Detail, "Requests by day",
            call => activity.DaysAsync(call.Caller, call.Query, call.Aborted)!);
        routes.MapAdmin(
            "GET", "/global/activity/model", ErrorGroup.Detail, "Requests by day and model",
                call => activity.ModelsAsync(call.Caller, call.Query, call.Aborted)!);
        routes.MapAdmin(
            "GET", "/global/activity/cache_hits", ErrorGroup.Detail, "Cache hits",
                call => activity.CacheHitsAsync(call.Caller, call.Query, call.Aborted)!);
        routes.MapAdmin(
            "GET", "/global/activity/exceptions", ErrorGroup.Detail, "Rate limit failures by day",
            call => metrics.RateLimitsAsync(call.Caller, call.Query, call.Aborted)!);
        routes.MapAdmin(
            "GET", "/global/activity/exceptions/deployment", ErrorGroup.Detail, "Rate limit failures by deployment",
            call => metrics.RateLimitsByDeploymentAsync(call.Caller, call.Query, call.Aborted)!);
    }

    private static void MapTags(IEndpointRouteBuilder routes)
    {
        var tags = routes.ServiceProvider.GetRequiredService<TagActivityService>();
        routes.MapAdmin(
            "GET", "/tag/distinct", ErrorGroup.Detail, "Client programs",
            call => tags.DistinctAsync(call.Caller, TagsOf(call), call.Aborted)!);
        foreach (var (path, period) in (ReadOnlySpan<(string, TagActivityService.Period)>)[
            ("/tag/dau", TagActivityService.Period.Day), ("/tag/wau", TagActivityService.Period.Week),
                ("/tag/mau", TagActivityService.Period.Month)])
        {
            routes.MapAdmin(
                "GET", path, ErrorGroup.Detail, "Active users",
                call => tags.ActiveUsersAsync(call.Caller, TagsOf(call), period, call.Aborted)!);
        }

        routes.MapAdmin(
            "GET", "/tag/summary", ErrorGroup.Detail, "Use by client program",
                call => tags.SummaryAsync(call.Caller, call.Query, TagsOf(call), call.Aborted)!);
        routes.MapAdmin(
            "GET", "/tag/user-agent/per-user-analytics", ErrorGroup.Detail, "Use by user and client program",
            call => tags.UsersAsync(call.Caller, call.Query, TagsOf(call), call.Aborted)!);
    }

    private static void MapMetrics(IEndpointRouteBuilder routes)
    {
        var metrics = routes.ServiceProvider.GetRequiredService<ModelMetricsService>();
        routes.MapAdmin(
            "GET", "/model/metrics", ErrorGroup.Detail, "Latency of models",
            call => metrics.LatencyAsync(call.Caller, call.Query, call.Aborted)!);
        routes.MapAdmin(
            "GET", "/model/streaming_metrics", ErrorGroup.Detail, "Time to the first token",
                call => metrics.FirstTokenAsync(call.Caller, call.Query, call.Aborted)!);
        routes.MapAdmin(
            "GET", "/model/metrics/slow_responses", ErrorGroup.Detail, "Slow answers",
                call => metrics.SlowAsync(call.Caller, call.Query, call.Aborted)!);
        routes.MapAdmin(
            "GET", "/model/metrics/exceptions", ErrorGroup.Detail, "Failures of models",
                call => metrics.ExceptionsAsync(call.Caller, call.Query, call.Aborted)!);
    }

    private static IReadOnlyList<string> TagsOf(AdminRequest call) =>
    [
        .. call.Http.Request.Query["tag_filter"].Concat(call.Http.Request.Query["tag_filters"])
            .Concat(call.Http.Request.Query["tag_filters[]"])
            .Where(static tag => !string.IsNullOrEmpty(tag)).Select(static tag => tag!),
    ];
}
