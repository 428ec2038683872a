using System.Collections.Immutable;
using Tollgate.Configuration;
using Tollgate.Hosting;

namespace Tollgate.Commands;

/// <summary>Checks a configuration without serving it: every problem, and every key that is known but does nothing yet.</summary>
internal sealed class ConfigCheck(EnvironmentSource environment, TextWriter output, TextWriter errors)
{
    /// <summary>Checks and reports.</summary>
    /// <param name="path">The file; null asks the environment.</param>
    /// <param name="model">A model given by flags; null for none.</param>
    /// <param name="strict">Errors count like fatal problems.</param>
    /// <returns>0 when the gateway would start, 1 when not.</returns>
    public async Task<int> RunAsync(string? path, CommandLineModel? model, bool strict)
    {
        var providers = ProviderSetup.Open(environment);
        var result = ConfigLoader.Load(new ConfigRequest { Path = path, Environment = environment, CommandLine = model, Strict = strict }, providers);
        await errors.WriteAsync(DiagnosticPrinter.ToText(result.Diagnostics, ConfigSource.SourceLine));
        await WriteWithoutEffectAsync(result.WithoutEffect);
        var name = path ?? "configuration";
        if (result.Config is not { } config)
        {
            await errors.WriteLineAsync($"{name}: not usable, see the problems above.");
            return 1;
        }

        await output.WriteLineAsync(
            $"{name}: OK, {config.Deployments.Length} deployments, {Count(result, DiagnosticLevel.Error)} errors, {Count(result, DiagnosticLevel.Warning)} warnings, {Count(result, DiagnosticLevel.Notice)} notices.");
        return 0;
    }

    private async Task WriteWithoutEffectAsync(ImmutableArray<RecognisedKey> keys)
    {
        if (keys.IsEmpty)
        {
            return;
        }

        await output.WriteLineAsync("Recognised, without effect in this version:");
        foreach (var key in keys)
        {
            await output.WriteLineAsync($"  {key.Position.File}:{key.Position.Line} {key.Path}");
        }
    }

    private static int Count(ConfigResult result, DiagnosticLevel level) => result.Diagnostics.Count(diagnostic => diagnostic.Level == level);
}
