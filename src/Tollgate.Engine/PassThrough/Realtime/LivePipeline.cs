using System.Buffers;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;
using Tollgate.Engine.Spend;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Realtime;

namespace Tollgate.Engine.PassThrough.Realtime;

/// <summary>
/// A session in a provider's own realtime API, relayed as it is (llm-api.md section 14). Its model stands in the client's first message, which is
/// read before anything is decided; the session is held like a call and paid for when it ends.
/// </summary>
internal sealed partial class LivePipeline(
    SnapshotHolder snapshots, Authenticator authenticator, CallAdmission admission, IPassThroughProviders providers, UpstreamTransport transport,
    SpendRecorder spend, CallSettlement settlement, TimeProvider time, ILogger<LivePipeline> logger)
{
    /// <summary>The first message says what the session is to be: more than this is no setup.</summary>
    private const int LongestSetup = 4 * 1024 * 1024;

    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(30);

    /// <summary>How long a client may take to say what it wants.</summary>
    private static readonly TimeSpan SetupTime = TimeSpan.FromSeconds(60);

    /// <summary>Serves a session; answers every outcome itself.</summary>
    /// <param name="http">The request to open it.</param>
    /// <param name="draining">The gateway wants to stop.</param>
    public async Task RunAsync(HttpContext http, CancellationToken draining)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            await ErrorResponder.WriteAsync(http.Response, ApiException.BadRequest("A live session is opened as a WebSocket."), Surface.Relay);
            return;
        }

        var scratch = CallScratch.Rent();
        var call = new CallContext(http, snapshots.Current, Surface.Relay, time.GetTimestamp())
        {
            Members = scratch.RequestMembers,
            RouteName = http.Request.Path.Value ?? "/",
            CallTypeName = "_arealtime",
        };
        call.Uid = LlmPipeline.NewCallId();
        call.CallId = LlmPipeline.CallIdOf(http.Request) ?? call.Uid;
        WebSocket? client = null;
        try
        {
            AccessGates.Check(http, call.Snapshot);
            var key = SocketDoor.KeyOf(http.Request, call.Snapshot.Config.General);
            call.Caller = await authenticator.IdentifyAsync(key.Value, key.Place, call.Snapshot, call.Aborted);
            RouteAccess.CheckRelayed(call.Caller, call.RouteName, RouteAccess.PassThrough);
            client = await SocketDoor.AcceptAsync(http);
            call.OutputCommitted = true;
            await ServeAsync(call, scratch, client, draining);
        }
        catch (ApiException error)
        {
            call.Refusal = error;
            await RefuseAsync(call, client, error);
        }
        catch (Exception gone) when (gone is OperationCanceledException or WebSocketException or IOException or HttpRequestException)
        {
            Log.SessionBroke(logger, call.CallId, gone.GetType().Name);
        }
        finally
        {
            client?.Dispose();
            settlement.Settle(call, scratch, time.GetElapsedTime(call.StartedAt));
            scratch.Return();
        }
    }

    private async Task ServeAsync(CallContext call, CallScratch scratch, WebSocket client, CancellationToken draining)
    {
        var setup = await SetupAsync(call, client);
        var model = LiveUsage.ModelOf(setup)
            ?? throw ApiException.BadRequest("The first message of a live session is its setup, with the model.", "setup.model");
        var name = model[(model.LastIndexOf('/') + 1)..];
        var query = call.Http.Request.Query;
        var target = providers.OpenLive(Given(query["project_id"]), Given(query["location"]), model, call.Snapshot.Config);
        var relay = new RelayCall(call, scratch) { Target = target };
        var deployment = relay.Describe(target.Model ?? name);
        call.Envelope = RequestEnvelope.Relayed(name, stream: true);
        await admission.AdmitRelayedAsync(call, scratch, deployment, name, deployment.UpstreamModel);
        using var upstream = await ConnectAsync(call, deployment, target);
        if (target.Model is { } routed && !string.Equals(routed, name, StringComparison.Ordinal))
        {
            setup = LiveUsage.WithModel(setup, model[..^name.Length] + routed);
        }

        await upstream.SendAsync(setup, WebSocketMessageType.Text, endOfMessage: true, call.Aborted);
        var usage = new Listener();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(draining, call.Aborted);
        using var session = new RealtimeSession(client, upstream, usage, turns: null);
        await session.RunAsync(
            () =>
            {
                call.Usage = usage.Sum;
                spend.Record(call, scratch, deployment, answerId: null, succeeded: true);
            },
            time,
            stop.Token);
    }

    private async Task<ReadOnlyMemory<byte>> SetupAsync(CallContext call, WebSocket client)
    {
        using var patience = new CancellationTokenSource(SetupTime, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, call.Aborted);
        var message = new ArrayBufferWriter<byte>();
        while (true)
        {
            var received = await client.ReceiveAsync(message.GetMemory(4096), both.Token);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                throw new OperationCanceledException("The client has left.");
            }

            message.Advance(received.Count);
            if (received.EndOfMessage)
            {
                return message.WrittenMemory;
            }

            if (message.WrittenCount > LongestSetup)
            {
                throw ApiException.BadRequest("The first message is too long to be a setup.", "setup");
            }
        }
    }

    private async Task<ClientWebSocket> ConnectAsync(CallContext call, Deployment deployment, PassThroughTarget target)
    {
        if (target.Fault is { } known)
        {
            throw new ApiException(ErrorClasses.StatusOf(known.Kind, 0), known.Message);
        }

        using var patience = new CancellationTokenSource(ConnectTime, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, call.Aborted);
        try
        {
            var (socket, fault) = await SocketDoor.ConnectAsync(target, beta: null, transport, both.Token);
            call.Outcome = new AttemptOutcome { Deployment = deployment, Kind = UpstreamErrorKind.None };
            return socket ?? throw new ApiException(ErrorClasses.StatusOf(fault!.Kind, 0), fault.Message);
        }
        catch (Exception failed) when (failed is WebSocketException or OperationCanceledException or HttpRequestException or IOException)
        {
            call.Aborted.ThrowIfCancellationRequested();
            var status = SocketDoor.StatusOf(failed);
            throw new ApiException(
                status >= 400 ? status : 502,
                status >= 400 ? $"The upstream refused the session with status {status}." : "The session could not be opened upstream.");
        }
    }

    private static async Task RefuseAsync(CallContext call, WebSocket? client, ApiException error)
    {
        if (client is null)
        {
            await SocketDoor.RefuseAsync(call.Http, error, call.Caller.KeyHeader is not null);
            return;
        }

        await client.SendAsync(SocketDoor.EventOf(error), WebSocketMessageType.Text, endOfMessage: true, call.Aborted);
        await RealtimeSession.CloseAsync(
            client, error.Status >= 500 ? WebSocketCloseStatus.InternalServerError : WebSocketCloseStatus.PolicyViolation, error.Message, call.Aborted);
    }

    private static string? Given(Microsoft.Extensions.Primitives.StringValues value) => value.ToString() is { Length: > 0 } text ? text : null;

    /// <summary>Nothing is changed of what the provider says.</summary>
    private sealed class Listener : ISessionUsage
    {
        private readonly LiveUsage _usage = new();

        public TokenUsage? Sum => _usage.Sum;

        public ReadOnlyMemory<byte> Take(ReadOnlyMemory<byte> message)
        {
            _usage.Take(message);
            return message;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.PassThrough + 70, LogLevel.Debug, "Live session {CallId} broke: {Reason}")]
        public static partial void SessionBroke(ILogger logger, string callId, string reason);
    }
}
