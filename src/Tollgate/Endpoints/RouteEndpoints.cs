using Tollgate.Engine.PassThrough;

namespace Tollgate.Endpoints;

/// <summary><c>GET /routes</c>: everything that is served (admin-api.md).</summary>
internal static class RouteEndpoints
{
    /// <summary>Maps the route.</summary>
    public static void MapRoutes(this IEndpointRouteBuilder routes)
        => routes.MapGet("/routes", http => ListAsync(http, routes)).Describe("routes", "All routes");

    private static Task ListAsync(HttpContext http, IEndpointRouteBuilder routes)
    {
        var endpoints = routes.DataSources.SelectMany(static source => source.Endpoints).OfType<RouteEndpoint>().ToList();
        var own = http.RequestServices.GetRequiredService<PassThroughCalls>().Endpoints;
        return JsonAnswer.SendAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("routes");
            foreach (var endpoint in endpoints)
            {
                json.WriteStartObject();
                json.WriteString("path", endpoint.RoutePattern.RawText);
                json.WriteStartArray("methods");
                foreach (var method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [])
                {
                    json.WriteStringValue(method);
                }

                json.WriteEndArray();
                json.WriteString("name", endpoint.DisplayName);
                json.WriteString("endpoint", endpoint.DisplayName);
                json.WriteEndObject();
            }

            foreach (var endpoint in own)
            {
                json.WriteStartObject();
                json.WriteString("path", endpoint.IncludeSubpath ? endpoint.Path.TrimEnd('/') + "/{**path}" : endpoint.Path);
                json.WriteStartArray("methods");
                foreach (var method in endpoint.Methods.IsEmpty ? PassThroughEndpoints.Methods : endpoint.Methods)
                {
                    json.WriteStringValue(method);
                }

                json.WriteEndArray();
                json.WriteString("name", "pass-through");
                json.WriteString("endpoint", "pass-through");
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }
}
