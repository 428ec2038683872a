using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Engine.PassThrough.Realtime;

/// <summary>Opens a session over WebRTC: the offer goes on with the provider's token, sound then goes between client and provider.</summary>
internal sealed class RealtimeCallPlan(IPassThroughProviders providers, TimeProvider time) : RelayPlan
{
    private RealtimeToken? _token;

    public override string RouteName => "/realtime/calls";

    public override string CallType => "_arealtime";

    public override ImmutableArray<string> Groups => ["llm_api_routes", "openai_routes"];

    public override GatewayKey FindKey(HttpRequest request, GeneralSettings general)
        => GatewayKey.From(KeyHeaders.Find(request.Headers, general.KeyHeaderName, out var header), header);

    public override async ValueTask<Caller> IdentifyAsync(RelayCall relay, Authenticator authenticator)
    {
        var call = relay.Call;
        _token = RealtimeTokens.Open(relay.Key.Value, call.Snapshot, time);
        return _token is null
            ? await base.IdentifyAsync(relay, authenticator)
            : await authenticator.IdentifyHashAsync(_token.KeyHash, relay.Key.Place!, call.Snapshot, call.Aborted);
    }

    public override async ValueTask PrepareAsync(RelayCall relay)
    {
        var call = relay.Call;
        if (_token is not { } token)
        {
            throw ApiException.Unauthorized("Authentication Error, a realtime call is opened with a token of /v1/realtime/client_secrets.");
        }

        if (token.Upstream.Length == 0)
        {
            throw ApiException.BadRequest($"Sessions with the model {token.Model} are opened over a WebSocket, not over WebRTC.");
        }

        await ReadBodyAsync(relay, isWhole: false);
        var holder = call.Snapshot.Config.Deployments.FirstOrDefault(
            deployment => string.Equals(deployment.Id, token.DeploymentId, StringComparison.Ordinal) && !deployment.Info.Blocked)
            ?? throw ApiException.BadRequest("The deployment that gave this realtime token is gone.");
        var target = providers.OpenResource(
            "", holder, new PassThroughCall("", "/realtime/calls", relay.Key.Clean(call.Http.Request.QueryString.Value ?? "", "model"), token.Model,
                call.Snapshot.Config));
        relay.Target = target with { Connection = new TokenConnection(target.Connection, token.Upstream) };
        relay.Deployment = relay.Describe(token.Model);
        relay.ModelNames = [token.Model];
        relay.IsMetered = false;
        relay.Headers = new HeaderPolicy(ForwardsAll: false, ["content-type", "accept", "openai-beta"], TakesCredentials: false,
            call.Snapshot.Config.General.KeyHeaderName);
        call.Envelope = EnvelopeOf(relay.Body!, token.Model, isStream: false);
    }

    /// <summary>The way to a provider with a token in place of its key.</summary>
    private sealed class TokenConnection(IUpstreamConnection inner, string token) : IUpstreamConnection
    {
        public string Provider => inner.Provider;

        public string ExceptionName => inner.ExceptionName;

        public string? DisplayBase => inner.DisplayBase;

        public TransportOptions Transport => inner.Transport;

        public ResponseRules Response => inner.Response;

        public UpstreamEndpoint EndpointFor(Surface surface) => inner.EndpointFor(surface);

        public ConnectionFault? WriteRequest(in UpstreamRequest request, JsonEdits edits) => inner.WriteRequest(request, edits);

        public ValueTask<ConnectionFault?> AuthorizeAsync(HttpRequestMessage message, string? clientKey, CancellationToken cancellationToken)
        {
            message.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
            return default;
        }

        public UpstreamErrorKind Classify(int status, ReadOnlySpan<byte> body) => inner.Classify(status, body);
    }
}
