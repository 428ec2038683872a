using System.Text.Json;
using Tollgate.Engine;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Routing;

namespace Tollgate.Endpoints;

/// <summary><c>GET /v1/models</c> and one model: what the caller can name in a request (llm-api.md 11.2).</summary>
internal static class ModelEndpoints
{
    // COMPAT: LiteLLM's constants; clients compare neither.
    private const long Created = 1677610602;
    private const string OwnedBy = "openai";

    /// <summary>Maps the routes.</summary>
    public static void MapModels(this IEndpointRouteBuilder routes)
    {
        var snapshots = routes.ServiceProvider.GetRequiredService<SnapshotHolder>();
        var authenticator = routes.ServiceProvider.GetRequiredService<Authenticator>();
        foreach (var prefix in (ReadOnlySpan<string>)["/v1/models", "/models", "/openai/v1/models"])
        {
            routes.MapGet(prefix, http => ListAsync(http, snapshots.Current, authenticator)).Describe("models", "Models that can be called");
            routes.MapGet(prefix + "/{**id}", http => RetrieveAsync(http, snapshots.Current, authenticator)).Describe("models", "One model");
        }
    }

    private static async Task ListAsync(HttpContext http, GatewaySnapshot snapshot, Authenticator authenticator)
    {
        var caller = await AuthorizeAsync(http, snapshot, authenticator);
        var names = NamesFor(http.Request.Query, caller, snapshot);
        await JsonAnswer.SendAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data");
            foreach (var id in names)
            {
                Write(json, id);
            }

            json.WriteEndArray();
            json.WriteString("object", "list");
            json.WriteEndObject();
        });
    }

    private static List<string> NamesFor(IQueryCollection query, Caller caller, GatewaySnapshot snapshot)
    {
        var names = new List<string>();
        var onlyGroups = IsOn(query, "only_model_access_groups");
        if (!onlyGroups)
        {
            names.AddRange(ModelListing.Visible(snapshot, IsOn(query, "return_wildcard_routes"), TeamOf(caller))
                .Where(id => MayCall(caller, id, snapshot)));
        }

        if (onlyGroups || IsOn(query, "include_model_access_groups"))
        {
            names.AddRange(snapshot.AccessGroups.Where(group => group.Value.Any(id => MayCall(caller, id, snapshot)))
                .Select(static group => group.Key).Order(StringComparer.Ordinal));
        }

        return names;
    }

    private static bool IsOn(IQueryCollection query, string name) => bool.TryParse(query[name], out var wanted) && wanted;

    private static string? TeamOf(Caller caller) => caller.Key?.Identity.TeamId;

    private static async Task RetrieveAsync(HttpContext http, GatewaySnapshot snapshot, Authenticator authenticator)
    {
        var caller = await AuthorizeAsync(http, snapshot, authenticator);
        var id = PathValue.CatchAll(http, "id");
        if (!ModelListing.Visible(snapshot, withWildcards: true, TeamOf(caller)).Contains(id, StringComparer.Ordinal) || !MayCall(caller, id, snapshot))
        {
            throw new ApiException(404, $"The model '{id}' does not exist or you do not have access to it.", "invalid_request_error", "model");
        }

        await JsonAnswer.SendAsync(http, json => Write(json, id));
    }

    private static bool MayCall(Caller caller, string model, GatewaySnapshot snapshot)
        => caller.Key is null || caller.IsAdmin || ModelAccess.Allows(caller.Key.Identity, model, snapshot);

    private static async ValueTask<Caller> AuthorizeAsync(HttpContext http, GatewaySnapshot snapshot, Authenticator authenticator)
    {
        AccessGates.Check(http, snapshot);
        return AccessGates.IsPublic(http, snapshot)
            ? Caller.Anonymous
            : await authenticator.IdentifyAsync(http.Request, snapshot, http.RequestAborted);
    }

    private static void Write(Utf8JsonWriter json, string id)
    {
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteString("object", "model");
        json.WriteNumber("created", Created);
        json.WriteString("owned_by", OwnedBy);
        json.WriteEndObject();
    }
}
