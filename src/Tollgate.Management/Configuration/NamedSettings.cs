using System.Text.Json.Nodes;
using Tollgate.Management.Kernel;
using Tollgate.Management.Models;

namespace Tollgate.Management.Configuration;

/// <summary>Settings that have endpoints of their own: discounts, margins, public model groups and their links.</summary>
public sealed class NamedSettings(SettingRows settings, IGatewayConfiguration configuration)
{
    private const string Section = "litellm_settings";

    /// <summary>Discounts or margins by provider.</summary>
    public JsonNode Read(AdminCaller caller, string name)
    {
        ModelRights.RequireViewer(caller, ErrorGroup.Detail);
        return new JsonObject { ["values"] = configuration.View.Sections[Section]?[name]?.DeepClone() ?? new JsonObject() };
    }

    /// <summary>Sets the discounts: provider to a fraction from 0 to 1.</summary>
    public Task<JsonNode?> SetDiscountsAsync(AdminCaller caller, Fields body, CancellationToken cancellationToken)
    {
        RequireFit(PriceSettings.FaultOfDiscounts(body.Json));
        return SetAsync(caller, PriceSettings.Discounts, body, "Cost discount configuration updated successfully", cancellationToken);
    }

    /// <summary>Sets the margins: provider, or <c>global</c>, to a fraction or to a percentage and a fixed amount.</summary>
    public Task<JsonNode?> SetMarginsAsync(AdminCaller caller, Fields body, CancellationToken cancellationToken)
    {
        RequireFit(PriceSettings.FaultOfMargins(body.Json));
        return SetAsync(caller, PriceSettings.Margins, body, "Cost margin configuration updated successfully", cancellationToken);
    }

    /// <summary>Sets which model groups the public page lists.</summary>
    public async Task<JsonNode?> SetPublicGroupsAsync(AdminCaller caller, Fields body, CancellationToken cancellationToken)
    {
        RequirePublic(caller, "public model groups");
        RequireOnly(body, "model_groups");
        var names = body.Texts("model_groups")
            ?? throw AdminException.Invalid(new ValidationFault("missing", ["body", "model_groups"], "Field required", body.Json));
        var unknown = names.FirstOrDefault(name => !configuration.View.Deployments.Any(d => string.Equals(d.ModelName, name, StringComparison.Ordinal)));
        if (unknown is not null)
        {
            throw AdminException.Detail(404, $"Model group {unknown} not found");
        }

        var list = new JsonArray([.. names.Select(static name => JsonValue.Create(name))]);
        await ChangeAsync(caller, "public_model_groups", list, cancellationToken);
        return new JsonObject
        {
            ["message"] = "Successfully updated public model groups",
            ["public_model_groups"] = list.DeepClone(),
            ["updated_by"] = caller.ChangedBy,
        };
    }

    /// <summary>Sets the links of the public page.</summary>
    public async Task<JsonNode?> SetLinksAsync(AdminCaller caller, Fields body, CancellationToken cancellationToken)
    {
        RequirePublic(caller, "useful links");
        var links = body.Object("useful_links")
            ?? throw AdminException.Invalid(new ValidationFault("missing", ["body", "useful_links"], "Field required", body.Json));
        foreach (var (name, value) in links)
        {
            // The page shows them to everyone: nothing but web addresses.
            if (!Uri.TryCreate(ModelRows.Text(value), UriKind.Absolute, out var link) || link.Scheme is not ("https" or "http"))
            {
                throw AdminException.Detail(400, $"The link '{name}' is not a web address");
            }
        }

        await ChangeAsync(caller, "public_model_groups_links", links.DeepClone(), cancellationToken);
        return new JsonObject
        {
            ["message"] = "Successfully updated useful links",
            ["useful_links"] = links.DeepClone(),
            ["updated_by"] = caller.ChangedBy,
        };
    }

    private async Task<JsonNode?> SetAsync(AdminCaller caller, string name, Fields body, string message, CancellationToken cancellationToken)
    {
        ModelRights.RequireAdmin(caller, ErrorGroup.Detail);
        await ChangeAsync(caller, name, body.Json.DeepClone(), cancellationToken);
        return new JsonObject { ["message"] = message, ["status"] = "success", ["values"] = body.Json.DeepClone() };
    }

    private Task ChangeAsync(AdminCaller caller, string name, JsonNode value, CancellationToken cancellationToken) => settings.ChangeAsync(
        caller,
        new Dictionary<string, JsonObject>(StringComparer.Ordinal) { [Section] = new JsonObject { [name] = value } },
        cancellationToken);

    private static void RequireFit(string? fault)
    {
        if (fault is not null)
        {
            throw AdminException.Detail(400, fault);
        }
    }

    private static void RequirePublic(AdminCaller caller, string what)
    {
        if (!caller.IsAdmin)
        {
            throw AdminException.Detail(403, $"Only proxy admins can update {what}. Your role={caller.RoleName}");
        }
    }

    private static void RequireOnly(Fields body, string name)
    {
        foreach (var (other, value) in body.Json)
        {
            if (!string.Equals(other, name, StringComparison.Ordinal))
            {
                throw body.Fault("extra_forbidden", other, "Extra inputs are not permitted", value);
            }
        }
    }
}
