using System.Buffers;
using System.IO.Compression;
using Microsoft.AspNetCore.Http.Features;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Spend;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Relay;

namespace Tollgate.Engine.PassThrough;

/// <summary>Sends a relayed call and hands its answer back byte by byte, listening for what it cost.</summary>
internal sealed class Relayer(UpstreamTransport transport, SpendRecorder spend, TimeProvider time)
{
    /// <summary>JSON answers up to this size are read before they are sent on: then their cost can stand in the headers.</summary>
    private const int SmallAnswer = 1024 * 1024;

    private const int ChunkSize = 16 * 1024;

    /// <summary>Makes the call.</summary>
    /// <exception cref="ApiException">It could not be made.</exception>
    public async Task RelayAsync(RelayCall relay)
    {
        var call = relay.Call;
        if (relay.Target is not { Fault: null, Address: { } address })
        {
            throw Refuse(relay, UpstreamErrors.FromFault(relay.Deployment, relay.Target.Fault
                ?? new ConnectionFault(UpstreamErrorKind.InternalServer, "no address.")), 500);
        }

        using var clock = new AttemptClock(time, CallTimeouts.For(call, relay.Deployment), call.Aborted);
        try
        {
            using var message = await RequestFor(relay, address, clock.Token);
            using var answer = await transport.For(relay.Target.Connection.Transport).SendAsync(message, clock.Token);
            await AnswerAsync(relay, answer, clock);
        }
        catch (Exception exception) when (UpstreamErrors.IsOfTransport(exception))
        {
            Fail(relay, exception, clock);
        }
        finally
        {
            call.UpstreamTime = clock.Elapsed;
        }
    }

    private static async ValueTask<HttpRequestMessage> RequestFor(RelayCall relay, Uri address, CancellationToken cancellationToken)
    {
        var request = relay.Call.Http.Request;
        relay.Content = relay.Body?.ToContent();
        var message = new HttpRequestMessage(HttpMethod.Parse(request.Method), address)
        {
            Content = relay.Content,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrHigher,
        };
        var sent = RelayHeaders.ToSend(request.Headers, relay.Key, relay.Headers);
        RelayHeaders.Add(message, sent);
        if (await relay.Target.Connection.AuthorizeAsync(message, clientKey: null, cancellationToken) is { } fault)
        {
            message.Dispose();
            throw Refuse(relay, UpstreamErrors.FromFault(relay.Deployment, fault), 500);
        }

        RelayHeaders.Settle(message, sent);
        return message;
    }

    private async Task AnswerAsync(RelayCall relay, HttpResponseMessage answer, AttemptClock clock)
    {
        var type = answer.Content.Headers.ContentType?.MediaType;
        var tap = UsageTap.For(relay.IsMetered ? type : null);
        var decoded = Decode(answer, clock.Token, out var wasEncoded);
        await using (decoded)
        {
            var length = wasEncoded ? null : answer.Content.Headers.ContentLength;
            var isSmall = !tap.IsStream && length <= SmallAnswer && type?.EndsWith("json", StringComparison.OrdinalIgnoreCase) == true;
            if (isSmall || (relay.Rewrite is not null && !tap.IsStream))
            {
                await SendWholeAsync(relay, answer, decoded, tap, clock);
            }
            else
            {
                await SendOnAsync(relay, answer, decoded, length, tap, clock);
            }
        }
    }

    private async Task SendWholeAsync(RelayCall relay, HttpResponseMessage answer, Stream body, UsageTap tap, AttemptClock clock)
    {
        var call = relay.Call;
        using var whole = new MemoryStream();
        await body.CopyToAsync(whole, clock.Token);
        ReadOnlyMemory<byte> bytes = whole.GetBuffer().AsMemory(0, (int)whole.Length);
        tap.Take(bytes.Span);
        Account(relay, answer, tap);
        if (relay.Rewrite is { } rewrite && answer.IsSuccessStatusCode)
        {
            bytes = await rewrite(bytes);
        }

        Commit(relay, answer, bytes.Length);
        await call.Http.Response.Body.WriteAsync(bytes, call.Aborted);
    }

    private async Task SendOnAsync(RelayCall relay, HttpResponseMessage answer, Stream body, long? length, UsageTap tap, AttemptClock clock)
    {
        var call = relay.Call;
        var response = call.Http.Response;
        Commit(relay, answer, length);
        call.Http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await response.StartAsync(clock.Token);
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkSize);
        var sent = 0L;
        try
        {
            while (await body.ReadAsync(buffer, clock.Token) is > 0 and var read)
            {
                if (tap.IsStream)
                {
                    // Only streams are bounded by silence; a download takes as long as the whole call may.
                    clock.Touch();
                }

                call.FirstOutputAt ??= time.GetTimestamp();
                tap.Take(buffer.AsSpan(0, read));
                sent += read;
                if (sent == length)
                {
                    // What the client has seen to its end is on record.
                    Account(relay, answer, tap);
                }

                await response.Body.WriteAsync(buffer.AsMemory(0, read), clock.Token);
                await response.Body.FlushAsync(clock.Token);
            }

            Account(relay, answer, tap);
        }
        catch (Exception exception) when (UpstreamErrors.IsOfTransport(exception))
        {
            call.Outcome = UpstreamErrors.FromException(relay.Deployment, exception, clock);
            Settle(relay, tap, succeeded: false);

            // The status is gone; a cut connection is the only honest end.
            call.Http.Abort();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void Commit(RelayCall relay, HttpResponseMessage answer, long? length)
    {
        var call = relay.Call;
        var response = call.Http.Response;
        response.StatusCode = (int)answer.StatusCode;
        RelayHeaders.Relay(answer, response.Headers);
        CallHeaders.WriteAlways(response.Headers, call.CallId);
        LimitHeaders.Write(call, response.Headers);
        if (relay.Target.Connection.DisplayBase is { } apiBase)
        {
            response.Headers["x-litellm-model-api-base"] = apiBase;
        }

        if (relay.Target.DeploymentId.Length > 0)
        {
            response.Headers["x-litellm-model-id"] = CallHeaders.Clean(relay.Target.DeploymentId);
        }

        if (answer.Content.Headers.ContentType?.MediaType is "text/event-stream")
        {
            response.Headers["x-accel-buffering"] = "no";
        }

        if (length is not null && response.StatusCode is not (204 or 304))
        {
            response.ContentLength = length;
        }

        call.OutputCommitted = true;
    }

    /// <summary>The answer is complete.</summary>
    private void Account(RelayCall relay, HttpResponseMessage answer, UsageTap tap)
    {
        if (relay.Call.IsRecorded)
        {
            return;
        }

        var status = (int)answer.StatusCode;
        relay.Call.Outcome = new AttemptOutcome
        {
            Deployment = relay.Deployment,
            Kind = status < 400 ? UpstreamErrorKind.None : PlainErrors.KindOf(status),
            Status = status,
            Message = status < 400 ? "" : $"The upstream answered {status}.",
            Headers = answer.Headers,
        };
        Settle(relay, tap, status < 400);
    }

    private void Settle(RelayCall relay, UsageTap tap, bool succeeded)
    {
        var call = relay.Call;
        tap.Finish();
        call.Usage = tap.Usage ?? (relay.ModelNames.Length > 0 && tap is { IsStream: true, Events: > 0 } ? Estimate(call, tap) : null);
        if (relay.Deployment.Config.ModelGroup is "unknown" && tap.Model is { } model)
        {
            relay.Deployment = relay.Describe(model);
        }

        if (succeeded || call.Usage is not null)
        {
            spend.Record(call, relay.Scratch, relay.Deployment, tap.AnswerId, succeeded);
        }
    }

    /// <summary>A stream that was not asked to report its usage: an event is about a token.</summary>
    private static TokenUsage Estimate(CallContext call, UsageTap tap)
    {
        call.UsageEstimated = true;
        var prompt = TokenEstimate.FromBytes(call.Body.Length);
        return new TokenUsage(prompt, tap.Events, prompt + tap.Events, 0, 0);
    }

    private static void Fail(RelayCall relay, Exception exception, AttemptClock clock)
    {
        var call = relay.Call;
        if (relay.Content is { IsTooLarge: true })
        {
            throw new ApiException(400, "Request size is too large.", "bad_request_error", "content-length");
        }

        var outcome = UpstreamErrors.FromException(relay.Deployment, exception, clock);
        call.Outcome = outcome;
        if (outcome.Kind == UpstreamErrorKind.ClientGone)
        {
            return;
        }

        if (call.OutputCommitted)
        {
            call.Http.Abort();
            return;
        }

        throw Refuse(relay, outcome, outcome.Kind == UpstreamErrorKind.Timeout ? 504 : 502);
    }

    private static ApiException Refuse(RelayCall relay, AttemptOutcome outcome, int status)
    {
        relay.Call.Outcome = outcome;
        return new ApiException(status, $"litellm.{Routing.ErrorClasses.NameOf(outcome.Kind)}: {outcome.Message}", "internal_server_error");
    }

    /// <summary>Compression was not asked for; who compresses all the same is decoded, since the copy that is listened to must be text.</summary>
    private static Stream Decode(HttpResponseMessage answer, CancellationToken cancellationToken, out bool wasEncoded)
    {
#pragma warning disable MA0042, MA0045, VSTHRD103, CA1849 // PERF: the stream is there with the headers; asking for it as a task only allocates one.
        var body = answer.Content.ReadAsStream(cancellationToken);
#pragma warning restore MA0042, MA0045, VSTHRD103, CA1849
        Stream? decoded = answer.Content.Headers.ContentEncoding.LastOrDefault()?.ToLowerInvariant() switch
        {
            "gzip" or "x-gzip" => new GZipStream(body, CompressionMode.Decompress),
            "deflate" => new ZLibStream(body, CompressionMode.Decompress),
            "br" => new BrotliStream(body, CompressionMode.Decompress),
            _ => null,
        };
        wasEncoded = decoded is not null;
        return decoded ?? body;
    }
}
