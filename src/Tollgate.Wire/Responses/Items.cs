using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Responses;

/// <summary>Steps through JSON that may be of any form.</summary>
internal static class Items
{
    /// <summary>The elements of an array; none of anything else.</summary>
    public static JsonElement.ArrayEnumerator Of(JsonElement value) => value.ValueKind is JsonValueKind.Array ? value.EnumerateArray() : default;

    /// <summary>The elements of an array member; none when it is anything else.</summary>
    public static JsonElement.ArrayEnumerator Of(JsonElement json, ReadOnlySpan<byte> name) => Of(json.Member(name));

    /// <summary>True when a list of texts holds one.</summary>
    public static bool Holds(JsonElement list, ReadOnlySpan<byte> text)
    {
        foreach (var item in Of(list))
        {
            if (item.ValueKind is JsonValueKind.String && item.ValueEquals(text))
            {
                return true;
            }
        }

        return false;
    }
}
