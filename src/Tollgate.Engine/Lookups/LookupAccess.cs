using System.Collections.Immutable;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;
using Tollgate.Wire;

namespace Tollgate.Engine.Lookups;

/// <summary>Which tools and stores a key may search: those of its own list, its team's and its organization's (admin-api.md 4.8).</summary>
public static class LookupAccess
{
    /// <summary>The tool or store that a call names.</summary>
    /// <exception cref="ApiException">There is none, or the key may not.</exception>
    internal static ModelGroup Resolve(CallContext call)
    {
        var name = call.Envelope.Model;
        if (call.Caller.Key is { Identity: var key })
        {
            ModelAccess.CheckOwners(key);
        }

        if (call.Surface is Surface.VectorSearch)
        {
            CheckStore(call.Caller, name, call.Snapshot);
            return call.Snapshot.Lookups.FindStore(name)?.Group
                ?? throw new ApiException(404, $"{call.Route}: Vector store not found with id={name}", "invalid_request_error", "vector_store_id");
        }

        CheckTool(call.Caller, name);
        return call.Snapshot.Lookups.FindTool(name)
            ?? throw ApiException.BadRequest(
                $"{call.Route}: Search tool '{name}' not found. Call `/v1/search/tools` to view the tools of your key.", "search_tool_name");
    }

    /// <summary>True when a caller may use a tool.</summary>
    public static bool MayUseTool(Caller caller, string name) => Refusal(caller, name, static rights => rights.SearchTools, "search tool", "search_tool") is null;

    /// <summary>True when a caller may search a store.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="id">The store.</param>
    /// <param name="team">Team that owns it; null for none.</param>
    public static bool MayUseStore(Caller caller, string id, string? team) => IsOfTeam(caller, team)
        && Refusal(caller, id, static rights => rights.VectorStores, "vector store", "vector_store") is null;

    /// <summary>Lets a call about a store pass, known to the gateway or not.</summary>
    /// <exception cref="ApiException">401 or 403.</exception>
    public static void CheckStore(Caller caller, string id, GatewaySnapshot snapshot)
    {
        if (Refusal(caller, id, static rights => rights.VectorStores, "vector store", "vector_store") is { } refusal)
        {
            throw refusal;
        }

        if (snapshot.Lookups.FindStore(id) is { Config: VectorStoreConfig { TeamId: var team } } && !IsOfTeam(caller, team))
        {
            throw ApiException.Forbidden($"Access denied: vector store {id} belongs to another team.");
        }
    }

    private static void CheckTool(Caller caller, string name)
    {
        if (Refusal(caller, name, static rights => rights.SearchTools, "search tool", "search_tool") is { } refusal)
        {
            throw refusal;
        }
    }

    private static bool IsOfTeam(Caller caller, string? team)
        => team is null || caller.IsAdmin || caller.Role is CallerRole.Anonymous
            || string.Equals(caller.Key?.Identity.TeamId, team, StringComparison.Ordinal);

    private static ApiException? Refusal(
        Caller caller, string name, Func<ObjectRights, ImmutableArray<string>> list, string thing, string kind)
    {
        if (caller.IsAdmin || caller.Key is not { Identity: var key })
        {
            return null;
        }

        foreach (var (owner, rights) in (ReadOnlySpan<(string, ObjectRights?)>)[
            ("key", key.Objects), ("team", key.Team?.Objects), ("org", key.Organization?.Objects)])
        {
            if (rights is not null && list(rights) is { IsDefaultOrEmpty: false } allowed && !allowed.Contains(name, StringComparer.Ordinal))
            {
                return ApiException.Unauthorized(
                    $"{owner} not allowed to access {thing}. Tried to access {name}. Only allowed to access ['{string.Join("', '", allowed)}']",
                    $"{owner}_{kind}_access_denied",
                    thing.Replace(' ', '_'));
            }
        }

        return null;
    }
}
