namespace Tollgate.Wire.Tests.Hub;

public sealed class DialectPageTests
{
    [Fact]
    public async Task Page_SaysWhatTheTablesSay()
    {
        var path = Path.Combine(Root(), "docs", "dialects.md");
        var written = DialectPage.Write();
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") is "1")
        {
            await File.WriteAllTextAsync(path, written);
        }

        (await File.ReadAllTextAsync(path)).ShouldBe(written, "docs/dialects.md is old: run these tests with UPDATE_DOCS=1");
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Tollgate.slnx")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }
}
