using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tollgate.Management.Kernel;
using Tollgate.Management.Spend.Activity;
using Tollgate.Management.Spend.Logs;

namespace Tollgate.Management.Spend;

/// <summary>Routes of spend, usage and their reports (admin-api.md 5.12, 12, 13.9, 15).</summary>
public static class SpendEndpoints
{
    /// <summary>Maps all of them.</summary>
    public static IEndpointRouteBuilder MapSpend(this IEndpointRouteBuilder routes)
    {
        MapSums(routes);
        MapLogs(routes);
        MapCost(routes);
        MapGlobal(routes);
        MapReports(routes);
        ActivityEndpoints.Map(routes);
        return routes;
    }

    private static void MapSums(IEndpointRouteBuilder routes)
    {
        var spend = routes.ServiceProvider.GetRequiredService<SpendService>();
        routes.MapAdmin(
            "GET", "/spend/keys", ErrorGroup.Detail, "Keys by spend",
            call => spend.KeysAsync(call.Caller, call.Query, call.Aborted)!);
        routes.MapAdmin(
            "GET", "/spend/users", ErrorGroup.Detail, "Users by spend",
            call => spend.UsersAsync(call.Caller, call.Query, call.Aborted)!);
        routes.MapAdmin(
            "GET", "/spend/total", ErrorGroup.Spend, "Sum of all spend",
            call => spend.TotalAsync(call.Caller, call.Query, call.Aborted)!);
        routes.MapAdmin(
            "GET", "/spend/tags", ErrorGroup.Spend, "Tags by spend",
            call => spend.TagsAsync(call.Caller, call.Query, call.Aborted)!);
        routes.MapAdmin(
            "GET", "/provider/budgets", ErrorGroup.Internal, "Budgets of providers",
                call => spend.ProviderBudgetsAsync(call.Caller, call.Aborted)!);
    }

    private static void MapLogs(IEndpointRouteBuilder routes)
    {
        var logs = routes.ServiceProvider.GetRequiredService<SpendLogService>();
        routes.MapAdmin("GET", "/spend/logs", ErrorGroup.Spend, "Request logs, or sums by day", async call =>
        {
            await SpendLogStream.SendAsync(call.Http, await logs.ListAsync(call.Caller, call.Query, call.Aborted));
            return null;
        });
        routes.MapAdmin(
            "GET", "/spend/logs/v2", ErrorGroup.Internal, "Request logs by page",
            call => logs.PageAsync(call.Caller, call.Query, call.Aborted)!);
        routes.MapAdmin(
            "GET", "/spend/logs/ui", ErrorGroup.Internal, "Request logs by page",
            call => logs.PageAsync(call.Caller, call.Query, call.Aborted)!);
        routes.MapAdmin(
            "GET", "/spend/logs/session/ui", ErrorGroup.Internal, "Calls of a session",
                call => logs.SessionAsync(call.Caller, call.Query, call.Aborted)!);
        routes.MapAdmin(
            "GET", "/spend/logs/ui/{id}", ErrorGroup.Internal, "Prompt and answer of a call",
                call => logs.BodiesAsync(call.Caller, call.Path("id"), call.Aborted));
    }

    private static void MapCost(IEndpointRouteBuilder routes)
    {
        var cost = routes.ServiceProvider.GetRequiredService<CostService>();
        routes.MapAdmin(
            "POST", "/spend/calculate", ErrorGroup.Detail, "Cost of a call",
            call => Task.FromResult(cost.Calculate(call.Caller, call.Body))!);
        routes.MapAdmin(
            "POST", "/cost/estimate", ErrorGroup.Detail, "Cost of many calls",
            call => Task.FromResult(cost.Estimate(call.Caller, call.Body))!);
    }

    private static void MapGlobal(IEndpointRouteBuilder routes)
    {
        var spend = routes.ServiceProvider.GetRequiredService<GlobalSpendService>();
        var teams = routes.ServiceProvider.GetRequiredService<TeamSpendService>();
        routes.MapAdmin(
            "GET", "/global/spend", ErrorGroup.Spend, "Spend of the gateway",
            call => spend.TotalAsync(call.Caller, call.Query, call.Aborted)!);
        routes.MapAdmin(
            "GET", "/global/spend/logs", ErrorGroup.Spend, "Spend by day",
            call => spend.ByDayAsync(call.Caller, call.Query, call.Aborted)!);
        routes.MapAdmin(
            "GET", "/global/spend/keys", ErrorGroup.Detail, "Keys by spend",
            call => spend.KeysAsync(call.Caller, call.Query, call.Aborted)!);
        routes.MapAdmin(
            "GET", "/global/spend/teams", ErrorGroup.Detail, "Teams by spend",
            call => teams.TeamsAsync(call.Caller, call.Query, call.Aborted)!);
        routes.MapAdmin(
            "GET", "/global/spend/models", ErrorGroup.Detail, "Models by spend",
            call => spend.ModelsAsync(call.Caller, call.Query, call.Aborted)!);
        routes.MapAdmin(
            "GET", "/global/spend/provider", ErrorGroup.Detail, "Providers by spend",
                call => spend.ProvidersAsync(call.Caller, call.Query, call.Aborted)!);
        routes.MapAdmin(
            "GET", "/global/spend/tags", ErrorGroup.Spend, "Tags by spend",
            call => spend.TagsAsync(call.Caller, call.Query, call.Aborted)!);
        routes.MapAdmin(
            "GET", "/global/spend/all_tag_names", ErrorGroup.Detail, "All tags",
            call => spend.TagNamesAsync(call.Caller, call.Aborted)!);
        routes.MapAdmin(
            "GET", "/global/all_end_users", ErrorGroup.Detail, "All customers",
            call => spend.CustomerNamesAsync(call.Caller, call.Aborted)!);
        routes.MapAdmin(
            "POST", "/global/spend/end_users", ErrorGroup.Detail, "Customers by spend",
                call => spend.CustomersAsync(call.Caller, call.Body, call.Aborted)!);
        routes.MapAdmin(
            "POST", "/global/spend/reset", ErrorGroup.Spend, "Set spend to zero",
            call => spend.ResetAsync(call.Caller, call.Aborted)!);
        routes.MapAdmin(
            "POST", "/global/spend/refresh", ErrorGroup.Spend, "Refresh sums",
            call => Task.FromResult(GlobalSpendService.Refresh(call.Caller))!);
        routes.MapAdmin(
            "POST", "/global/predict/spend/logs", ErrorGroup.Detail, "Spend to the end of the month",
                call => Task.FromResult(SpendForecast.Of(call.Caller, call.Body))!);
    }

    private static void MapReports(IEndpointRouteBuilder routes)
    {
        var reports = routes.ServiceProvider.GetRequiredService<SpendReportService>();
        routes.MapAdmin(
            "GET", "/global/spend/report", ErrorGroup.Detail, "Spend report",
            call => reports.ReportAsync(call.Caller, call.Query, call.Aborted)!);
        foreach (var owner in (string[])["key", "user", "team", "organization"])
        {
            routes.MapAdmin(
                "GET", $"/{owner}/spend/report", ErrorGroup.Detail, "Spend report of one owner",
                    call => reports.OfOwnerAsync(call.Caller, owner, call.Query, call.Aborted)!);
        }
    }
}
