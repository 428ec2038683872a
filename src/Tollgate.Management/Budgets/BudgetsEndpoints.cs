using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Tollgate.Management.Kernel;
using Tollgate.Management.Rules;

namespace Tollgate.Management.Budgets;

/// <summary>Routes of budgets.</summary>
public static class BudgetsEndpoints
{
    /// <summary>Adds the services of budgets.</summary>
    public static void AddBudgets(this IServiceCollection services)
    {
        services.TryAddSingleton<BudgetClock>();
        services.TryAddSingleton<BudgetService>();
    }

    /// <summary>Maps <c>/budget/*</c>.</summary>
    public static void MapBudgets(this IEndpointRouteBuilder routes)
    {
        var budgets = routes.ServiceProvider.GetRequiredService<BudgetService>();
        routes.MapAdmin("POST", "/budget/new", ErrorGroup.Detail, "Make a budget",
            async request => await budgets.CreateAsync(request.Caller, request.Body, request.Aborted));
        routes.MapAdmin("POST", "/budget/update", ErrorGroup.Detail, "Change a budget",
            async request => await budgets.UpdateAsync(request.Caller, request.Body, request.Aborted));
        routes.MapAdmin("POST", "/budget/info", ErrorGroup.Detail, "Read budgets",
            async request => await budgets.InfoAsync(request.Caller, request.Body, request.Aborted));
        routes.MapAdmin("GET", "/budget/list", ErrorGroup.Detail, "List budgets",
            async request => await budgets.ListAsync(request.Caller, request.Aborted));
        routes.MapAdmin("GET", "/budget/settings", ErrorGroup.Detail, "Describe the fields of a budget",
            async request => await budgets.SettingsAsync(request.Caller, request.Query.RequiredText("budget_id"), request.Aborted));
        routes.MapAdmin("POST", "/budget/delete", ErrorGroup.Detail, "Delete a budget",
            async request => await budgets.DeleteAsync(request.Caller, request.Body, request.Aborted));
    }
}
