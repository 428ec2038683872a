using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tollgate.Engine.Admission;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Keys;
using Tollgate.Engine.PassThrough.Realtime;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;
using Tollgate.Engine.Spend;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;

namespace Tollgate.Engine.PassThrough;

/// <summary>One realtime session (llm-api.md section 14): admitted like a call, held like one, paid for when it ends.</summary>
internal sealed partial class RealtimePipeline(
    SnapshotHolder snapshots, Authenticator authenticator, CallAdmission admission, Router router, IPassThroughProviders providers,
    UpstreamTransport transport, AdmissionControl limits, SpendRecorder spend, CallSettlement settlement, TimeProvider time,
    ILogger<RealtimePipeline> logger)
{
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(30);

    /// <summary>Serves a session.</summary>
    /// <param name="http">The request to open it.</param>
    /// <param name="draining">The gateway wants to stop.</param>
    public async Task RunAsync(HttpContext http, CancellationToken draining)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            throw ApiException.BadRequest("A realtime session is opened as a WebSocket.");
        }

        var scratch = CallScratch.Rent();
        var call = new CallContext(http, snapshots.Current, Surface.Relay, time.GetTimestamp())
        {
            Members = scratch.RequestMembers,
            RouteName = "/realtime",
            CallTypeName = "_arealtime",
        };
        call.Uid = LlmPipeline.NewCallId();
        call.CallId = LlmPipeline.CallIdOf(http.Request) ?? call.Uid;
        try
        {
            await ServeAsync(call, scratch, draining);
        }
        catch (ApiException error) when (!call.OutputCommitted)
        {
            call.Refusal = error;
            await RefuseAsync(call, error);
        }
        catch (Exception gone) when (gone is OperationCanceledException or WebSocketException or IOException)
        {
            Log.SessionBroke(logger, call.CallId, gone.GetType().Name);
        }
        finally
        {
            settlement.Settle(call, scratch, time.GetElapsedTime(call.StartedAt));
            scratch.Return();
        }
    }

    private async Task ServeAsync(CallContext call, CallScratch scratch, CancellationToken draining)
    {
        var http = call.Http;
        AccessGates.Check(http, call.Snapshot);
        var key = SocketDoor.KeyOf(http.Request, call.Snapshot.Config.General);
        var token = RealtimeTokens.Open(key.Value, call.Snapshot, time);
        call.Caller = await IdentifyAsync(call, key, token);
        RouteAccess.CheckInference(call.Caller, http.Request.Path.Value ?? "/", Surface.Relay);
        var query = http.Request.Query;
        var model = query["model"].ToString() is { Length: > 0 } named ? named : query["deployment"].ToString();
        if (token is not null)
        {
            // Whoever was given a token was given it for this model.
            model = model.Length == 0 || string.Equals(model, token.Model, StringComparison.Ordinal) ? token.Model
                : throw ApiException.Forbidden($"This realtime token is for the model {token.Model}.");
        }

        if (model.Length == 0)
        {
            throw ApiException.BadRequest("/realtime: Missing required query parameter: 'model'.", "model");
        }

        call.Envelope = RequestEnvelope.Relayed(model, stream: true);
        await admission.AdmitAsync(call, scratch);
        var rest = key.Clean(http.Request.QueryString.Value ?? "", "model", "deployment", "api-version", "api_key", "api-key", "key", "guardrails");
        var (socket, own, target) = await ConnectAsync(call, scratch, rest);
        using (socket)
        {
            CallHeaders.WriteAlways(http.Response.Headers, call.CallId);
            LimitHeaders.Write(call, http.Response.Headers);
            using var client = await SocketDoor.AcceptAsync(http);
            call.OutputCommitted = true;
            var usage = new RealtimeUsage(target.Model ?? model, model, query["intent"].ToString() is "transcription");
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(draining, call.Aborted);
            var deployment = call.Outcome!.Deployment;
            var turns = new RealtimeTurns(call, deployment, () => IdentifyAsync(call, key, token), limits);
            if (target.Translator is { } translator)
            {
                await using var upstream = own ?? new SocketUpstream(socket!);
                using var translated = new TranslatedSession(client, upstream, translator(model, "sess_" + call.Uid.Replace("-", "", StringComparison.Ordinal)), usage, turns);
                await translated.RunAsync(Settle, time, stop.Token);
            }
            else
            {
                using var session = new RealtimeSession(client, socket!, usage, turns);
                await session.RunAsync(Settle, time, stop.Token);
            }

            void Settle()
            {
                call.Usage = usage.Sum;
                spend.Record(call, scratch, deployment, usage.SessionId, succeeded: true);
            }
        }
    }

    private ValueTask<Caller> IdentifyAsync(CallContext call, GatewayKey key, RealtimeToken? token) => token is null
        ? authenticator.IdentifyAsync(key.Value, key.Place, call.Snapshot, call.Aborted)
        : authenticator.IdentifyHashAsync(token.KeyHash, key.Place!, call.Snapshot, call.Aborted);

    /// <summary>Opens the session upstream, at the first deployment that lets us.</summary>
    private async Task<(ClientWebSocket? Socket, IRealtimeUpstream? Own, PassThroughTarget Target)> ConnectAsync(
        CallContext call, CallScratch scratch, string query)
    {
        var plan = call.Plan = router.PlanFor(call, call.Group!, scratch.RouteClaims);
        while (plan.TryNext(out var deployment))
        {
            if (plan.Wait > TimeSpan.Zero)
            {
                await Task.Delay(plan.Wait, time, call.Aborted);
            }

            var target = providers.OpenRealtime(deployment.Config, deployment.UpstreamModel, call.Snapshot.Config, query);
            var (socket, own, outcome) = target.Fault is { } fault
                ? (null, null, UpstreamErrors.FromFault(deployment, fault))
                : await TryConnectAsync(call, deployment, target);
            call.Outcome = outcome;
            plan.Report(outcome);
            if (outcome.Kind == UpstreamErrorKind.None)
            {
                return (socket, own, target);
            }

            Log.ConnectFailed(logger, call.CallId, deployment.Id, outcome.Status);
        }

        if (call.Outcome is not { } last)
        {
            throw plan.Refusal ?? new ApiException(403,
                $"litellm.PermissionDeniedError: Model is blocked - {call.Envelope.Model} was disabled by an administrator", "permission_error");
        }

        throw new ApiException(ErrorClasses.StatusOf(last.Kind, last.Status), $"litellm.{ErrorClasses.NameOf(last.Kind)}: {last.Message}");
    }

    private async Task<(ClientWebSocket? Socket, IRealtimeUpstream? Own, AttemptOutcome Outcome)> TryConnectAsync(
        CallContext call, Deployment deployment, PassThroughTarget target)
    {
        using var patience = new CancellationTokenSource(ConnectTime, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, call.Aborted);
        var opened = new AttemptOutcome { Deployment = deployment, Kind = UpstreamErrorKind.None };
        try
        {
            if (target.Framing is not null)
            {
                var (own, refusal) = await DuplexUpstream.OpenAsync(target, transport, time, both.Token);
                return (null, own, refusal is null ? opened : UpstreamErrors.FromFault(deployment, refusal));
            }

            var (socket, fault) = await SocketDoor.ConnectAsync(
                target, target.Translator is null ? BetaOf(call.Http.Request) : null, transport, both.Token);
            return fault is null ? (socket, null, opened) : (null, null, UpstreamErrors.FromFault(deployment, fault));
        }
        catch (Exception failed) when (failed is WebSocketException or OperationCanceledException or HttpRequestException or IOException)
        {
            var status = SocketDoor.StatusOf(failed);
            call.Aborted.ThrowIfCancellationRequested();
            return (null, null, new AttemptOutcome
            {
                Deployment = deployment,
                Kind = status >= 400 ? PlainErrors.KindOf(status) : failed is OperationCanceledException ? UpstreamErrorKind.Timeout
                    : UpstreamErrorKind.Connection,
                Status = status >= 400 ? status : 500,
                Message = status >= 400 ? $"The upstream refused the session with status {status}." : "The session could not be opened upstream.",
            });
        }
    }

    /// <summary>What failed before the session was there is an HTTP answer; what is refused is told over the socket.</summary>
    private static async Task RefuseAsync(CallContext call, ApiException error)
    {
        var http = call.Http;
        if (call.Outcome is not null || error.Status >= 500)
        {
            CallHeaders.WriteAlways(http.Response.Headers, call.CallId);
            await ErrorResponder.WriteAsync(http.Response, error, Surface.Relay);
            return;
        }

        await SocketDoor.RefuseAsync(http, error, call.Caller.KeyHeader is not null);
    }

    private static string? BetaOf(HttpRequest request)
        => request.Headers["OpenAI-Beta"].ToString() is { Length: > 0 } header ? header
            : request.HttpContext.WebSockets.WebSocketRequestedProtocols.Contains("openai-beta.realtime-v1", StringComparer.Ordinal)
                ? "realtime=v1" : null;

    private static partial class Log
    {
        [LoggerMessage(EventIds.PassThrough + 2, LogLevel.Debug, "Realtime session {CallId} broke: {Reason}")]
        public static partial void SessionBroke(ILogger logger, string callId, string reason);

        [LoggerMessage(EventIds.PassThrough + 3, LogLevel.Warning, "Realtime session {CallId}: deployment {DeploymentId} could not be reached (status {Status})")]
        public static partial void ConnectFailed(ILogger logger, string callId, string deploymentId, int status);
    }
}
