using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.OpenAi;

/// <summary>
/// What an upstream's answer says at its root that chat answers have no member for: it survives there under its own name
/// (09-cross-cutting.md section 3).
/// </summary>
internal static class RootExtras
{
    /// <summary>True for members that stand in the message's <c>provider_specific_fields</c> instead (03-anthropic.md section 3).</summary>
    public static bool IsOfMessage(string name) => name is "container" or "context_management";

    /// <summary>Writes them; lists of several candidates become one.</summary>
    public static void Write(Utf8JsonWriter json, IList<HubMember> extras)
    {
        if (extras.Count == 0)
        {
            return;
        }

        foreach (var group in extras.Where(static extra => IsFree(extra.Name)).GroupBy(static extra => extra.Name, StringComparer.Ordinal))
        {
            json.WritePropertyName(group.Key);
            var values = group.Select(static extra => extra.Value).ToList();
            if (values.Count == 1 || !values.TrueForAll(static value => value.ValueKind is JsonValueKind.Array))
            {
                json.WriteElement(values[0]);
                continue;
            }

            json.WriteStartArray();
            foreach (var item in values.SelectMany(static value => value.EnumerateArray()))
            {
                json.WriteElement(item);
            }

            json.WriteEndArray();
        }
    }

    /// <summary>False for names that chat answers have a meaning for, and for those of the message.</summary>
    public static bool IsFree(string name) => !IsOfMessage(name)
        && name is not ("id" or "object" or "created" or "model" or "system_fingerprint" or "service_tier" or "choices" or "usage" or "error");
}
