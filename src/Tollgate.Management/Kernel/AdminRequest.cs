using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Tollgate.Management.Kernel;

/// <summary>One management request, already authenticated and let through by the role gate.</summary>
/// <param name="Http">The request and its answer.</param>
/// <param name="Caller">Who asks.</param>
/// <param name="Body">The body; an empty object when there was none.</param>
/// <param name="Query">Query parameters as an object of texts (a repeated one is its first value; see <see cref="Http"/> for all).</param>
public sealed record AdminRequest(HttpContext Http, AdminCaller Caller, Fields Body, Fields Query)
{
    /// <summary>Signalled when the client has left.</summary>
    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>A parameter of the path, decoded.</summary>
    public string Path(string name) => Uri.UnescapeDataString(Http.Request.RouteValues[name]?.ToString() ?? "");
}

/// <summary>Serves one management request and returns the answer's JSON (status 200; set another on the response when needed).</summary>
public delegate Task<JsonNode?> AdminHandler(AdminRequest request);

/// <summary>Finds out who a management request comes from. Implemented by the gateway over its key ring.</summary>
public interface ICallerResolver
{
    /// <summary>The caller.</summary>
    /// <exception cref="Engine.Errors.ApiException">401 and the like, in LiteLLM's words.</exception>
    ValueTask<AdminCaller> ResolveAsync(HttpContext http);
}
