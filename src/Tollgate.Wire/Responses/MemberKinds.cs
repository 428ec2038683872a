using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Responses;

/// <summary>What the members of a request must be: a provider of another dialect would never hear of those that are something else.</summary>
internal static class MemberKinds
{
    private static readonly (string Name, string Expected, Func<JsonElement, bool> Fits)[] All =
    [
        ("tools", "an array", static value => value.ValueKind is JsonValueKind.Array),
        ("tool_choice", "a string or an object", static value => value.ValueKind is JsonValueKind.String or JsonValueKind.Object),
        ("text", "an object", static value => value.ValueKind is JsonValueKind.Object),
        ("reasoning", "an object", static value => value.ValueKind is JsonValueKind.Object),
        ("instructions", "a string or an array", static value => value.ValueKind is JsonValueKind.String or JsonValueKind.Array),
        ("temperature", "a number", static value => value.Number() is not null),
        ("top_p", "a number", static value => value.Number() is not null),
        ("max_output_tokens", "a whole number", IsWhole),
        ("top_logprobs", "a whole number", IsWhole),
        ("parallel_tool_calls", "true or false", static value => value.Flag() is not null),
    ];

    /// <summary>Checks a request.</summary>
    /// <exception cref="WireException">It names the member at fault.</exception>
    public static void Check(JsonElement root)
    {
        foreach (var (name, expected, fits) in All)
        {
            if (root.TryGetProperty(name, out var value) && value.IsGiven() && !fits(value))
            {
                throw new WireException($"Invalid type for '{name}': expected {expected}.", name);
            }
        }
    }

    /// <summary>Some clients write 100.0.</summary>
    private static bool IsWhole(JsonElement value) => value.Number() is { } number && number == Math.Floor(number);
}
