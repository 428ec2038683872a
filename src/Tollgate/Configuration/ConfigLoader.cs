using System.Collections.Immutable;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Upstream;

namespace Tollgate.Configuration;

/// <summary>
/// The one path from files and environment to <see cref="GatewayConfig"/> (R31). Never throws for what an operator can get wrong: all
/// problems come back together.
/// </summary>
internal static class ConfigLoader
{
    public static ConfigResult Load(ConfigRequest request, IProviderDirectory providers)
    {
        var diagnostics = new DiagnosticBag();
        var trees = new ConfigTreeReader(diagnostics);

        // :: 1. Files to one tree, includes merged.
        RemoteConfigRule.Check(request.Environment, diagnostics);
        var tree = ConfigOrigin.Read(request, trees);
        if (tree is null)
        {
            return new(null, diagnostics.Sorted(), trees.Files, []);
        }

        // :: 2. The command line's model, then environment_variables, before anything asks for a variable.
        tree = CommandLineEntry.Add(tree, request.CommandLine, diagnostics);
        var environment = EnvironmentSection.Apply(tree, request.Environment, diagnostics);

        // :: 3. References.
        tree = new TreeSubstitution(new VariableLookup(environment), diagnostics).Apply(EnvironmentSection.Remove(tree));

        // :: 4. Schema: unknown keys, wrong types, keys without effect.
        var walker = new SchemaWalker(diagnostics);
        walker.Walk(tree);

        // :: 5. Typed records, then the rules that look across them.
        var config = GatewayConfigReader.Read(tree, environment, request.CommandLine, providers, diagnostics);
        ConfigRules.Check(new RuleContext(tree, config, environment, diagnostics));

        var strict = request.Strict || environment.IsOn("STRICT_CONFIG") || IsStrict(tree);
        var refused = diagnostics.HasFatal || diagnostics.HasWrongValue || (strict && diagnostics.HasError);
        return new(refused ? null : config, diagnostics.Sorted(), trees.Files, WithoutEffect(walker, request.CommandLine));
    }

    private static bool IsStrict(MappingNode tree) =>
        tree.Get("tollgate") is MappingNode section && Coercion.Bool(section.Get("strict_config")) == true;

    // Of several aliases of one anchor each has its own path, so nothing is listed twice.
    private static ImmutableArray<RecognisedKey> WithoutEffect(SchemaWalker walker, CommandLineModel? commandLine) =>
        commandLine?.MaxBudget is null ? walker.WithoutEffect
            : walker.WithoutEffect.Add(new("--max_budget", new SourcePosition("cli", 0, 0)));
}
