#pragma warning disable RS0030 // Rows travel as JSON trees: this runs when one is written, never for a call.
using System.Text.Json.Nodes;
using Tollgate.Engine.Upstream;

namespace Tollgate.Configuration;

/// <summary>Says of something that is about to be stored what a load would say of it.</summary>
internal static class EntryCheck
{
    // Not a row's position: there errors would count for less.
    private static readonly Engine.Configuration.SourcePosition Position = new("request", 0, 0);

    /// <summary>The first error of a deployment; null when it would be served. Credentials that do not exist are the operator's to add.</summary>
    public static string? FaultOf(JsonObject entry, EnvironmentSource environment, IProviderDirectory providers)
    {
        var copy = entry.DeepClone().AsObject();
        (copy["litellm_params"] as JsonObject)?.Remove("litellm_credential_name");
        var diagnostics = new DiagnosticBag();
        var tree = Tree("model_list", new JsonArray(copy));
        tree = new TreeSubstitution(new VariableLookup(environment), diagnostics).Apply(tree);
        new SchemaWalker(diagnostics).Walk(tree);
        new ModelListReader(tree, environment, providers, new ModelOverrides(), diagnostics).Read();
        return FirstError(diagnostics);
    }

    /// <summary>The first error of a section's values; null when they fit. Keys that nobody knows are errors here, unlike in a file.</summary>
    public static string? FaultOf(string section, JsonObject values)
    {
        foreach (var (name, _) in values)
        {
            if (!StoredSettings.MaySet(name, allowUnsafe: false))
            {
                return $"{section}.{name} is not taken from the database";
            }

            if (ConfigSchema.Root.Find(section)?.Children?.Find(name) is null)
            {
                return $"unknown key {section}.{name}";
            }
        }

        var diagnostics = new DiagnosticBag();
        new SchemaWalker(diagnostics).Walk(Tree(section, values));
        return FirstError(diagnostics);
    }

    private static MappingNode Tree(string section, JsonNode value) =>
        JsonNodes.Mapping(new JsonObject { [section] = value.DeepClone() }, Position);

    private static string? FirstError(DiagnosticBag diagnostics) =>
        diagnostics.Sorted().FirstOrDefault(static d => d.Level >= DiagnosticLevel.Error) is { } fault
            ? fault.Hint is null ? $"{fault.Path}: {fault.Message}" : $"{fault.Path}: {fault.Message}. {fault.Hint}"
            : null;
}
