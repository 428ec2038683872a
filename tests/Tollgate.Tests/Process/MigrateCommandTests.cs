using Tollgate.Commands;
using Tollgate.Configuration;

namespace Tollgate.Tests.Process;

/// <summary><c>tollgate migrate</c>.</summary>
public sealed class MigrateCommandTests
{
    [Fact]
    public async Task Migrate_MakesTheEmbeddedStoreOnce()
    {
        using var folder = new TempFolder();

        var (firstCode, first, _) = await RunAsync(folder);
        var (secondCode, second, _) = await RunAsync(folder);

        (firstCode, secondCode).ShouldBe((0, 0));
        first.ShouldContain("applied 0001_litellm");
        second.ShouldNotContain("applied");
        second.ShouldContain("is up to date");
    }

    [Fact]
    public async Task Migrate_WithoutAReachableDatabase_FailsWithoutThePassword()
    {
        using var folder = new TempFolder();

        var (code, _, errors) = await RunAsync(
            folder, ("DATABASE_URL", "postgresql://u:s3cret@127.0.0.1:1/d"), ("TOLLGATE_DB_WAIT", "0"));

        code.ShouldBe(1);
        errors.ShouldContain("127.0.0.1:1/d cannot be reached");
        errors.ShouldNotContain("s3cret");
    }

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(TempFolder folder, params (string Name, string Value)[] variables)
    {
        var all = variables.ToDictionary(variable => variable.Name, variable => variable.Value);
        all["LITELLM_MODE"] = "PRODUCTION";
        all["LITELLM_MASTER_KEY"] = "sk-master-for-tests";
        all["TOLLGATE_DATA_DIR"] = Path.Combine(folder.Path, "data");
        var output = new StringWriter();
        var errors = new StringWriter();
        var code = await TollgateCommand.RunAsync(["migrate"], EnvironmentSource.From(all, folder.Path), output, errors);
        return (code, output.ToString(), errors.ToString());
    }
}
