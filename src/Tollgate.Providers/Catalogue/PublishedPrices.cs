using Tollgate.Engine.Pricing;

namespace Tollgate.Providers.Catalogue;

/// <summary>Prices of models: the shipped catalogue, and what the operator imported over it.</summary>
/// <param name="catalogue">The catalogue; its lines are read one by one, when a model is asked for.</param>
/// <param name="imported">The operator's prices.</param>
public sealed class PublishedPrices(ModelCatalogue catalogue, ImportedPrices imported) : IPriceSource
{
    /// <inheritdoc />
    public PriceFields? Find(string provider, string model, string? baseModel)
        => NameOf(provider, model, baseModel) is { } name ? Find(name) : null;

    /// <summary>The name under which a model's prices stand; null when it has none.</summary>
    public string? NameOf(string provider, string model, string? baseModel)
    {
        foreach (var name in ModelNames.Of(provider, model, baseModel))
        {
            // A base model is the operator's choice; other names must not bring prices of somebody else's model of the same name.
            var chosen = name.Length > 0 && baseModel is not null && name.EndsWith(baseModel, StringComparison.Ordinal);
            if ((chosen || name.StartsWith(provider + "/", StringComparison.Ordinal) || IsOf(provider, name)) && Find(name) is { IsEmpty: false })
            {
                return name;
            }
        }

        return null;
    }

    /// <inheritdoc />
    public ModelSizes SizesOf(string provider, string model, string? baseModel)
    {
        foreach (var name in ModelNames.Of(provider, model, baseModel))
        {
            if (catalogue.SizesOf(name) is { } sizes)
            {
                return sizes;
            }
        }

        return default;
    }

    /// <summary>Prices under exactly this name; null when it is unknown.</summary>
    public PriceFields? Find(string name)
    {
        var own = imported.Find(name);
        var shipped = catalogue.PricesOf(name);
        return own is null ? shipped : shipped is null ? own : own.Over(shipped);
    }

    /// <summary>Every name, sorted.</summary>
    public IReadOnlyList<string> Names => [.. catalogue.Ids.Union(imported.Models, StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Who offers the model of exactly this name; null when it is unknown.</summary>
    public string? ProviderOf(string name)
        => catalogue.ProviderOf(name) ?? (imported.Has(name) ? imported.TextOf(name, "litellm_provider") : null);

    private bool IsOf(string provider, string name)
        => ProviderOf(name) is not { Length: > 0 } owner || provider.Length == 0 || AreRelated(owner, provider);

    // bedrock and bedrock_converse, cohere and cohere_chat, openai and text-completion-openai are one house.
    private static bool AreRelated(string left, string right)
        => string.Equals(left, right, StringComparison.Ordinal) || IsBranch(left, right) || IsBranch(right, left);

    private static bool IsBranch(string branch, string house)
        => branch.Length > house.Length
            && ((branch.StartsWith(house, StringComparison.Ordinal) && branch[house.Length] is '_' or '-')
                || (branch.EndsWith(house, StringComparison.Ordinal) && branch[branch.Length - house.Length - 1] is '_' or '-'));
}
