using System.Text.Json.Nodes;
using Tollgate.Engine;
using Tollgate.Management.Kernel;
using Tollgate.Management.Models;

namespace Tollgate.Management.Configuration;

/// <summary>Fallbacks of single models (admin-api.md 27), kept in <c>router_settings</c> of the database. The file's for the same model are shadowed.</summary>
public sealed class FallbackSettings(SettingRows settings, IGatewayConfiguration configuration, SnapshotHolder snapshots)
{
    private const string Section = "router_settings";

    /// <summary>Sets what stands in for a model.</summary>
    public async Task<JsonNode?> SetAsync(AdminCaller caller, Fields body, CancellationToken cancellationToken)
    {
        ModelRights.RequireAdmin(caller, ErrorGroup.Detail);
        var model = body.RequiredText("model");
        var fallbacks = body.Texts("fallback_models")
            ?? throw AdminException.Invalid(new ValidationFault("missing", ["body", "fallback_models"], "Field required", body.Json));
        var (kind, key) = KindOf(body);
        Check(body, model, fallbacks);
        var isNew = true;
        await EditAsync(
            caller,
            key,
            list =>
            {
                isNew = !list.ContainsKey(model);
                list[model] = ListOf(fallbacks);
            },
            cancellationToken);
        var answer = Answer(model, fallbacks, kind);
        answer["message"] = $"Fallback configuration {(isNew ? "created" : "updated")} successfully";
        return answer;
    }

    /// <summary>What stands in for a model.</summary>
    public JsonNode Read(AdminCaller caller, string model, Fields query)
    {
        ModelRights.RequireAdmin(caller, ErrorGroup.Detail);
        var (kind, key) = KindOf(query);
        return InForce(key)[model] is JsonArray list
            ? Answer(model, [.. list.Select(ModelRows.Text).OfType<string>()], kind)
            : throw NotConfigured(model, kind);
    }

    /// <summary>Lets nothing stand in for a model any more.</summary>
    public async Task<JsonNode?> DeleteAsync(AdminCaller caller, string model, Fields query, CancellationToken cancellationToken)
    {
        ModelRights.RequireAdmin(caller, ErrorGroup.Detail);
        var (kind, key) = KindOf(query);
        await EditAsync(
            caller,
            key,
            list =>
            {
                if (!list.Remove(model))
                {
                    throw NotConfigured(model, kind);
                }
            },
            cancellationToken);
        return new JsonObject { ["model"] = model, ["fallback_type"] = kind, ["message"] = "Fallback configuration deleted successfully" };
    }

    private Task EditAsync(AdminCaller caller, string key, Action<JsonObject> edit, CancellationToken cancellationToken) => settings.EditAsync(
        caller,
        Section,
        row =>
        {
            // The row's list takes the place of the file's: without one yet, it starts as what is in force.
            var list = row[key] is { } stored ? ByModel(stored) : InForce(key);
            edit(list);
            return new JsonObject { [key] = new JsonArray([.. list.Select(static entry => new JsonObject { [entry.Key] = entry.Value?.DeepClone() })]) };
        },
        cancellationToken);

    private JsonObject InForce(string key) => ByModel(configuration.View.Sections[Section]?[key]);

    /// <summary>All forms that the file takes, a list of mappings or one mapping, as one mapping of lists.</summary>
    private static JsonObject ByModel(JsonNode? written)
    {
        var byModel = new JsonObject();
        foreach (var (model, value) in (written as JsonArray ?? new JsonArray(written?.DeepClone())).OfType<JsonObject>().SelectMany(static entry => entry))
        {
            byModel[model] = value is JsonArray list ? list.DeepClone() : new JsonArray(value?.DeepClone());
        }

        return byModel;
    }

    private void Check(Fields body, string model, IReadOnlyList<string> fallbacks)
    {
        if (fallbacks.Count == 0 || fallbacks.Distinct(StringComparer.Ordinal).Count() < fallbacks.Count)
        {
            throw body.Fault("value_error", "fallback_models", "Value error, name at least one model, and each once", body.Any("fallback_models"));
        }

        if (!IsKnown(model))
        {
            throw Unknown(404, $"Model '{model}' not found in router");
        }

        var unknown = fallbacks.Where(fallback => !IsKnown(fallback)).ToList();
        if (unknown.Count > 0)
        {
            throw Unknown(400, $"Invalid fallback models: [{string.Join(", ", unknown.Select(static name => $"'{name}'"))}]");
        }

        if (fallbacks.Contains(model, StringComparer.Ordinal))
        {
            throw AdminException.Detail(400, $"Model '{model}' cannot be its own fallback");
        }
    }

    private bool IsKnown(string name) => snapshots.Current.Models.Resolve(name) is not null;

    private AdminException Unknown(int status, string message)
    {
        var error = AdminException.Detail(status, message);
        error.Body["detail"]!["available_models"] = ListOf([
            .. configuration.View.Deployments.Where(static d => d.TeamId is null && d.Error is null).Select(static d => d.ModelName).Distinct(StringComparer.Ordinal)]);
        return error;
    }

    private static (string Kind, string Key) KindOf(Fields fields) => fields.Text("fallback_type") switch
    {
        null or "general" => ("general", "fallbacks"),
        "context_window" => ("context_window", "context_window_fallbacks"),
        "content_policy" => ("content_policy", "content_policy_fallbacks"),
        _ => throw fields.Fault(
            "literal_error", "fallback_type", "Input should be 'general', 'context_window' or 'content_policy'", fields.Any("fallback_type")),
    };

    private static JsonObject Answer(string model, IReadOnlyList<string> fallbacks, string kind) =>
        new() { ["model"] = model, ["fallback_models"] = ListOf(fallbacks), ["fallback_type"] = kind };

    private static JsonArray ListOf(IReadOnlyList<string> names) => new([.. names.Select(static name => JsonValue.Create(name))]);

    private static AdminException NotConfigured(string model, string kind) =>
        AdminException.Detail(404, $"No {kind} fallbacks configured for model '{model}'");
}
