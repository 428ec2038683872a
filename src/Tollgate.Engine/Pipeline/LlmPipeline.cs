using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Media;
using Tollgate.Engine.Media.Videos;
using Tollgate.Engine.PassThrough.Stored;
using Tollgate.Engine.Responses;
using Tollgate.Engine.Routing;
using Tollgate.Engine.Spend;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Json;

namespace Tollgate.Engine.Pipeline;

/// <summary>One LLM call, from the caller's key to the settled end. Read it top to bottom; steps are numbered as in docs/architecture.md.</summary>
internal sealed partial class LlmPipeline(
    SnapshotHolder snapshots, Authenticator authenticator, CallAdmission admission, Router router, UpstreamCaller upstream,
    Conversations conversations, VideoSources videos, FileParts files, CallSettlement settlement, TokenCounts counts, TimeProvider time, ILogger<LlmPipeline> logger)
{
    private static readonly ReadOnlyMemory<byte> EmptyObject = "{}"u8.ToArray();

    /// <summary>Serves a call.</summary>
    /// <param name="http">The request and its answer.</param>
    /// <param name="route">What the route says of it.</param>
    public async Task RunAsync(HttpContext http, CallRoute route)
    {
        var scratch = CallScratch.Rent();
        var call = new CallContext(http, snapshots.Current, route.Surface, time.GetTimestamp())
        {
            Members = scratch.RequestMembers,
            PathModel = route.PathModel,
            CountsTokens = route.CountsTokens,
            Operation = route.Operation,
            CallTypeName = route.CallType,
        };
        byte[]? buffer = null;
        try
        {
            // :: 1. Who is calling? In memory; a cold key costs one query.
            call.Uid = NewCallId();
            call.CallId = CallIdOf(http.Request) ?? call.Uid;
            AccessGates.Check(http, call.Snapshot);
            call.Caller = AccessGates.IsPublic(http, call.Snapshot)
                ? Caller.Anonymous
                : await authenticator.IdentifyAsync(http.Request, call.Snapshot, call.Aborted);
            RouteAccess.CheckInference(call.Caller, http.Request.Path.Value ?? "/", route.Surface);

            // :: 2. For what? One pooled buffer, root members indexed; the rest stays bytes.
            buffer = await ReadBodyAsync(call, route);
            await videos.FindAsync(call, route);
            Peek(call, route.Stream);
            await conversations.RecallAsync(call);

            // :: 3. May it run? Model access, budgets, rates, parallel requests: one decision, held until the call is settled.
            await admission.AdmitAsync(call, scratch);
            await files.FindAsync(call);

            // (4. Guardrails and 5. the response cache stand here.)
            if (route.CountsTokens)
            {
                await counts.AnswerAsync(call, scratch);
            }
            else
            {
                await RouteAsync(call, scratch);
            }
        }
        catch (ApiException error) when (!call.OutputCommitted)
        {
            call.Refusal = error;
            CallHeaders.Write(call, outcome: null, call.UpstreamTime, time.GetElapsedTime(call.StartedAt));
            await ErrorResponder.WriteAsync(http.Response, error, route.Surface);
        }
        catch (Exception exception) when (call.Aborted.IsCancellationRequested && exception is OperationCanceledException or IOException or BadHttpRequestException)
        {
            // Nobody is there to be answered; settlement records it as 499.
            Log.ClientLeft(logger, call.CallId);
        }
        finally
        {
            // :: 8. Settle, always: also after a failure or when the client has gone.
            if (route.CountsTokens)
            {
                counts.Release(call, scratch);
            }

            settlement.Settle(call, scratch, time.GetElapsedTime(call.StartedAt));
            if (buffer is not null && !scratch.BuffersInUse)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }

            if (call.Form is { } form)
            {
                await form.LeaveAsync(scratch.BuffersInUse);
            }

            scratch.Return();
        }
    }

    /// <summary>Reads the body; a form's small fields are one as well.</summary>
    /// <returns>The pooled buffer; null when there is none to give back.</returns>
    private static async ValueTask<byte[]?> ReadBodyAsync(CallContext call, CallRoute route)
    {
        var most = call.Snapshot.Config.General.MaxRequestBytes;
        if (route.Surface.TakesForm() && FormBody.IsForm(call.Http.Request))
        {
            call.Form = await FormBody.ReadAsync(call.Http.Request, most, route.PathModel is not null, call.Aborted);
            call.Body = call.Form.Fields.ToJson();
            return null;
        }

        var (buffer, length) = await RequestBody.ReadAsync(call.Http.Request, most, call.Aborted);
        call.Body = ByteOrderMark.Skip(buffer.AsMemory(0, length));
        return buffer;
    }

    private async ValueTask RouteAsync(CallContext call, CallScratch scratch)
    {
        // :: 6. Which deployments, in which order?
        call.Group = ClientCredentials.Apply(call, call.Group!);
        var plan = call.Plan = router.PlanFor(call, call.Group, scratch.RouteClaims);
        while (plan.TryNext(out var deployment))
        {
            if (plan.Fallbacks > 0 && await admission.AdmitFallbackAsync(call, plan.Group) is { } refusal)
            {
                // Admitted for a group that costs nothing, or less: where it goes now, its budgets are asked again.
                plan.PassOver(deployment, refusal);
                continue;
            }

            if (plan.Wait > TimeSpan.Zero)
            {
                await Task.Delay(plan.Wait, time, call.Aborted);
            }

            // :: 7. Call it; the answer goes to the client as it comes. What failed before the first byte may be tried elsewhere.
            call.Outcome = await upstream.SendAsync(call, scratch, deployment);
            plan.Report(call.Outcome);
            if (call.Outcome.Kind == UpstreamErrorKind.ClientGone)
            {
                Log.ClientLeft(logger, call.CallId);
            }
            else if (!call.Outcome.Succeeded && call.Form is { IsConsumed: true })
            {
                // What streamed past cannot be sent again.
                break;
            }
            else if (!call.Outcome.Succeeded)
            {
                Log.AttemptFailed(
                    logger, call.CallId, deployment.Id, plan.Group.Name, ErrorClasses.NameOf(call.Outcome.Kind), call.Outcome.Status);
            }
        }

        if (call.Outcome is null)
        {
            throw plan.Refusal ?? new ApiException(
                403, $"litellm.PermissionDeniedError: Model is blocked - {call.Envelope.Model} was disabled by an administrator", "permission_error");
        }

        if (!call.OutputCommitted && call.Outcome.Kind != UpstreamErrorKind.ClientGone)
        {
            call.Outcome = plan.FirstFailure!;
            CallHeaders.Write(call, call.Outcome, call.UpstreamTime, time.GetElapsedTime(call.StartedAt));
            await ErrorResponder.WriteAsync(call, call.Outcome);
        }
    }

    private static void Peek(CallContext call, bool? stream)
    {
        var fault = JsonScanner.Scan(call.Body.Span, call.Members);
        if (fault.Kind == JsonFaultKind.Empty && call.PathModel is not null)
        {
            call.Body = EmptyObject;
            fault = JsonScanner.Scan(call.Body.Span, call.Members);
        }

        if (!fault.IsNone)
        {
            // An empty body counts as {}: what is missing is then named (llm-api.md section 1).
            throw fault.Kind == JsonFaultKind.Empty
                ? ApiException.BadRequest($"{call.Route}: Missing required parameter: 'model'. The request body is empty.", "model")
                : ApiException.BadRequest($"Invalid JSON payload: {fault.Describe()}");
        }

        if (call.Members.RootKind != JsonKind.Object)
        {
            throw ApiException.BadRequest("Invalid JSON payload: the body must be a JSON object.");
        }

        if (call.CountsTokens)
        {
            RequiredFields.CheckPrompt(call);
        }

        var general = call.Snapshot.Config.General;
        var forced = call.Surface == Surface.Embeddings ? general.EmbeddingModel
            : call.Surface.IsMedia() ? MediaModel.For(call, general)
            : general.CompletionModel;
        call.Envelope = RequestEnvelope.Read(call.Body, call.Members, forced ?? call.PathModel, call.Route);
        var headers = call.Http.Request.Headers;
        call.Envelope.Complete(
            ClientLimits.Seconds(headers, "x-litellm-timeout"),
            ClientLimits.Seconds(headers, "x-litellm-stream-timeout"),
            ClientLimits.Count(headers, "x-litellm-num-retries"),
            call.Http.Request.QueryString.HasValue ? call.Http.Request.Query["api-version"].ToString() : null);
        if ((call.Surface == Surface.Embeddings ? false : stream) is { } decided)
        {
            call.Envelope.DecideStream(decided);
        }

        RequiredFields.Check(call);
        call.Media = call.Surface.IsMedia() ? new MediaCall(call) : null;
        call.ServiceTier = call.Envelope.ServiceTier;
        call.Bodies = BodyLog.For(call);
    }

    /// <summary>The id a client chose for its call; null when it chose none, or one that no header can carry.</summary>
    internal static string? CallIdOf(HttpRequest request)
    {
        var given = request.Headers["x-litellm-call-id"].ToString();
        return given.Length is > 0 and <= 256 && !given.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? given
            : null;
    }

    /// <summary>A version 4 UUID. It names a call and protects nothing, so it need not cost a system call for the kernel's randomness.</summary>
    internal static string NewCallId()
    {
        Span<byte> bytes = stackalloc byte[16];
        Random.Shared.NextBytes(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString("D", CultureInfo.InvariantCulture);
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Pipeline + 1, LogLevel.Debug, "Call {CallId}: the client has left")]
        public static partial void ClientLeft(ILogger logger, string callId);

        [LoggerMessage(
            EventIds.Pipeline + 2,
            LogLevel.Warning,
            "Call {CallId}: attempt on deployment {DeploymentId} of model group {ModelGroup} failed with {ErrorClass} (status {Status})")]
        public static partial void AttemptFailed(ILogger logger, string callId, string deploymentId, string modelGroup, string errorClass, int status);
    }
}
