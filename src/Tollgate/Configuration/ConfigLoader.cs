using System.Collections.Immutable;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Upstream;
using Tollgate.Management.Configuration;

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
        RemoteConfigRule.Check(request.Environment, diagnostics);

        // :: 1. Files to one tree, includes merged.
        var (files, paths) = Files(request, diagnostics);
        if (files is null)
        {
            return new(null, diagnostics.Sorted(), paths, []);
        }

        // :: 2. The command line's model, then environment_variables, before anything asks for a variable; then the database's rows.
        var tree = CommandLineEntry.Add(files.Root, request.CommandLine, diagnostics);
        var environment = EnvironmentSection.Apply(tree, request.Environment, diagnostics);
        var store = StoreSwitch.Resolve(tree, environment, request.Stored?.Rows);
        var overlay = request.Stored is { } stored && StoreSwitch.IsOn(store, stored.Rows) ? new DatabaseOverlay(stored, diagnostics) : null;
        environment = overlay?.Apply(environment) ?? environment;
        var variables = EnvironmentSection.Names(tree, overlay is null ? null : request.Stored!.Rows);
        tree = EnvironmentSection.Remove(overlay?.Apply(tree) ?? tree);

        // :: 3. References.
        tree = new TreeSubstitution(new VariableLookup(environment), diagnostics).Apply(tree);

        // :: 4. Schema: unknown keys, wrong types, keys without effect.
        var walker = new SchemaWalker(diagnostics);
        walker.Walk(tree);

        // :: 5. Typed records, then the rules that look across them.
        var overrides = overlay?.Overrides(environment) ?? new ModelOverrides();
        var list = new ModelListReader(tree, environment, providers, overrides, diagnostics).Read();
        var config = GatewayConfigReader.Read(tree, environment, request.CommandLine, list, diagnostics);
        var lookups = new LookupReader(tree, list.Deployments, providers, diagnostics);
        config = config with { SearchTools = lookups.ReadTools(), VectorStores = lookups.ReadStores() };
        ConfigRules.Check(new RuleContext(tree, config, environment, diagnostics));

        var strict = request.Strict || environment.IsOn("STRICT_CONFIG") || IsStrict(tree);
        var refused = diagnostics.HasFatal || diagnostics.HasWrongValue || (strict && diagnostics.HasError);
        var sorted = diagnostics.Sorted();
        var shown = new ShownConfiguration(tree, list, variables, sorted, overlay is null ? null : request.Stored!.Rows)
        {
            ConfigFile = request.Path ?? environment.GetNonEmpty("CONFIG_FILE_PATH"),
            Store = store,
            IsStoreSwitchInRow = StoreSwitch.IsInRow(request.Stored?.Rows),
            Undecryptable = overlay?.Undecryptable ?? [],
        };
        return new(refused ? null : config, sorted, paths, WithoutEffect(walker, request.CommandLine))
        {
            Tree = files,
            View = new Lazy<ConfigurationView>(shown.Build),
        };
    }

    private static (FileTree? Tree, ImmutableArray<string> Paths) Files(ConfigRequest request, DiagnosticBag diagnostics)
    {
        if (request.Files is { } known)
        {
            return (known, known.Paths);
        }

        var trees = new ConfigTreeReader(diagnostics);
        return ConfigOrigin.Read(request, trees) is { } root ? (new FileTree(root, trees.Files), trees.Files) : (null, trees.Files);
    }

    private static bool IsStrict(MappingNode tree) =>
        tree.Get("tollgate") is MappingNode section && Coercion.Bool(section.Get("strict_config")) == true;

    // Of several aliases of one anchor each has its own path, so nothing is listed twice.
    private static ImmutableArray<RecognisedKey> WithoutEffect(SchemaWalker walker, CommandLineModel? commandLine) =>
        commandLine?.MaxBudget is null ? walker.WithoutEffect
            : walker.WithoutEffect.Add(new("--max_budget", new SourcePosition("cli", 0, 0)));
}
