namespace Tollgate.Engine.Pricing;

/// <summary>Published prices of models. Implemented over the shipped catalogue and what the operator imported.</summary>
public interface IPriceSource
{
    /// <summary>
    /// Prices of a model, found under the first of its names that is known: base model, provider and model, model, then without region prefix,
    /// date and case (routing.md 19.1, row 4). Never throws.
    /// </summary>
    /// <param name="provider">Provider slug; empty when there is none.</param>
    /// <param name="model">Model without the provider prefix.</param>
    /// <param name="baseModel">Name that the operator chose for look-ups; null for none.</param>
    /// <returns>Null when the model is not known.</returns>
    PriceFields? Find(string provider, string model, string? baseModel);

    /// <summary>How much a model takes and gives at most, found like its prices.</summary>
    ModelSizes SizesOf(string provider, string model, string? baseModel) => default;
}

/// <summary>How many tokens a model takes and gives at most.</summary>
/// <param name="MaxInputTokens">Null when unknown.</param>
/// <param name="MaxOutputTokens">Null when unknown.</param>
public readonly record struct ModelSizes(long? MaxInputTokens, long? MaxOutputTokens);

/// <summary>Knows no model: only prices of the configuration count.</summary>
internal sealed class NoPrices : IPriceSource
{
    public static NoPrices Instance { get; } = new();

    public PriceFields? Find(string provider, string model, string? baseModel) => null;
}
