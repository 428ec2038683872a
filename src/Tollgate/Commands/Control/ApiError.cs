using System.Text.Json;

namespace Tollgate.Commands.Control;

/// <summary>What an error of the control plane says, in any of LiteLLM's shapes.</summary>
internal static class ApiError
{
    /// <summary>One line for the operator.</summary>
    public static string TextOf(int status, JsonElement? answer) => (answer is { } root ? Text(root) : null) ?? $"The gateway answered with status {status}.";

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Array => string.Join("; ", value.EnumerateArray().Select(Fault)),
        JsonValueKind.Object => Member(value, "error") ?? Member(value, "detail") ?? Member(value, "message"),
        _ => null,
    };

    private static string? Member(JsonElement value, string name) => value.TryGetProperty(name, out var member) ? Text(member) : null;

    private static string Fault(JsonElement fault)
    {
        var place = fault.ValueKind == JsonValueKind.Object && fault.TryGetProperty("loc", out var path) && path.ValueKind == JsonValueKind.Array
            ? string.Join('.', path.EnumerateArray().Skip(1)) + ": "
            : "";
        return place + (fault.ValueKind == JsonValueKind.Object ? Member(fault, "msg") : Text(fault));
    }
}
