namespace Tollgate.Tests.Providers;

public sealed class ProviderPageTests
{
    [Fact]
    public async Task Page_SaysWhatTheCatalogueAndTheConnectionsSay()
    {
        var path = Path.Combine(Root(), "docs", "providers.md");
        var written = new ProviderPage(Root()).Write();
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") is "1")
        {
            await File.WriteAllTextAsync(path, written);
        }

        (await File.ReadAllTextAsync(path)).ShouldBe(written, "docs/providers.md is old: run these tests with UPDATE_DOCS=1");
    }

    [Fact]
    public void EveryProviderThatIsServed_HasTests() => new ProviderPage(Root()).Untested.ShouldBeEmpty();

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
