using System.CommandLine;
using Tollgate.Configuration;
using Tollgate.FirstRun;
using Tollgate.Hosting;
using Tollgate.Providers;
using Tollgate.Providers.Catalogue;

namespace Tollgate.Commands;

/// <summary><c>tollgate prices show MODEL</c> and <c>tollgate prices import FILE</c>.</summary>
internal static class PricesCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(EnvironmentSource environment, TextWriter output, TextWriter errors)
    {
        var model = new Argument<string>("MODEL") { Description = "Model as LiteLLM names it, with or without provider prefix" };
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var showFrom = DataDirectoryOption();
        var show = new Command("show", "Show what is known of a model's prices") { model, json, showFrom };
        show.SetAction((parsed, _) =>
        {
            var providers = ProviderSetup.Open(environment);
            var imported = ImportedPrices.OfDirectory(DirectoryOf(parsed.GetValue(showFrom), environment).Path);
            return new PriceListing(providers, imported, output, errors).ShowAsync(parsed.GetValue(model)!, parsed.GetValue(json));
        });

        var file = new Argument<string>("FILE") { Description = "Prices in LiteLLM's form: a JSON object of models by name" };
        var importTo = DataDirectoryOption();
        var import = new Command("import", "Use prices of a file instead of the shipped ones, price by price") { file, importTo };
        import.SetAction((parsed, _) =>
        {
            ProviderDirectory providers = ProviderSetup.Open(environment);
            var data = DirectoryOf(parsed.GetValue(importTo), environment);
            var path = Path.Combine(environment.WorkingDirectory, parsed.GetValue(file)!);
            return new PriceImport(providers.Catalogue.Models, data, output, errors).RunAsync(path);
        });
        return new Command("prices", "Show and replace the prices of models") { show, import };
    }

    private static Option<string?> DataDirectoryOption()
        => new("--data_dir", "--data-dir") { Description = "Data directory of the gateway; default TOLLGATE_DATA_DIR, else ./data" };

    private static DataDirectory DirectoryOf(string? given, EnvironmentSource environment)
        => given is null ? DataDirectory.From(environment) : new DataDirectory(Path.Combine(environment.WorkingDirectory, given));
}
