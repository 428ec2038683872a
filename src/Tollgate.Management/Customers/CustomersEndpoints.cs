using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Customers;

/// <summary>Routes of customers.</summary>
public static class CustomersEndpoints
{
    /// <summary>Adds the service of customers.</summary>
    public static void AddCustomers(this IServiceCollection services) => services.TryAddSingleton<CustomerService>();

    /// <summary>Maps <c>/customer/*</c> and the same under <c>/end_user/*</c>.</summary>
    public static void MapCustomers(this IEndpointRouteBuilder routes)
    {
        var customers = routes.ServiceProvider.GetRequiredService<CustomerService>();
        foreach (var root in (string[])["/customer", "/end_user"])
        {
            routes.MapAdmin("POST", root + "/new", ErrorGroup.Internal, "Make a customer",
                async request => await customers.CreateAsync(request.Caller, request.Body, request.Aborted));
            routes.MapAdmin("POST", root + "/update", ErrorGroup.Internal, "Change a customer",
                async request => await customers.UpdateAsync(request.Caller, request.Body, request.Aborted));
            routes.MapAdmin("POST", root + "/delete", ErrorGroup.Internal, "Delete customers",
                async request => await customers.DeleteAsync(request.Caller, request.Body, request.Aborted));
            routes.MapAdmin("GET", root + "/info", ErrorGroup.Internal, "Read a customer",
                async request => await customers.InfoAsync(request.Caller, request.Query.RequiredText("end_user_id"), request.Aborted));
            routes.MapAdmin("GET", root + "/list", ErrorGroup.Internal, "List customers",
                async request => await customers.ListAsync(request.Caller, request.Aborted));
            routes.MapAdmin("POST", root + "/block", ErrorGroup.Internal, "Block customers",
                async request => await customers.BlockAsync(request.Caller, request.Body, request.Aborted));
            routes.MapAdmin("POST", root + "/unblock", ErrorGroup.Internal, "Unblock customers",
                async request => await customers.UnblockAsync(request.Caller, request.Body, request.Aborted));
        }
    }
}
