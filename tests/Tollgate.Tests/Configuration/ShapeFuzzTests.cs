using Tollgate.Configuration;

namespace Tollgate.Tests.Configuration;

/// <summary>Every known key with every odd value: a diagnostic at most, never an exception.</summary>
public class ShapeFuzzTests
{
    private static readonly string[] Values =
    [
        "null", "[]", "{}", "x", "''", "-1", "1e400", "99999999999999999999", "[[1]]", "[null]", "[{}]", "{a: {b: [c]}}", "{a: null}",
        "[{a: {model: 1}}]", "os.environ/NOPE", "['${NOPE}']", ".inf", "12:30", "0777", "2024-01-01", "true", "[{model_name: a}]", "'*'",
        "{model: {}, hidden: []}", "!!binary x", "oidc/google/x",
    ];

    public static TheoryData<string> Sections => ["litellm_settings", "router_settings", "general_settings", "tollgate", "guardrails"];

    [Theory]
    [MemberData(nameof(Sections))]
    public void OddValues_NeverThrow(string name)
    {
        var section = ConfigSchema.Root.Find(name).ShouldNotBeNull();
        foreach (var value in Values)
        {
            var entries = section.Children.ShouldNotBeNull().Names.Select(key => $"{key}: {value}");
            Load(section.Shape == ChildShape.Items
                ? $"{name}: [{string.Join(", ", entries.Select(e => $"{{{e}}}"))}]"
                : $"{name}: {{{string.Join(", ", entries)}}}");
        }
    }

    [Fact]
    public void OddModelEntries_NeverThrow()
    {
        foreach (var value in Values)
        {
            var parameters = ConfigSchema.LitellmParams.Names.Except(["model"])
                .Concat(["temperature", "vertex_credentials", "tiered_pricing"])
                .Select(key => $"{{model_name: a, litellm_params: {{model: openai/a, {key}: {value}}}}}");
            var facts = ConfigSchema.ModelInfo.Names
                .Select(key => $"{{model_name: a, litellm_params: {{model: openai/a}}, model_info: {{{key}: {value}}}}}");
            var entries = ConfigSchema.ModelEntry.Names.Except(["model_name"])
                .Select(key => $"{{model_name: a, {key}: {value}}}");
            Load($"model_list: [{string.Join(", ", parameters.Concat(facts).Concat(entries))}]");
            Load($"model_list: [{{model_name: {value}, litellm_params: {{model: {value}}}}}]");
            Load($"model_list: {value}");
            Load($"credential_list: [{{credential_name: {value}, credential_values: {value}}}]\nmodel_list: [{value}]\ninclude: {value}");
            Load($"environment_variables: {{A: {value}}}\nguardrails: {value}\nrouter_settings: {value}\ngeneral_settings: {value}");
        }
    }

    private static void Load(string yaml)
    {
        try
        {
            ConfigFixture.Load(yaml).ShouldNotBeNull();
        }
        catch (Exception problem) when (problem is not ShouldAssertException)
        {
            throw new InvalidOperationException(yaml, problem);
        }
    }
}
