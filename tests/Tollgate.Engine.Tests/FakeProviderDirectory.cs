using Tollgate.Engine.Configuration;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Engine.Tests;

/// <summary>Three providers; bare names that begin with <c>gpt</c> are OpenAI's.</summary>
internal sealed class FakeProviderDirectory : IProviderDirectory
{
    private static readonly string[] Known = ["openai", "azure", "openrouter"];

    public IReadOnlyCollection<string> Slugs => Known;

    public ProviderResolution Resolve(string model, string? customProvider, string? apiBase)
    {
        var slash = model.IndexOf('/');
        if (slash > 0 && IsProvider(model[..slash]))
        {
            return new ProviderResolution(model[..slash], model[(slash + 1)..], null);
        }

        return new ProviderResolution(model.StartsWith("gpt") ? "openai" : null, model, null);
    }

    public IUpstreamConnection Connect(DeploymentConfig deployment, string upstreamModel, GatewayConfig config)
        => new FakeConnection(Resolve(upstreamModel, null, null).Slug ?? "none");

    public IReadOnlyList<string> KnownModels(string providerSlug) => [];

    public bool IsProvider(string slug) => Known.Contains(slug);
}

/// <summary>A connection that is never used; it classifies by status alone.</summary>
internal sealed class FakeConnection(string provider) : IUpstreamConnection
{
    public string Provider => provider;

    public string ExceptionName => "FakeException";

    public ErrorWording Wording { get; init; }

    public string? DisplayBase => null;

    public TransportOptions Transport => TransportOptions.Default;

    public ResponseRules Response => ResponseRules.Identity;

    public UpstreamEndpoint EndpointFor(Surface surface) => new(new Uri("http://127.0.0.1/"), null);

    public ConnectionFault? WriteRequest(in UpstreamRequest request, JsonEdits edits) => null;

    public ValueTask<ConnectionFault?> AuthorizeAsync(HttpRequestMessage message, string? clientKey, CancellationToken cancellationToken) => default;

    public UpstreamErrorKind Classify(int status, ReadOnlySpan<byte> body) => status switch
    {
        429 => UpstreamErrorKind.RateLimit,
        >= 500 => UpstreamErrorKind.InternalServer,
        _ => UpstreamErrorKind.BadRequest,
    };
}
