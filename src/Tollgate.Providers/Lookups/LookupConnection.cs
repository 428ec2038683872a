using System.Net.Http.Headers;
using System.Text;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Amazon;
using Tollgate.Providers.Connections;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.Media;

namespace Tollgate.Providers.Lookups;

/// <summary>A connection to something that is searched: one surface, one address, the provider's words for it.</summary>
/// <param name="draft">Row and tool or store.</param>
/// <param name="authorization">Credentials and headers.</param>
/// <param name="surface">What is served.</param>
/// <param name="endpoint">Where it is.</param>
/// <param name="shape">How it is said.</param>
/// <param name="options">What the shape is told besides.</param>
internal sealed class LookupConnection(
    ConnectionDraft draft, Authorization authorization, Surface surface, UpstreamEndpoint endpoint, MediaShape? shape,
    IReadOnlyDictionary<string, string> options) : DialectConnection(draft, authorization), IUpstreamConnection
{
    private readonly Lazy<TargetModel> _target = new(() => TargetOf(draft) with { Options = options });

    private readonly bool _isAmazons = draft.Row.Slug is "bedrock" or "s3_vectors";

    /// <summary>Parameters that the operator has set, as they are inserted into a body.</summary>
    private readonly (string Name, byte[] Member)[] _defaults =
    [
        .. draft.Deployment.DefaultParams.Select(static member => (
            member.Name, (byte[])[.. ","u8, .. JsonText.Quote(member.Name), .. ":"u8, .. member.Json.Span])),
    ];

    /// <inheritdoc/>
    protected override Surface Spoken => Surface.Chat;

    /// <inheritdoc/>
    public override MediaShape? ShapeFor(Surface asked) => asked == surface ? shape : null;

    /// <inheritdoc/>
    public override TargetModel TargetFor(Surface spoken) => _target.Value;

    /// <inheritdoc/>
    public override UpstreamEndpoint EndpointFor(Surface asked, bool stream, string? apiVersion) => Draft.Fault is { } fault ? new UpstreamEndpoint(null, fault)
        : asked == surface && shape is not null ? endpoint
        : EndpointTable.BadRequest(Draft, $"the provider '{Draft.Row.Slug}' does not serve {asked.Route()}.");

    /// <inheritdoc/>
    public override ConnectionFault? WriteRequest(in UpstreamRequest request, JsonEdits edits)
    {
        // A store's settings are its connection's; a tool's are the provider's parameters, where the client sends none.
        if (request.Surface is Surface.Search)
        {
            foreach (var (name, member) in _defaults)
            {
                if (request.Members.Find(request.Json.Span, Encoding.UTF8.GetBytes(name)) < 0)
                {
                    edits.Insert(request.Members.RootEnd, member);
                }
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public override UpstreamErrorKind Classify(int status, ReadOnlySpan<byte> body) => Classify(status, body, headers: null);

    /// <summary>Amazon says the class in a header.</summary>
    public UpstreamErrorKind Classify(int status, ReadOnlySpan<byte> body, HttpResponseHeaders? headers)
        => (_isAmazons ? AmazonErrors.Classify(status, body, headers) : null) ?? base.Classify(status, body);
}
