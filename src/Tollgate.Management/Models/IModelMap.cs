using System.Text.Json.Nodes;

namespace Tollgate.Management.Models;

/// <summary>What is known of models: prices, limits, abilities, in the form of LiteLLM's cost map.</summary>
public interface IModelMap
{
    /// <summary>Which provider serves a model, and its id there.</summary>
    (string? Provider, string Model) Resolve(string model, string? customProvider, string? apiBase);

    /// <summary>Facts of a model; null when it is not known. The caller may change the answer.</summary>
    JsonObject? Find(string? provider, string model, string? baseModel);

    /// <summary>The whole map as it is now: the catalogue with what was imported or fetched over it.</summary>
    CostMapText Whole { get; }

    /// <summary>Number of models.</summary>
    int Count { get; }
}
