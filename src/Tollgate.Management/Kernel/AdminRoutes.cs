using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tollgate.Data.Rows;

namespace Tollgate.Management.Kernel;

/// <summary>Maps management endpoints: authentication, role gate, body, errors and answer are the same for all and live here.</summary>
public static class AdminRoutes
{
    /// <summary>No management body is larger.</summary>
    private const int MostBodyBytes = 16 * 1024 * 1024;

    /// <summary>Maps one endpoint.</summary>
    /// <param name="routes">Where to.</param>
    /// <param name="method"><c>GET</c>, <c>POST</c>, <c>PATCH</c>, <c>PUT</c> or <c>DELETE</c>.</param>
    /// <param name="path">Path with parameters (<c>/key/{key}/regenerate</c>); <c>{**name}</c> takes the rest.</param>
    /// <param name="group">What the group makes of errors that have no shape of their own (database away, malformed body).</param>
    /// <param name="summary">One line for the API document.</param>
    /// <param name="handler">Serves a request.</param>
    public static void MapAdmin(
        this IEndpointRouteBuilder routes, string method, string path, ErrorGroup group, string summary, AdminHandler handler)
    {
        var callers = routes.ServiceProvider.GetRequiredService<ICallerResolver>();
        routes.MapMethods(path, [method], http => ServeAsync(http, callers, group, handler))
            .WithMetadata(new AdminEndpoint(group)).WithSummary(summary).WithTags("management");
    }

    private static async Task ServeAsync(HttpContext http, ICallerResolver callers, ErrorGroup group, AdminHandler handler)
    {
        // Also for refusals that are answered elsewhere: of keys that are not known.
        http.Response.Headers["x-litellm-version"] = "1.81.0";
        try
        {
            var caller = await callers.ResolveAsync(http);
            var body = new Fields(await ReadBodyAsync(http, group));
            await RouteGate.CheckAsync(caller, http, body);
            var answer = await handler(new AdminRequest(http, caller, body, QueryOf(http)));
            if (!http.Response.HasStarted && http.Response.StatusCode != StatusCodes.Status204NoContent)
            {
                await AdminJson.SendAsync(http, answer);
            }
        }
        catch (AdminException error) when (!http.Response.HasStarted)
        {
            http.Response.StatusCode = error.Status;
            await AdminJson.SendAsync(http, error.Body);
        }
        catch (Exception error) when ((error is DuplicateRowException or RowConstraintException) && !http.Response.HasStarted)
        {
            // Every service looks before it writes: only a request at the same time can have come between.
            http.Response.StatusCode = StatusCodes.Status409Conflict;
            await AdminJson.SendAsync(
                http, AdminException.Of(group, 409, "Another request made or deleted what this one needs at the same time; try again.").Body);
        }
        catch (DatabaseUnavailableException error) when (!http.Response.HasStarted)
        {
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            await AdminJson.SendAsync(http, group.Envelope == ErrorEnvelope.Detail
                ? AdminException.Detail(503, error.Message).Body
                : AdminException.Proxy(503, error.Message, "no_db_connection").Body);
        }
    }

    private static async Task<JsonObject> ReadBodyAsync(HttpContext http, ErrorGroup group)
    {
        if (http.Request.ContentLength > MostBodyBytes)
        {
            throw AdminException.Of(group, 413, $"Request body is larger than {MostBodyBytes} bytes.");
        }

        if (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method))
        {
            return [];
        }

        using var buffer = new MemoryStream();
        var chunk = new byte[8192];
        while (await http.Request.Body.ReadAsync(chunk, http.RequestAborted) is > 0 and var read)
        {
            await buffer.WriteAsync(chunk.AsMemory(0, read), http.RequestAborted);
            if (buffer.Length > MostBodyBytes)
            {
                throw AdminException.Of(group, 413, $"Request body is larger than {MostBodyBytes} bytes.");
            }
        }

        var bytes = buffer.ToArray().AsSpan();
        if (bytes.StartsWith("\uFEFF"u8))
        {
            bytes = bytes[3..];
        }

        if (bytes.Trim(" \r\n\t"u8).IsEmpty)
        {
            return [];
        }

        return AdminJson.Parse(bytes.ToArray());
    }

    private static Fields QueryOf(HttpContext http)
    {
        var query = new JsonObject();
        foreach (var (name, values) in http.Request.Query)
        {
            query[name] = values.Count > 0 ? values[0] : "";
        }

        return new Fields(query, "query");
    }
}

/// <summary>Marks an endpoint of the control plane.</summary>
/// <param name="Errors">Shape of its errors.</param>
public sealed record AdminEndpoint(ErrorGroup Errors);
