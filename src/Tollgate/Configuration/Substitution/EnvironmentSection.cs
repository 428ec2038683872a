using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Tollgate.Configuration;

/// <summary>Applies <c>environment_variables</c> before anything else asks for a variable (config.md 1.2 phase B and 3.3).</summary>
internal static partial class EnvironmentSection
{
    private const string Name = "environment_variables";

    /// <summary>The environment with the section's variables over it; the process environment is not touched.</summary>
    public static EnvironmentSource Apply(MappingNode root, EnvironmentSource environment, DiagnosticBag diagnostics)
    {
        if (root.Get(Name) is not MappingNode section)
        {
            if (root.Get(Name) is { IsNull: false } other)
            {
                diagnostics.Fatal(DiagnosticCodes.WrongShape, other.Position, Name, $"expected a mapping, found {other.Describe()}");
            }

            return environment;
        }

        foreach (var entry in section.Entries)
        {
            var path = KeyPath.Child(Name, entry.Key);
            if (!NameForm().IsMatch(entry.Key))
            {
                diagnostics.Warning(DiagnosticCodes.WrongType, entry.KeyPosition, path, "is not a variable name; skipped",
                    "Use letters, digits and '_'");
            }
            else if (entry.Value is not ScalarNode scalar)
            {
                diagnostics.Error(DiagnosticCodes.WrongType, entry.Value.Position, path,
                    $"expected a single value, found {entry.Value.Describe()}");
            }
            else if (new TreeSubstitution(new VariableLookup(environment), diagnostics)
                .Apply(scalar, entry.Key, path) is { IsNull: false } value)
            {
                environment = environment.With([new(entry.Key, value.Text)]);
            }
        }

        return environment;
    }

    /// <summary>Names of the variables that files and rows set.</summary>
    public static ImmutableArray<string> Names(MappingNode root, DatabaseRows? rows) =>
    [
        .. ((root.Get(Name) as MappingNode)?.Entries ?? []).Select(static e => e.Key)
            .Concat((rows?.VariableNames ?? [])).Distinct(StringComparer.Ordinal),
    ];

    /// <summary>The tree without the section: its values were resolved and reported here.</summary>
    public static MappingNode Remove(MappingNode root) => new(root.Entries.RemoveAll(static e => e.Key is Name), root.Position);

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NameForm();
}
