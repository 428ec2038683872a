using Tollgate.Engine.Configuration;

namespace Tollgate.Engine.Upstream;

/// <summary>Who is out there: resolves model names to providers and opens connections to them. Implemented by the provider catalogue.</summary>
public interface IProviderDirectory
{
    /// <summary>Which provider serves <paramref name="model"/>; pure, called at configuration load (providers.md section 2).</summary>
    ProviderResolution Resolve(string model, string? customProvider, string? apiBase);

    /// <summary>
    /// Compiles a deployment into a connection. Never throws for operator mistakes: a connection that cannot work answers its calls with the
    /// error that says why.
    /// </summary>
    /// <param name="deployment">The configured entry.</param>
    /// <param name="upstreamModel">The model text after wildcard substitution, still with its provider prefix.</param>
    /// <param name="config">The configuration it belongs to (environment, global switches).</param>
    IUpstreamConnection Connect(DeploymentConfig deployment, string upstreamModel, GatewayConfig config);

    /// <summary>Model ids known for a provider slug, without prefix: what <c>slug/*</c> expands to in listings.</summary>
    IReadOnlyList<string> KnownModels(string providerSlug);

    /// <summary>True when <paramref name="slug"/> is a provider prefix.</summary>
    bool IsProvider(string slug);

    /// <summary>All provider slugs, for suggestions.</summary>
    IReadOnlyCollection<string> Slugs { get; }
}

/// <summary>The outcome of provider resolution.</summary>
/// <param name="Slug">Provider; null when none could be inferred.</param>
/// <param name="Model">Model id to send, without the provider prefix.</param>
/// <param name="Notice">A remark worth one log line (for example "no provider prefix, treated as OpenAI-compatible"), or null.</param>
public readonly record struct ProviderResolution(string? Slug, string Model, string? Notice);
