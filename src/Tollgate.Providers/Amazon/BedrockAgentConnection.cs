using System.Net.Http.Headers;
using System.Text.Json;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;
using Tollgate.Wire;
using Tollgate.Wire.Bedrock;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.Sse;

namespace Tollgate.Providers.Amazon;

/// <summary>
/// A connection to an agent of Bedrock, or to one that runs in AgentCore (05-bedrock-sagemaker.md section 7.1). Both hold sessions: the client
/// names one, or each call is one of its own.
/// </summary>
internal sealed class BedrockAgentConnection : DialectConnection, IUpstreamConnection
{
    private const string SessionHeader = "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id";
    private const string UserHeader = "X-Amzn-Bedrock-AgentCore-Runtime-User-Id";

    private readonly bool _isCore;
    private readonly string _path;
    private readonly string _query;

    private BedrockAgentConnection(ConnectionDraft draft, Authorization authorization, bool isCore, string path)
        : base(draft, authorization)
    {
        _isCore = isCore;
        _path = path;
        _query = isCore && QualifierOf(draft) is { } qualifier ? "qualifier=" + Uri.EscapeDataString(qualifier) : "";
    }

    /// <inheritdoc/>
    protected override Surface Spoken => _isCore ? Surface.AgentCore : Surface.BedrockAgent;

    /// <summary>Makes one.</summary>
    public static IUpstreamConnection Open(ConnectionDraft draft, BedrockModel model, string region, ConnectionServices services)
    {
        var isCore = model.Route is "agentcore";
        var own = draft.Param("aws_bedrock_runtime_endpoint", "AWS_BEDROCK_RUNTIME_ENDPOINT") ?? draft.Base;
        draft.Base = own ?? $"https://{(isCore ? "bedrock-agentcore" : "bedrock-agent-runtime")}.{region}.{BedrockFamily.DomainOf(region)}";
        var path = isCore ? CorePath(model.Id) : AgentPath(model.Id);
        if (path is null)
        {
            draft.Fault = new ConnectionFault(
                UpstreamErrorKind.BadRequest,
                $"{draft.Row.ExceptionName} - litellm_params.model names no agent: write bedrock/agent/<agent id>/<alias id> or bedrock/agentcore/<runtime ARN>.");
        }

        var authorization = AmazonAuthorization.Choose(draft, services, isCore ? "bedrock-agentcore" : "bedrock", region, takesTokens: false);
        return new BedrockAgentConnection(draft, authorization, isCore, path ?? "");
    }

    /// <inheritdoc/>
    public override UpstreamEndpoint EndpointFor(Surface surface, bool stream, string? apiVersion)
        => Draft.Fault is { } fault ? new UpstreamEndpoint(null, fault)
            : surface != Spoken ? NativeConnection.NotServed(Draft, surface)
            : Address(_isCore ? _path : _path + SessionPath(Guid.NewGuid().ToString()));

    /// <summary>What names the session stands in the address or in a header.</summary>
    public override ConnectionFault? WriteRequest(in UpstreamRequest request, JsonEdits edits)
    {
        new RootCutter(request.Json, request.Members).Cut(edits, IsAside);
        return null;
    }

    /// <inheritdoc/>
    public override void CompleteHeaders(in UpstreamRequest request, HttpRequestHeaders headers)
    {
        if (!_isCore)
        {
            return;
        }

        using var body = JsonDocument.Parse(request.Json);

        // A session's name must be longer than one unique number is.
        headers.TryAddWithoutValidation(SessionHeader, SessionOf(body.RootElement) ?? $"{Guid.NewGuid():N}{Guid.NewGuid():N}");
        headers.TryAddWithoutValidation("Accept", "application/json, text/event-stream");
        if (body.RootElement.Text("runtimeUserId"u8) is { Length: > 0 } user)
        {
            headers.TryAddWithoutValidation(UserHeader, user);
        }
    }

    /// <inheritdoc/>
    public override Task<HttpResponseMessage> ExchangeAsync(
        HttpMessageInvoker transport, HttpRequestMessage message, in UpstreamRequest request, CancellationToken cancellationToken)
        => ExchangeAsync(transport, message, request.Json, request.Stream, cancellationToken);

    private async Task<HttpResponseMessage> ExchangeAsync(
        HttpMessageInvoker transport, HttpRequestMessage message, ReadOnlyMemory<byte> request, bool isStream, CancellationToken cancellationToken)
    {
        if (!_isCore)
        {
            await EnterAsync(message, request, cancellationToken);
        }

        var response = await transport.SendAsync(message, cancellationToken);
        var type = response.Content.Headers.ContentType?.MediaType;
        if (isStream || !response.IsSuccessStatusCode || type is not ("text/event-stream" or EventStreamSplitter.MediaType))
        {
            return response;
        }

        var stream = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        IFrameSplitter splitter = type is EventStreamSplitter.MediaType ? new EventStreamSplitter(unwraps: false) : new SseSplitter();
        try
        {
            var (answer, status) = GatheredEvents.Of(splitter, stream);
            return Polling.Ended(response, answer, (System.Net.HttpStatusCode)status);
        }
        catch (InvalidDataException)
        {
            return Polling.Ended(response, """{"error":{"message":"The agent's event stream is broken.","code":"502"}}"""u8.ToArray(), System.Net.HttpStatusCode.BadGateway);
        }
    }

    /// <inheritdoc/>
    public override UpstreamErrorKind Classify(int status, ReadOnlySpan<byte> body) => Classify(status, body, headers: null);

    /// <summary>Amazon says the class in a header.</summary>
    public UpstreamErrorKind Classify(int status, ReadOnlySpan<byte> body, HttpResponseHeaders? headers)
        => AmazonErrors.Classify(status, body, headers) ?? base.Classify(status, body);

    /// <summary>Goes on with the session that the client names: its name stands in the address, which is signed.</summary>
    private async Task EnterAsync(HttpRequestMessage message, ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        using var body = JsonDocument.Parse(request);
        if (SessionOf(body.RootElement) is not { } session || Address(_path + SessionPath(session)).Uri is not { } address)
        {
            return;
        }

        message.RequestUri = address;
        if (message.Headers.NonValidated.TryGetValues("Authorization", out var credential)
            && credential.ToString().StartsWith("AWS4-", StringComparison.Ordinal))
        {
            await AuthorizeAsync(message, clientKey: null, cancellationToken);
        }
    }

    private static bool IsAside(string name) => GatheredEvents.IsSession(name) || name is "runtimeUserId" or "qualifier";

    private static string? SessionOf(JsonElement body)
    {
        foreach (var member in body.EnumerateObject())
        {
            if (GatheredEvents.IsSession(member.Name) && member.Value.Text() is { Length: > 0 } session)
            {
                return session;
            }
        }

        return null;
    }

    private static string SessionPath(string session) => $"/sessions/{Uri.EscapeDataString(session)}/text";

    private static string? AgentPath(string id) => id.Split('/') is [{ Length: > 0 } agent, { Length: > 0 } alias]
        ? $"/agents/{Uri.EscapeDataString(agent)}/agentAliases/{Uri.EscapeDataString(alias)}" : null;

    private static string? CorePath(string arn)
        => arn.StartsWith("arn:", StringComparison.Ordinal) ? $"/runtimes/{Uri.EscapeDataString(arn)}/invocations" : null;

    /// <summary>The version or endpoint of a runtime, as the operator names it.</summary>
    private static string? QualifierOf(ConnectionDraft draft)
        => draft.Param("qualifier")
            ?? (draft.Deployment.DefaultParams.FirstOrDefault(static member => member.Name is "qualifier") is { } named ? JsonText.AsString(named.Json.Span) : null);

    private UpstreamEndpoint Address(string path)
    {
        var (root, query) = EndpointTable.Split(Draft.Base!);
        return EndpointTable.Make(Draft, EndpointTable.Join(root + path, query, _query, Draft.Deployment.ExtraQuery));
    }
}
