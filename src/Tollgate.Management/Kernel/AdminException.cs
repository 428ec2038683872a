using System.Globalization;
using System.Text.Json.Nodes;

namespace Tollgate.Management.Kernel;

/// <summary>Shape of a management error (admin-api.md 1.1).</summary>
public enum ErrorEnvelope
{
    /// <summary><c>{"error":{message,type,param,code}}</c>.</summary>
    Proxy,

    /// <summary><c>{"detail": ...}</c>.</summary>
    Detail,
}

/// <summary>An expected refusal of the control plane, complete with status and body. Thrown by services, caught at the endpoint, the CLI or the UI.</summary>
public sealed class AdminException : Exception
{
    private AdminException(int status, string message, ErrorEnvelope envelope, JsonNode body)
        : base(message)
    {
        Status = status;
        Envelope = envelope;
        Body = body;
    }

    /// <summary>HTTP status.</summary>
    public int Status { get; }

    public ErrorEnvelope Envelope { get; }

    /// <summary>The answer's body.</summary>
    public JsonNode Body { get; }

    /// <summary>Envelope P. COMPAT: an unknown <paramref name="param"/> is the text "None".</summary>
    public static AdminException Proxy(int status, string message, string type, string? param = "None") => new(
        status,
        message,
        ErrorEnvelope.Proxy,
        new JsonObject
        {
            ["error"] = new JsonObject
            {
                ["message"] = message,
                ["type"] = type,
                ["param"] = param,
                ["code"] = status.ToString(CultureInfo.InvariantCulture),
            },
        });

    /// <summary>Envelope D in its usual form, <c>{"detail":{"error":text}}</c>.</summary>
    public static AdminException Detail(int status, string message) =>
        new(status, message, ErrorEnvelope.Detail, new JsonObject { ["detail"] = new JsonObject { ["error"] = message } });

    /// <summary>Envelope D with another member name (<c>message</c>), or with plain text when <paramref name="member"/> is null.</summary>
    public static AdminException Detail(int status, string message, string? member) => new(
        status, message, ErrorEnvelope.Detail, new JsonObject { ["detail"] = member is null ? message : new JsonObject { [member] = message } });

    /// <summary>
    /// An inner error of a group of endpoints: the group's table (admin-api.md 3.7) says which envelope and type it gets.
    /// </summary>
    public static AdminException Of(ErrorGroup group, int status, string message) => group.Envelope == ErrorEnvelope.Detail
        ? Detail(status, message)
        : Proxy(status, message, group.Type);

    /// <summary>A body or query that does not fit: status 422, one item per fault.</summary>
    public static AdminException Invalid(params IReadOnlyList<ValidationFault> faults)
    {
        var items = new JsonArray();
        foreach (var fault in faults)
        {
            items.Add(new JsonObject
            {
                ["type"] = fault.Type,
                ["loc"] = new JsonArray([.. fault.Location.Select(Part)]),
                ["msg"] = fault.Message,
                ["input"] = fault.Input?.DeepClone(),
            });
        }

        return new AdminException(422, faults[0].Message, ErrorEnvelope.Detail, new JsonObject { ["detail"] = items });
    }

    // COMPAT: the framework numbers places: the byte where the text stops being JSON, the item of a list (admin-api.md 1.1).
    private static JsonNode Part(string part)
        => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number) : JsonValue.Create(part);
}

/// <summary>What a group of endpoints makes of its inner errors.</summary>
/// <param name="Envelope">Shape.</param>
/// <param name="Type">Type in envelope P.</param>
public sealed record ErrorGroup(ErrorEnvelope Envelope, string Type)
{
    /// <summary>P with <c>internal_server_error</c>: /key/generate, /key/delete, /key/info, /user/new, /user/info, /customer/*, /credentials*, ...</summary>
    public static ErrorGroup Internal { get; } = new(ErrorEnvelope.Proxy, "internal_server_error");

    /// <summary>P with <c>auth_error</c>: /key/update, /user/update, /model/*, /config/update, ...</summary>
    public static ErrorGroup Auth { get; } = new(ErrorEnvelope.Proxy, "auth_error");

    /// <summary>P with <c>internal_error</c>: /spend/tags, /spend/logs, /global/spend, ...</summary>
    public static ErrorGroup Spend { get; } = new(ErrorEnvelope.Proxy, "internal_error");

    /// <summary>D: /team/*, /organization/*, /budget/*, /tag/*, /user/list, ...</summary>
    public static ErrorGroup Detail { get; } = new(ErrorEnvelope.Detail, "");
}

/// <summary>One fault of a body or query.</summary>
/// <param name="Type"><c>missing</c>, <c>string_type</c>, <c>float_parsing</c>, <c>value_error</c>, ...</param>
/// <param name="Location"><c>body</c> or <c>query</c>, then the field.</param>
/// <param name="Message">For people.</param>
/// <param name="Input">What was sent; null when nothing.</param>
public sealed record ValidationFault(string Type, IReadOnlyList<string> Location, string Message, JsonNode? Input);
