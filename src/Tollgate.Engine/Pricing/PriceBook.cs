using System.Collections.Concurrent;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Upstream;

namespace Tollgate.Engine.Pricing;

/// <summary>
/// Finds the prices of deployments: what the operator wrote, over published prices, price by price (routing.md 19.1). Belongs to one
/// snapshot; nothing is read before the first call needs it.
/// </summary>
public sealed class PriceBook
{
    /// <summary>Sheets remembered of each sort; clients and upstreams could invent names, so there is a bound.</summary>
    private const int MostSheets = 4096;

    private readonly GatewayConfig _config;
    private readonly IProviderDirectory _providers;
    private readonly IPriceSource _source;

    // Deployments made for one call (a client's own address or key) share the sheet of the configured one.
    private readonly ConcurrentDictionary<(string Deployment, string Model, string? Region), PriceSheet> _byModel = new();
    private readonly ConcurrentDictionary<(string Deployment, string Model), PriceSheet> _byAnswer = new();

    /// <summary>Makes a book.</summary>
    public PriceBook(GatewayConfig config, IProviderDirectory providers, IPriceSource source)
    {
        _config = config;
        _providers = providers;
        _source = source;
    }

    /// <summary>Prices of a deployment.</summary>
    /// <param name="deployment">The configured entry.</param>
    /// <param name="provider">Its provider's slug.</param>
    /// <param name="upstreamModel">Its model, wildcards filled in, with or without provider prefix.</param>
    public PriceSheet PricesOf(DeploymentConfig deployment, string provider, string upstreamModel)
    {
        var key = (deployment.Id, upstreamModel, RegionOf(deployment));
        if (_byModel.TryGetValue(key, out var known))
        {
            return known;
        }

        var model = _providers.Resolve(upstreamModel, deployment.CustomProvider, deployment.ApiBase).Model;
        var published = deployment.Prices.TokensAreFree ? null : _source.Find(provider, model, deployment.Info.BaseModel);
        var sheet = Sheet(deployment.Prices.Over(published ?? PriceFields.None), provider, key.Item3);
        if (_byModel.Count < MostSheets)
        {
            _byModel.TryAdd(key, sheet);
        }

        return sheet;
    }

    /// <summary>How much a deployment's model takes and gives at most.</summary>
    public ModelSizes SizesOf(DeploymentConfig deployment, string provider, string upstreamModel)
        => _source.SizesOf(
            provider, _providers.Resolve(upstreamModel, deployment.CustomProvider, deployment.ApiBase).Model, deployment.Info.BaseModel);

    /// <summary>
    /// Prices of one call: the deployment's, or, where its own model is not known, those of the model that the answer names (say behind an
    /// upstream that chooses the model).
    /// </summary>
    /// <remarks>
    /// The configured model comes first, unlike in LiteLLM, whose bills depend on how an upstream spells its answers: a reservation and the
    /// cost that settles it use the same prices.
    /// </remarks>
    public PriceSheet PricesOf(DeploymentConfig deployment, PriceSheet own, string provider, string? answerModel)
    {
        if (own.IsPriced || string.IsNullOrEmpty(answerModel))
        {
            return own;
        }

        var key = (deployment.Id, answerModel);
        if (_byAnswer.TryGetValue(key, out var known))
        {
            return known;
        }

        var found = _source.Find(provider, answerModel, baseModel: null);
        var sheet = found is null ? own : Sheet(deployment.Prices.Over(found), provider, RegionOf(deployment));
        if (_byAnswer.Count < MostSheets)
        {
            _byAnswer.TryAdd(key, sheet);
        }

        return sheet;
    }

    /// <summary>
    /// Prices of pictures, which price lists have under names of their own: <c>hd/1024-x-1024/model</c>, or without the quality. Null where
    /// there are none, or the operator has set prices.
    /// </summary>
    public PriceSheet? PicturePricesOf(DeploymentConfig deployment, string provider, string upstreamModel, string? quality, string? size)
    {
        if (!deployment.Prices.IsEmpty)
        {
            return null;
        }

        var resolved = _providers.Resolve(upstreamModel, deployment.CustomProvider, deployment.ApiBase).Model;
        var model = deployment.Info.BaseModel is { Length: > 0 } known ? known[(known.LastIndexOf('/') + 1)..] : resolved;
        var side = size is null or "auto" ? "1024-x-1024" : size.Replace("x", "-x-", StringComparison.Ordinal);
        return PricesUnder(deployment, provider, $"{(quality is null or "auto" ? "standard" : quality)}/{side}/{model}", $"{side}/{model}");
    }

    /// <summary>
    /// Prices of films that are larger than usual, which price lists have under a name of their own: <c>model-high-res</c>. Null where there
    /// are none, or the operator has set prices.
    /// </summary>
    public PriceSheet? LargeFilmPricesOf(DeploymentConfig deployment, string provider, string upstreamModel) => deployment.Prices.IsEmpty
        ? PricesUnder(
            deployment, provider,
            (deployment.Info.BaseModel is { Length: > 0 } known ? known[(known.LastIndexOf('/') + 1)..]
                : _providers.Resolve(upstreamModel, deployment.CustomProvider, deployment.ApiBase).Model) + "-high-res")
        : null;

    private PriceSheet? PricesUnder(DeploymentConfig deployment, string provider, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            var key = (deployment.Id, name);
            if (_byAnswer.TryGetValue(key, out var sheet))
            {
                return sheet;
            }

            if (_source.Find(provider, name, baseModel: null) is { IsEmpty: false } found)
            {
                sheet = Sheet(found, provider, RegionOf(deployment));
                if (_byAnswer.Count < MostSheets)
                {
                    _byAnswer.TryAdd(key, sheet);
                }

                return sheet;
            }
        }

        return null;
    }

    /// <summary>Published prices of a model that no deployment serves, by its name with or without provider prefix; null when unknown.</summary>
    public PriceSheet? Published(string model, out string provider)
    {
        var resolved = _providers.Resolve(model, customProvider: null, apiBase: null);
        provider = resolved.Slug ?? "";
        return _source.Find(provider, resolved.Slug is null ? model : resolved.Model, model) is { } found ? Sheet(found, provider, null) : null;
    }

    private PriceSheet Sheet(PriceFields fields, string provider, string? region)
        => new(fields, _config.Pricing, CostAdjustment.For(_config.Pricing, provider), region);

    /// <summary>Regional addresses begin with the region: <c>https://eu.api.example.com</c>.</summary>
    private static string? RegionOf(DeploymentConfig deployment)
        => !Uri.TryCreate(deployment.ApiBase, UriKind.Absolute, out var address) ? null
            : address.Host.StartsWith("eu.", StringComparison.OrdinalIgnoreCase) ? "eu"
            : address.Host.StartsWith("us.", StringComparison.OrdinalIgnoreCase) ? "us"
            : null;
}
