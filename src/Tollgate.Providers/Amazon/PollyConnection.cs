using System.Net.Http.Headers;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;
using Tollgate.Wire;
using Tollgate.Wire.Json;
using Tollgate.Wire.Media;
using Tollgate.Wire.Media.Shapes;

namespace Tollgate.Providers.Amazon;

/// <summary>A connection to Amazon Polly: speech and nothing else.</summary>
internal sealed class PollyConnection(ConnectionDraft draft, Authorization authorization) : DialectConnection(draft, authorization), IUpstreamConnection
{
    private readonly Rewriters _rewriters = new(draft);

    /// <inheritdoc/>
    protected override Surface Spoken => Surface.Chat;

    /// <summary>Makes one.</summary>
    public static IUpstreamConnection Open(ConnectionDraft draft, ConnectionServices services)
    {
        var region = BedrockFamily.RegionOf(draft);
        draft.Base ??= $"https://polly.{region}.{BedrockFamily.DomainOf(region)}";
        return new PollyConnection(draft, AmazonAuthorization.Choose(draft, services, "polly", region));
    }

    /// <inheritdoc/>
    public override MediaShape? ShapeFor(Surface surface) => surface is Surface.Speech ? PollySpeech.Instance : null;

    /// <inheritdoc/>
    public override UpstreamEndpoint EndpointFor(Surface surface, bool stream, string? apiVersion)
        => surface is Surface.Speech ? NativeConnection.Below(Draft, "/v1/speech")
            : EndpointTable.BadRequest(Draft, $"the provider '{Draft.Row.Slug}' does not serve {surface.Route()}.");

    /// <inheritdoc/>
    public override ConnectionFault? WriteRequest(in UpstreamRequest request, JsonEdits edits) => _rewriters.Write(request, edits);

    /// <inheritdoc/>
    public override UpstreamErrorKind Classify(int status, ReadOnlySpan<byte> body) => Classify(status, body, headers: null);

    /// <summary>Amazon says the class in a header.</summary>
    public UpstreamErrorKind Classify(int status, ReadOnlySpan<byte> body, HttpResponseHeaders? headers)
        => AmazonErrors.Classify(status, body, headers) ?? base.Classify(status, body);
}
