using System.Text.Json;

namespace Tollgate.Wire.Tests.Bedrock;

/// <summary>Compares JSON as JSON.</summary>
internal static class JsonComparison
{
    public static void ShouldBeJson(this string actual, string expected)
    {
        using var found = JsonDocument.Parse(actual);
        using var wanted = JsonDocument.Parse(expected);
        JsonElement.DeepEquals(found.RootElement, wanted.RootElement).ShouldBeTrue($"{actual}\n  instead of\n{expected}");
    }
}
