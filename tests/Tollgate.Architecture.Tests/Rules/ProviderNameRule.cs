using System.Text.Json;

namespace Tollgate.Architecture.Tests.Rules;

/// <summary>R3: what differs between providers is data in the catalogue; code elsewhere never compares with a provider's name.</summary>
internal static class ProviderNameRule
{
    /// <summary>Slugs that are also something else.</summary>
    private static readonly Dictionary<string, string> Excepted = new(StringComparer.Ordinal)
    {
        ["openai"] = "The name of the public dialect, and what owned_by and the fake model of a first start say.",
        ["custom"] = "An ordinary word of configuration values; as a slug it stands for the operator's own code.",
    };

    /// <summary>Files in which such a name means something else.</summary>
    private static readonly Dictionary<string, string> ExceptedFiles = new(StringComparer.Ordinal)
    {
        ["src/Tollgate/Configuration/Rules/CallbackRule.cs"] = "Names of log sinks; some companies offer both a sink and models.",
        ["src/Tollgate/Configuration/Typing/PassThroughReader.cs"] = "A way to send a key, named by LiteLLM after a log sink.",
        ["src/Tollgate/Configuration/Rules/GuardrailRule.cs"] = "Names of guardrail services; some companies offer both those and models.",
    };

    /// <summary>The slugs of the shipped catalogue.</summary>
    public static IReadOnlySet<string> CatalogueSlugs()
    {
        using var catalogue = JsonDocument.Parse(File.ReadAllText(Repository.Path("catalog/providers.json")));
        return Slugs(catalogue.RootElement);
    }

    /// <summary>The slugs of a catalogue, without the excepted ones.</summary>
    public static IReadOnlySet<string> Slugs(JsonElement catalogue) => catalogue.EnumerateArray()
        .Select(row => row.GetProperty("slug").GetString()!)
        .Where(slug => !Excepted.ContainsKey(slug))
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>Problems: literals that are, or start like, a provider's name.</summary>
    public static IEnumerable<string> Check(SourceFile file, IReadOnlySet<string> slugs) => file.CSharp.Literals
        .Where(_ => !ExceptedFiles.ContainsKey(file.Path))
        .Where(literal => slugs.Contains(literal.Value.Split('/')[0]))
        .Select(literal => $"{file.At(literal.Line)}: names the provider in \"{literal.Value}\"; make the difference a field of the catalogue");
}
