using System.Diagnostics;

namespace Tollgate.Architecture.Tests;

/// <summary>What it takes to add a provider, kept as patches for a fictitious one: they apply to the tree as it is, and touch no more than promised.</summary>
public sealed class FixtureTests
{
    [Fact]
    public async Task ProviderOfTheOpenAiDialect_IsOneRow()
    {
        var patch = await AppliedAsync("acme-row.patch");
        Files(patch).ShouldBe(["catalog/providers.json"]);
        Added(patch).Count().ShouldBe(1);
    }

    [Fact]
    public async Task ProviderWithItsOwnDialect_IsItsFoldersAndALineInEachRegistry()
    {
        var patch = await AppliedAsync("acme-dialect.patch");
        Files(patch).Where(static file => !file.Contains("/Acme/", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ShouldBe(
        [
            "catalog/providers.json", "src/Tollgate.Providers/Connections/Families.cs", "src/Tollgate.Wire/Hub/Dialects.cs", "src/Tollgate.Wire/Surface.cs",
        ]);
    }

    private static async Task<string[]> AppliedAsync(string name)
    {
        var path = Repository.Path($"tests/Tollgate.Architecture.Tests/Fixtures/{name}");
        using var git = Process.Start(new ProcessStartInfo("git", ["apply", "--check", path])
        {
            WorkingDirectory = Repository.Path("."),
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        var errors = await git.StandardError.ReadToEndAsync();
        await git.WaitForExitAsync();
        git.ExitCode.ShouldBe(0, errors);
        return await File.ReadAllLinesAsync(path);
    }

    private static IEnumerable<string> Files(string[] patch)
        => patch.Where(static line => line.StartsWith("+++ b/", StringComparison.Ordinal)).Select(static line => line["+++ b/".Length..]);

    private static IEnumerable<string> Added(string[] patch)
        => patch.Where(static line => line.StartsWith('+') && !line.StartsWith("+++", StringComparison.Ordinal));
}
