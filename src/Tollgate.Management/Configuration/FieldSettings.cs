using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Configuration;

/// <summary>Single fields of <c>general_settings</c>: <c>/config/field/*</c> and <c>/config/list</c> (admin-api.md 16.2).</summary>
public sealed class FieldSettings(SettingRows settings, IDatabase database, IGatewayConfiguration configuration)
{
    private const string Section = "general_settings";

    private static readonly (string Name, string Type, string Description, JsonNode? Default)[] Listed =
    [
        ("max_parallel_requests", "Integer", "Parallel requests of each key.", null),
        ("global_max_parallel_requests", "Integer", "Parallel requests of the whole gateway.", null),
        ("max_request_size_mb", "Integer", "Largest request in MB.", null),
        ("max_response_size_mb", "Integer", "Largest answer in MB.", null),
        ("pass_through_endpoints", "List", "Paths that are forwarded untranslated.", null),
        ("alerting", "List", "Where alerts go.", null),
        ("alert_types", "List", "Which alerts are sent.", null),
        ("alerting_threshold", "Float", "Seconds after which a call counts as slow.", 300),
        ("proxy_batch_write_at", "Integer", "Seconds between writes of spend.", 10),
        ("store_model_in_db", "Boolean", "Models and settings are kept in the database.", null),
        ("store_prompts_in_spend_logs", "Boolean", "Prompts and answers are kept with the log.", false),
        ("maximum_spend_logs_retention_period", "String", "How long log rows are kept, for example 30d.", null),
        ("allowed_ips", "List", "Addresses that may call.", null),
    ];

    /// <summary>Sets one field.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="body">The field and its value.</param>
    /// <param name="own">The caller's own address.</param>
    /// <param name="cancellationToken">The client has left.</param>
    public async Task<JsonNode?> UpdateAsync(AdminCaller caller, Fields body, IPAddress? own, CancellationToken cancellationToken)
    {
        RequireAdmin(caller);
        var name = body.RequiredText("field_name");
        RequireSection(body);
        if (!body.Has("field_value"))
        {
            throw AdminException.Invalid(new ValidationFault("missing", ["body", "field_value"], "Field required", body.Json));
        }

        var value = body.Any("field_value");
        var change = new JsonObject { [name] = value?.DeepClone() };
        if (configuration.FaultOf(Section, change) is { } fault)
        {
            var isUnknown = fault.StartsWith("unknown key", StringComparison.Ordinal) || fault.Contains("not taken from the database", StringComparison.Ordinal);
            throw AdminException.Detail(
                400, isUnknown ? $"Invalid field={name} passed in." : $"Invalid type of field value={TypeOf(value)} passed in. {fault}");
        }

        if (LockOut.Of(change, own) is { } locked)
        {
            throw AdminException.Detail(400, locked);
        }

        return Row(await ChangeAsync(caller, change, cancellationToken));
    }

    /// <summary>Takes one field out of the database; the file's value counts again.</summary>
    public async Task<JsonNode?> DeleteAsync(AdminCaller caller, Fields body, CancellationToken cancellationToken)
    {
        RequireAdmin(caller);
        var name = body.RequiredText("field_name");
        RequireSection(body);
        var row = await database.ReadAsync(static rows => SettingRows.ReadAsync(rows, Section), cancellationToken);
        return row.ContainsKey(name)
            ? Row(await ChangeAsync(caller, new JsonObject { [name] = null }, cancellationToken))
            : throw NotThere(name);
    }

    /// <summary>One field as the database has it.</summary>
    public async Task<JsonNode?> InfoAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        RequireAdmin(caller);
        var name = query.RequiredText("field_name");
        var row = await database.ReadAsync(static rows => SettingRows.ReadAsync(rows, Section), cancellationToken);
        return row.ContainsKey(name)
            ? new JsonObject { ["field_name"] = name, ["field_value"] = SettingRows.Masked(row, Section)[name]?.DeepClone() }
            : throw NotThere(name);
    }

    /// <summary>Fields that an operator may want to set, with their values.</summary>
    public async Task<JsonNode?> ListAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        RequireAdmin(caller);
        RequireSection(query);
        var row = await database.ReadAsync(static rows => SettingRows.ReadAsync(rows, Section), cancellationToken);
        var shown = configuration.View.Sections[Section] as JsonObject;
        return new JsonArray([.. Listed.Select(field => new JsonObject
        {
            ["field_name"] = field.Name,
            ["field_type"] = field.Type,
            ["field_description"] = field.Description,
            ["field_value"] = shown?[field.Name]?.DeepClone(),
            ["stored_in_db"] = row.ContainsKey(field.Name) ? true : shown?[field.Name] is null ? null : false,
            ["field_default_value"] = field.Default?.DeepClone(),
            ["premium_field"] = false,
            ["nested_fields"] = null,
        })]);
    }

    private async Task<JsonObject> ChangeAsync(AdminCaller caller, JsonObject change, CancellationToken cancellationToken)
    {
        var changes = new Dictionary<string, JsonObject>(StringComparer.Ordinal) { [Section] = change };
        return (await settings.ChangeAsync(caller, changes, cancellationToken))[Section];
    }

    private static JsonObject Row(JsonObject values) =>
        new() { ["param_name"] = Section, ["param_value"] = SettingRows.Masked(values, Section) };

    private static void RequireSection(Fields fields)
    {
        var section = fields.RequiredText("config_type");
        if (section is not Section)
        {
            throw fields.Fault("literal_error", "config_type", "Input should be 'general_settings'", fields.Any("config_type"));
        }
    }

    private static void RequireAdmin(AdminCaller caller)
    {
        if (!caller.IsAdmin)
        {
            throw AdminException.Detail(400, $"Admin-only endpoint. Not allowed to access this., your role={caller.RoleName}");
        }
    }

    private static AdminException NotThere(string name) => AdminException.Detail(400, $"Field name={name} not in DB");

    // COMPAT: the message names Python's type.
    private static string TypeOf(JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.String => "<class 'str'>",
        JsonValueKind.True or JsonValueKind.False => "<class 'bool'>",
        JsonValueKind.Array => "<class 'list'>",
        JsonValueKind.Object => "<class 'dict'>",
        JsonValueKind.Number => value.ToJsonString().Contains('.', StringComparison.Ordinal) ? "<class 'float'>" : "<class 'int'>",
        _ => "<class 'NoneType'>",
    };
}
