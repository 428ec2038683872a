using System.Runtime.CompilerServices;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Pricing;
using Tollgate.Engine.Upstream;

namespace Tollgate.Engine.Routing;

/// <summary>A deployment ready to be called: the unit that is picked, cooled down and measured.</summary>
/// <param name="config">What the operator wrote.</param>
/// <param name="connection">The way to the upstream.</param>
/// <param name="upstreamModel">Model with provider prefix, wildcards filled in.</param>
/// <param name="book">Where its prices are found; null leaves it with those of its configuration.</param>
public sealed class Deployment(DeploymentConfig config, IUpstreamConnection connection, string upstreamModel, PriceBook? book = null)
{
    private PriceSheet? _prices;
    private StrongBox<ModelSizes>? _sizes;

    public DeploymentConfig Config { get; } = config;

    public IUpstreamConnection Connection { get; } = connection;

    /// <summary>Model with provider prefix, wildcards filled in.</summary>
    public string UpstreamModel { get; } = upstreamModel;

    public string Id => Config.Id;

    /// <summary>Its prices; looked up when the first call asks, since start-up must not read the catalogue.</summary>
    public PriceSheet Prices => _prices ??= book?.PricesOf(Config, Connection.Provider, UpstreamModel)
        ?? new PriceSheet(Config.Prices, new PricingSettings(), default);

    /// <summary>How much its model takes and gives at most; looked up like the prices.</summary>
    public ModelSizes Sizes
        => (_sizes ??= new StrongBox<ModelSizes>(book?.SizesOf(Config, Connection.Provider, UpstreamModel) ?? default)).Value;

    /// <summary>Prices of a call that the upstream says <paramref name="answerModel"/> has answered; counts where the configured model has none.</summary>
    public PriceSheet PricesFor(string? answerModel) => book?.PricesOf(Config, Prices, Connection.Provider, answerModel) ?? Prices;

    /// <summary>Prices of another product of the provider, that one deployment gives as well (<c>search-advanced</c>).</summary>
    public PriceSheet PricesOfProduct(string name) => book?.PricesOf(Config, Connection.Provider, $"{Connection.Provider}/{name}") ?? Prices;

    /// <summary>Prices of pictures of a size and quality; null where none are published for them or the operator has set prices.</summary>
    public PriceSheet? PicturePrices(string? quality, string? size) => book?.PicturePricesOf(Config, Connection.Provider, UpstreamModel, quality, size);

    /// <summary>Prices of films larger than usual that the catalogue has under a name of their own; null where it has none.</summary>
    public PriceSheet? LargeFilmPrices() => book?.LargeFilmPricesOf(Config, Connection.Provider, UpstreamModel);

    /// <summary>The model's name at the provider, without the provider's prefix: what logs and rollups show.</summary>
    public string ModelName { get; } = upstreamModel.StartsWith(connection.Provider + "/", StringComparison.Ordinal)
        ? upstreamModel[(connection.Provider.Length + 1)..]
        : upstreamModel;
}
