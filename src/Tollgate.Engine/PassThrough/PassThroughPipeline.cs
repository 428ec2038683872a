using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Pipeline;
using Tollgate.Wire;

namespace Tollgate.Engine.PassThrough;

/// <summary>
/// One call that is relayed as it is, from the caller's key to the settled end: the steps of <see cref="LlmPipeline"/>, without those that need
/// to understand the call.
/// </summary>
internal sealed partial class PassThroughPipeline(
    SnapshotHolder snapshots, Authenticator authenticator, CallAdmission admission, Relayer relayer, CallSettlement settlement, TimeProvider time,
    ILogger<PassThroughPipeline> logger)
{
    /// <summary>Serves a call.</summary>
    /// <param name="http">The request and its answer.</param>
    /// <param name="plan">What kind of call it is.</param>
    public async Task RunAsync(HttpContext http, RelayPlan plan)
    {
        var scratch = CallScratch.Rent();
        var call = new CallContext(http, snapshots.Current, Surface.Relay, time.GetTimestamp())
        {
            Members = scratch.RequestMembers,
            RouteName = plan.RouteName,
            CallTypeName = plan.CallType,
        };
        var relay = new RelayCall(call, scratch);
        try
        {
            // :: 1. Who is calling? The key may stand in more places than elsewhere, and goes no further from any of them.
            await IdentifyAsync(relay, plan);

            // :: 2. For what? The body is read as far as it says so.
            await plan.PrepareAsync(relay);

            // :: 3. May it run?
            await (relay.CountLoad is null ? admission.AdmitRelayedAsync(call, scratch, relay.Deployment, relay.ModelNames)
                : admission.AdmitBatchAsync(call, scratch, relay));

            // :: 6. and 7. There is one place to go, and what it says is the answer.
            await (relay.Serve is { } serve ? serve(relay) : relayer.RelayAsync(relay));
        }
        catch (ApiException error) when (!call.OutputCommitted)
        {
            call.Refusal = error;
            CallHeaders.WriteAlways(http.Response.Headers, call.CallId);
            await ErrorResponder.WriteAsync(http.Response, error, Surface.Relay);
        }
        catch (Exception exception) when (call.Aborted.IsCancellationRequested
            && exception is OperationCanceledException or IOException or BadHttpRequestException)
        {
            // Nobody is there to be answered; settlement records it as 499.
            Log.ClientLeft(logger, call.CallId);
        }
        finally
        {
            // :: 8. Settle, always.
            settlement.Settle(call, scratch, time.GetElapsedTime(call.StartedAt));
            relay.Body?.Return(relay.Content);
            scratch.Return();
        }
    }

    private async ValueTask IdentifyAsync(RelayCall relay, RelayPlan plan)
    {
        var call = relay.Call;
        var http = call.Http;
        call.Uid = LlmPipeline.NewCallId();
        call.CallId = LlmPipeline.CallIdOf(http.Request) ?? call.Uid;
        AccessGates.Check(http, call.Snapshot);
        relay.Key = plan.FindKey(http.Request, call.Snapshot.Config.General);
        if (plan.RequiresKey && !AccessGates.IsPublic(http, call.Snapshot))
        {
            call.Caller = await plan.IdentifyAsync(relay, authenticator);
            RouteAccess.CheckRelayed(call.Caller, http.Request.Path.Value ?? "/", plan.Groups);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.PassThrough + 1, LogLevel.Debug, "Relayed call {CallId}: the client has left")]
        public static partial void ClientLeft(ILogger logger, string callId);
    }
}
