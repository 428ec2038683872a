using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.Media;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Azure;

/// <summary>A connection to an Azure OpenAI deployment: OpenAI's bodies, addresses and limits by API version.</summary>
internal sealed class AzureConnection : IUpstreamConnection
{
    private readonly ConnectionDraft _draft;
    private readonly AzureApiVersion _version;
    private readonly EndpointTable _endpoints;
    private readonly Authorization _authorization;
    private readonly ErrorClassifier _errors;
    private readonly SpokenSurfaces _spoken;
    private readonly Lazy<TargetModel> _target;

    /// <summary>Rewriters by what a version takes: there are eight kinds at most, a client's own version may need another.</summary>
    private readonly Rewriters?[] _rewriters = new Rewriters?[8];

    public AzureConnection(ConnectionDraft draft, Authorization authorization)
    {
        _draft = draft;
        _authorization = authorization;
        _version = new AzureApiVersion(
            draft.Deployment.ApiVersion is { Length: > 0 } own ? own : draft.Env("AZURE_API_VERSION") ?? AzureApiVersion.Default);
        _endpoints = new EndpointTable(surface => AzureEndpoints.OpenAi(draft, surface, _version));
        _errors = new ErrorClassifier(draft.Row);
        DisplayBase = OpenAiConnection.DisplayOf(draft.Base);
        Transport = OpenAiConnection.TransportOf(draft);
        _spoken = new SpokenSurfaces(draft);
        _target = new Lazy<TargetModel>(() => SpokenSurfaces.TargetOf(draft));
    }

    public string Provider => _draft.Row.Slug;

    public string ExceptionName => _draft.Row.ExceptionName;

    public ErrorWording Wording => ErrorWords.Of(_draft.Row);

    public string? DisplayBase { get; }

    public TransportOptions Transport { get; }

    public ResponseRules Response => _draft.Response;

    public UpstreamEndpoint EndpointFor(Surface surface) => _endpoints[surface];

    public UpstreamEndpoint EndpointFor(Surface surface, string? apiVersion)
    {
        if (string.IsNullOrEmpty(apiVersion) || string.Equals(apiVersion, _version.Text, StringComparison.Ordinal))
        {
            return _endpoints[surface];
        }

        return AzureApiVersion.IsWellFormed(apiVersion)
            ? AzureEndpoints.OpenAi(_draft, surface, new AzureApiVersion(apiVersion))
            : EndpointTable.BadRequest(_draft, "api_version is not well-formed.");
    }

    public ConnectionFault? WriteRequest(in UpstreamRequest request, JsonEdits edits)
        => RewritersFor(string.IsNullOrEmpty(request.ApiVersion) ? _version : new AzureApiVersion(request.ApiVersion)).Write(request, edits);

    public Surface SpokenFor(Surface surface) => _spoken.For(surface);

    public Surface SpokenFor(in UpstreamRequest request) => _spoken.For(request);

    public MediaShape? ShapeFor(Surface surface) => MediaShapes.Of(_draft, surface);

    public TargetModel TargetFor(Surface spoken) => _target.Value;

    public ValueTask<ConnectionFault?> AuthorizeAsync(HttpRequestMessage message, string? clientKey, CancellationToken cancellationToken)
        => _authorization.ApplyAsync(message, clientKey, cancellationToken);

    public UpstreamErrorKind Classify(int status, ReadOnlySpan<byte> body) => _errors.Classify(status, body);

    private Rewriters RewritersFor(AzureApiVersion version)
    {
        var kind = (version.TakesSchema ? 1 : 0) | (version.TakesStreamOptions ? 2 : 0) | (version.TakesRequiredTool ? 4 : 0);
        return _rewriters[kind] ??= new Rewriters(_draft, rules => Gate(rules, version));
    }

    private void Gate(ParameterRulesBuilder rules, AzureApiVersion version)
    {
        if (!version.TakesStreamOptions)
        {
            rules.StreamUsage = StreamUsage.Never;
        }

        if (rules.Surface != Surface.Chat)
        {
            return;
        }

        if (!version.TakesRequiredTool)
        {
            rules.Check(
                "tool_choice",
                ValueChecks.Map(new Dictionary<string, string>(StringComparer.Ordinal) { ["required"] = ValueChecks.Reject }));
        }

        if (!version.TakesSchema || !_draft.Can("response_schema"))
        {
            rules.Check("response_format", static (in RequestView request, in MemberSpan value, out ReadOnlyMemory<byte> replacement) =>
            {
                replacement = default;
                return value.Kind == JsonKind.Object && JsonWalker.TryFind(request.Json.Span, value.ValueStart, "type"u8, out var type)
                    && request.IsText(type, "json_schema"u8) ? ValueVerdict.Refuse : ValueVerdict.Keep;
            });
        }
    }
}
