using Tollgate.Engine.Pricing;
using Tollgate.FirstRun;
using Tollgate.Providers.Catalogue;

namespace Tollgate.Hosting;

/// <summary>Opens the published prices: the shipped catalogue and what stands in the data directory, anew at each reload.</summary>
internal sealed class PriceSetup(ModelCatalogue models, DataDirectory data)
{
    private volatile ImportedPrices _imported = ImportedPrices.None;

    /// <summary>The shipped catalogue.</summary>
    public ModelCatalogue Catalogue => models;

    /// <summary>What was opened last, over the catalogue.</summary>
    public ImportedPrices Imported => _imported;

    /// <summary>Opens them; of the catalogue nothing is read yet.</summary>
    /// <exception cref="CatalogueException">The imported file cannot be used.</exception>
    public IPriceSource Open() => new PublishedPrices(models, _imported = ImportedPrices.OfDirectory(data.Path));
}
