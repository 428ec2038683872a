using Tollgate.Engine.Configuration;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Management.Tests.Spend;

/// <summary>A gateway that never calls anyone.</summary>
internal sealed class NoProviders : IProviderDirectory
{
    public ProviderResolution Resolve(string model, string? customProvider, string? apiBase) => new(null, model, null);

    public IUpstreamConnection Connect(DeploymentConfig deployment, string upstreamModel, GatewayConfig config) => new NoConnection();

    public IReadOnlyList<string> KnownModels(string providerSlug) => [];

    public bool IsProvider(string slug) => false;

    public IReadOnlyCollection<string> Slugs => [];
}

/// <summary>A connection that is never used.</summary>
internal sealed class NoConnection : IUpstreamConnection
{
    public string Provider => "openai";

    public string ExceptionName => "Exception";

    public string? DisplayBase => null;

    public TransportOptions Transport => TransportOptions.Default;

    public ResponseRules Response => ResponseRules.Identity;

    public UpstreamEndpoint EndpointFor(Surface surface) => new(null, null);

    public ConnectionFault? WriteRequest(in UpstreamRequest request, JsonEdits edits) => null;

    public ValueTask<ConnectionFault?> AuthorizeAsync(HttpRequestMessage message, string? clientKey, CancellationToken cancellationToken) => default;

    public UpstreamErrorKind Classify(int status, ReadOnlySpan<byte> body) => UpstreamErrorKind.BadRequest;
}
