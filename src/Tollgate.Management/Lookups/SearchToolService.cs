using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Upstream;
using Tollgate.Management.Configuration;
using Tollgate.Management.Kernel;
using Tollgate.Management.Models;
using Tollgate.Wire;

namespace Tollgate.Management.Lookups;

/// <summary>Tools that search the web (admin-api.md 23): those of the database are written, those of the file are shown.</summary>
public sealed class SearchToolService(
    IDatabase database, ModelWrite write, ModelRows models, SnapshotHolder snapshots, IProviderDirectory providers, AuditLog audit)
{
    private static readonly ErrorGroup Errors = ErrorGroup.Detail;

    /// <summary>All tools.</summary>
    public async Task<JsonNode?> ListAsync(AdminCaller caller, CancellationToken cancellationToken)
    {
        ModelRights.RequireViewer(caller, Errors);
        var rows = await database.ReadAsync(
            static reader => reader.SelectAsync(Tables.SearchTools, Filter.None, [new SortBy("search_tool_name")]), cancellationToken);
        var stored = rows.Select(Shown).ToList();
        var names = rows.Select(static row => ModelRows.Text(row["search_tool_name"])).ToHashSet(StringComparer.Ordinal);
        var own = snapshots.Current.Config.SearchTools.Where(tool => !names.Contains(tool.Name)).Select(Shown);
        return new JsonObject { ["search_tools"] = new JsonArray([.. stored, .. own]) };
    }

    /// <summary>One tool of the database.</summary>
    public async Task<JsonNode?> FindAsync(AdminCaller caller, string id, CancellationToken cancellationToken)
    {
        ModelRights.RequireViewer(caller, Errors);
        return Shown(await database.ReadAsync(reader => reader.FindAsync(Tables.SearchTools, id), cancellationToken) ?? throw NotFound(id));
    }

    /// <summary>Stores a tool.</summary>
    public Task<JsonNode?> CreateAsync(AdminCaller caller, Fields body, CancellationToken cancellationToken)
    {
        ModelRights.RequireAdmin(caller, Errors);
        var tool = ToolIn(body);
        var name = tool.RequiredText("search_tool_name");
        var parameters = ParamsIn(tool) ?? throw tool.Fault("missing", "litellm_params", "Field required", null);
        RequireProvider(parameters);
        return write.RunAsync<JsonNode?>(
            name,
            async rows =>
            {
                if (await rows.CountAsync(Tables.SearchTools, Filter.Equal("search_tool_name", name)) > 0)
                {
                    throw AdminException.Of(Errors, 400, $"Search tool with name {name} already exists");
                }

                var now = models.Now;
                var row = new JsonObject
                {
                    ["search_tool_id"] = Guid.NewGuid().ToString(),
                    ["search_tool_name"] = name,
                    ["litellm_params"] = models.Seal(parameters),
                    ["search_tool_info"] = tool.Object("search_tool_info")?.DeepClone() ?? new JsonObject(),
                    ["created_at"] = now,
                    ["updated_at"] = now,
                };
                await rows.InsertAsync(Tables.SearchTools, row);
                await audit.RecordAsync(rows, caller, AuditAction.Created, Tables.SearchTools, ModelRows.Text(row["search_tool_id"])!, null, row);
                return Shown(row);
            },
            cancellationToken);
    }

    /// <summary>Changes a tool, parameter by parameter; null takes one away.</summary>
    public Task<JsonNode?> UpdateAsync(AdminCaller caller, string id, Fields body, CancellationToken cancellationToken)
    {
        ModelRights.RequireAdmin(caller, Errors);
        var tool = ToolIn(body);
        return write.RunAsync<JsonNode?>(
            id,
            async rows =>
            {
                var row = await rows.FindAsync(Tables.SearchTools, id) ?? throw NotFound(id);
                var parameters = models.Merge(row["litellm_params"], ParamsIn(tool) ?? [], nullRemoves: true);
                RequireProvider(models.Open(parameters));
                var changes = new JsonObject
                {
                    ["search_tool_name"] = tool.Text("search_tool_name") ?? ModelRows.Text(row["search_tool_name"]),
                    ["litellm_params"] = parameters,
                    ["search_tool_info"] = (tool.Object("search_tool_info") ?? row["search_tool_info"])?.DeepClone(),
                    ["updated_at"] = models.Now,
                };
                await rows.UpdateAsync(Tables.SearchTools, Filter.Equal("search_tool_id", id), changes);
                await audit.RecordAsync(rows, caller, AuditAction.Updated, Tables.SearchTools, id, row, changes);
                return Shown((await rows.FindAsync(Tables.SearchTools, id))!);
            },
            cancellationToken);
    }

    /// <summary>Takes a tool away.</summary>
    public Task<JsonNode?> DeleteAsync(AdminCaller caller, string id, CancellationToken cancellationToken)
    {
        ModelRights.RequireAdmin(caller, Errors);
        return write.RunAsync<JsonNode?>(
            id,
            async rows =>
            {
                var row = await rows.FindAsync(Tables.SearchTools, id) ?? throw NotFound(id);
                await rows.DeleteAsync(Tables.SearchTools, Filter.Equal("search_tool_id", id));
                await audit.RecordAsync(rows, caller, AuditAction.Deleted, Tables.SearchTools, id, row, null);
                return new JsonObject
                {
                    ["message"] = $"Search tool {id} deleted successfully",
                    ["search_tool_name"] = row["search_tool_name"]?.DeepClone(),
                };
            },
            cancellationToken);
    }

    /// <summary>Providers that a tool can be made with: those whose connection has searches.</summary>
    public JsonNode Providers(AdminCaller caller)
    {
        ModelRights.RequireViewer(caller, Errors);
        var names = providers.Slugs.Where(Searches).Order(StringComparer.Ordinal);
        return new JsonObject
        {
            ["providers"] = new JsonArray([.. names.Select(static name => new JsonObject
            {
                ["provider_name"] = name,
                ["ui_friendly_name"] = string.Join(' ', name.Split('_').Select(static word => char.ToUpperInvariant(word[0]) + word[1..])),
            })]),
        };
    }

    private bool Searches(string slug) => providers.Connect(
        new DeploymentConfig { ModelGroup = slug, Id = slug, Model = slug + "/search", Info = new DeploymentInfo { Mode = "search" } },
        slug + "/search", snapshots.Current.Config).ShapeFor(Surface.Search) is not null;

    /// <summary>A tool stands in the body, or in its member <c>search_tool</c>.</summary>
    private static Fields ToolIn(Fields body) => body.Object("search_tool") is { } inner ? new Fields(inner) : body;

    private static JsonObject? ParamsIn(Fields tool) => tool.Object("litellm_params");

    private void RequireProvider(JsonObject parameters)
    {
        var provider = ModelRows.Text(parameters["search_provider"]);
        if (provider is null || !providers.IsProvider(provider) || !Searches(provider))
        {
            throw AdminException.Of(Errors, 400, $"litellm_params.search_provider: '{provider}' is no provider that searches the web.");
        }
    }

    private JsonObject Shown(JsonObject row) => new()
    {
        ["search_tool_id"] = row["search_tool_id"]?.DeepClone(),
        ["search_tool_name"] = row["search_tool_name"]?.DeepClone(),
        ["litellm_params"] = SecretNames.Masked(models.Open(row["litellm_params"]), static _ => SecretNames.Mask),
        ["search_tool_info"] = row["search_tool_info"]?.DeepClone() ?? new JsonObject(),
        ["created_at"] = row["created_at"]?.DeepClone(),
        ["updated_at"] = row["updated_at"]?.DeepClone(),
        ["is_from_config"] = false,
    };

    private static JsonObject Shown(SearchToolConfig tool)
    {
        var parameters = new JsonObject { ["search_provider"] = tool.Provider };
        if (tool.Deployment.ApiKey is not null)
        {
            parameters["api_key"] = SecretNames.Mask;
        }

        if (tool.Deployment.ApiBase is { } address)
        {
            parameters["api_base"] = address;
        }

        return new JsonObject
        {
            ["search_tool_id"] = null,
            ["search_tool_name"] = tool.Name,
            ["litellm_params"] = parameters,
            ["search_tool_info"] = tool.Info.IsEmpty ? new JsonObject() : JsonNode.Parse(tool.Info.Span),
            ["created_at"] = null,
            ["updated_at"] = null,
            ["is_from_config"] = true,
        };
    }

    private static AdminException NotFound(string id) => AdminException.Of(Errors, 404, $"Search tool with ID {id} not found");
}
