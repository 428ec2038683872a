using Tollgate.Engine.Pricing;
using Tollgate.FirstRun;
using Tollgate.Providers.Catalogue;

namespace Tollgate.Commands;

/// <summary>Takes over a price file into the data directory, beside what was imported before.</summary>
internal sealed class PriceImport(ModelCatalogue catalogue, DataDirectory data, TextWriter output, TextWriter errors)
{
    /// <summary>Problems shown one by one; a file of another form would fill the screen.</summary>
    private const int MostProblems = 20;

    private readonly SortedDictionary<string, PricedModel> _kept = new(StringComparer.Ordinal);
    private int _read;
    private int _changed;
    private int _rejected;
    private int _unknownKeys;
    private int _shown;

    /// <summary>Imports.</summary>
    /// <returns>0 when the file is in use from the next start or reload on, 1 when nothing was changed.</returns>
    public async Task<int> RunAsync(string path)
    {
        var target = Path.Combine(data.Path, ImportedPrices.FileName);
        try
        {
            var incoming = ImportedPrices.Open(path);
            var before = ImportedPrices.OfDirectory(data.Path);
            foreach (var name in before.Models)
            {
                Keep(before, name, before.Find(name)!);
            }

            foreach (var name in incoming.Models)
            {
                await TakeAsync(incoming, before, name);
            }

            if (_read == _rejected)
            {
                await errors.WriteLineAsync($"{path}: no model with prices in it; nothing was changed.");
                return 1;
            }

            PriceFile.Write(target, _kept.Values);
        }
        catch (Exception exception) when (exception is CatalogueException or IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync($"{exception.Message} Nothing was changed.");
            return 1;
        }

        await output.WriteLineAsync($"{_read} models read, {_changed} changed, {_rejected} rejected.");
        if (_unknownKeys > 0)
        {
            await output.WriteLineAsync($"{_unknownKeys} prices of kinds that are not known were left out.");
        }

        await output.WriteLineAsync($"Written to {target}; a running gateway uses it after a reload (SIGHUP).");
        return 0;
    }

    private async Task TakeAsync(ImportedPrices incoming, ImportedPrices before, string name)
    {
        var problems = new List<PriceProblem>();
        var prices = incoming.Find(name, problems)!;
        _unknownKeys += problems.Count(static problem => problem.IsUnknown);
        problems.RemoveAll(static problem => problem.IsUnknown);
        if (prices.IsEmpty && problems.Count == 0)
        {
            // Models without prices (limits and capabilities only) are in LiteLLM's file too.
            return;
        }

        _read++;
        if (problems.Count > 0)
        {
            // A model that is half wrong is not to be trusted in its other half.
            _rejected++;
            foreach (var problem in problems.Where(_ => _shown++ < MostProblems))
            {
                await errors.WriteLineAsync($"{name}.{problem.Key}: {problem.Message}; the model was left out.");
            }

            return;
        }

        var published = new PublishedPrices(catalogue, before).Find(name) ?? PriceFields.None;
        _changed += prices.Values.All(price => published[price.Key] == price.Value) ? 0 : 1;
        Keep(incoming, name, prices);
    }

    private void Keep(ImportedPrices from, string name, PriceFields prices)
        => _kept[name] = new PricedModel(name, from.TextOf(name, "litellm_provider"), from.TextOf(name, "mode"), prices);
}
