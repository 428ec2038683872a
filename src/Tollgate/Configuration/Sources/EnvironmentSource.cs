using System.Collections;
using System.Collections.Immutable;

namespace Tollgate.Configuration;

/// <summary>
/// The environment as the configuration sees it: process variables, then a <c>.env</c> file for names the process does not have. The one
/// place that reads either. The process environment itself is never changed.
/// </summary>
internal sealed class EnvironmentSource
{
    private EnvironmentSource(ImmutableDictionary<string, string> variables, string workingDirectory, string? dotEnvFile)
    {
        Variables = variables;
        WorkingDirectory = workingDirectory;
        DotEnvFile = dotEnvFile;
    }

    public ImmutableDictionary<string, string> Variables { get; }

    /// <summary>Where relative paths given on the command line start.</summary>
    public string WorkingDirectory { get; }

    /// <summary>The <c>.env</c> file that was read, or null.</summary>
    public string? DotEnvFile { get; }

    /// <summary>The process environment, plus <c>.env</c> unless <c>LITELLM_MODE=PRODUCTION</c>.</summary>
    public static EnvironmentSource FromProcess()
    {
        var variables = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
#pragma warning disable RS0030 // The ban points here: everyone else asks this class.
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
#pragma warning restore RS0030
        {
            variables[(string)variable.Key] = (string?)variable.Value ?? "";
        }

        return From(variables.ToImmutable(), Directory.GetCurrentDirectory());
    }

    /// <summary>Given variables instead of the process's; <c>.env</c> files of the directory count all the same.</summary>
    public static EnvironmentSource From(IReadOnlyDictionary<string, string> variables, string workingDirectory)
    {
        var all = variables.ToImmutableDictionary(StringComparer.Ordinal);
        if (all.TryGetValue("LITELLM_MODE", out var mode) && string.Equals(mode, "PRODUCTION", StringComparison.OrdinalIgnoreCase))
        {
            return new(all, workingDirectory, null);
        }

        var file = FindDotEnv(workingDirectory);
        var added = file is null ? [] : DotEnvFileReader.Read(file).Where(pair => !all.ContainsKey(pair.Key));
        return new(all.SetItems(added), workingDirectory, file);
    }

    /// <summary>The same with some variables replaced (<c>environment_variables</c> of the file).</summary>
    public EnvironmentSource With(IEnumerable<KeyValuePair<string, string>> overrides) =>
        new(Variables.SetItems(overrides), WorkingDirectory, DotEnvFile);

    /// <summary>The value, or null when it is not set.</summary>
    public string? Get(string name) => Variables.GetValueOrDefault(name);

    /// <summary>The value, or null when it is not set or empty.</summary>
    public string? GetNonEmpty(string name) => Get(name) is { Length: > 0 } value ? value : null;

    /// <summary>True for <c>true/1/yes/on</c> in any case.</summary>
    public bool IsOn(string name) => Get(name) is { } value && YamlScalars.TryBool(value.Trim(), out var on) && on;

    private static string? FindDotEnv(string workingDirectory)
    {
        for (var directory = new DirectoryInfo(workingDirectory); directory is not null; directory = directory.Parent)
        {
            var candidate = Path.Combine(directory.FullName, ".env");
            if (File.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }
}
