using System.Buffers;
using System.Runtime.CompilerServices;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Spend;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Engine.Upstream;

/// <summary>Relays an answer that comes whole: read into one pooled buffer, looked at, and sent with edits.</summary>
internal sealed class BodyRelay(SpendRecorder spend, TimeProvider time)
{
    private const int FirstSize = 16 * 1024;

    /// <summary>An answer beyond this is refused whatever is configured, so that a wild upstream cannot take the process's memory.</summary>
    private const long HardLimit = 256L * 1024 * 1024;

    /// <summary>Answers up to this size go through the connection's own buffer in one write.</summary>
    private const int SmallAnswer = 64 * 1024;

    /// <summary>Relays an answer.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<AttemptOutcome> RelayAsync(CallContext call, CallScratch scratch, UpstreamAnswer answer, AnswerPath path, AttemptClock clock)
    {
        var limit = Math.Min(call.Snapshot.Config.General.MaxResponseBytes ?? HardLimit, HardLimit);
        if (answer.Length > limit)
        {
            return TooLarge(answer, answer.Length.Value, limit);
        }

        var buffer = ArrayPool<byte>.Shared.Rent((int)(answer.Length ?? FirstSize) + 1);
        try
        {
            var length = 0;
            while (true)
            {
                var read = await answer.Body.ReadAsync(buffer.AsMemory(length), clock.Token);
                if (read == 0)
                {
                    break;
                }

                length += read;
                if (length > limit)
                {
                    return TooLarge(answer, length, limit);
                }

                buffer = length == buffer.Length ? Grow(buffer, length) : buffer;
            }

            return await ForwardAsync(call, scratch, answer, ByteOrderMark.Skip(buffer.AsMemory(0, length)), path, clock);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            (path as IDisposable)?.Dispose();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<AttemptOutcome> ForwardAsync(
        CallContext call, CallScratch scratch, UpstreamAnswer answer, ReadOnlyMemory<byte> body, AnswerPath path, AttemptClock clock)
    {
        path.Reported = answer.Headers is null ? null : answer.Deployment.Connection.UsageOf(answer.Headers);
        switch (path.Read(body))
        {
            case ResponseVerdict.Error:
                var error = path.Error.IsEmpty ? body.Span : path.Error.Span;
                return UpstreamErrors.FromBody(answer.Deployment, 200, error, answer.Headers, time);
            case ResponseVerdict.Malformed:
                return UpstreamErrors.BadResponse(answer.Deployment, DescribeMalformed(body.Span), answer.Headers);
            default:
                break;
        }

        call.Usage = path.Usage;
        call.UsageEstimated = path.UsageEstimated;
        var outcome = call.Outcome = answer.Success;
        call.OutputCommitted = true;
        call.Bodies?.Keep(path);
        spend.Record(call, scratch, answer.Deployment, path.AnswerId, succeeded: true);
        CallHeaders.Write(call, outcome, call.UpstreamTime + clock.Elapsed, time.GetElapsedTime(call.StartedAt));
        var response = call.Http.Response;
        if (call.Envelope.Stream)
        {
            StreamRelay.StartEventStream(response);
            path.WriteAsStream(response.BodyWriter);
        }
        else
        {
            response.ContentType = path.ContentType;
            response.ContentLength = path.Length;
            if (path is EditedAnswer { Length: > SmallAnswer } large)
            {
                await WriteAsync(response, large, call.Aborted);
            }
            else
            {
                path.WriteTo(response.BodyWriter);
            }
        }

        if (call.Kept is { } kept)
        {
            await kept;
        }

        await response.BodyWriter.FlushAsync(call.Aborted);
        return outcome;
    }

    private static async ValueTask WriteAsync(Microsoft.AspNetCore.Http.HttpResponse response, EditedAnswer answer, CancellationToken aborted)
    {
        for (var i = 0; i < answer.Edits.PieceCount; i++)
        {
            await response.BodyWriter.WriteAsync(answer.Edits.Piece(i, answer.Original), aborted);
        }
    }

    private static AttemptOutcome TooLarge(UpstreamAnswer answer, long size, long limit) => new()
    {
        Deployment = answer.Deployment,
        Kind = UpstreamErrorKind.Api,
        Status = 400,
        IsOurs = true,
        Message = FormattableString.Invariant(
            $"Response size is too large. Response size is at least {size / 1048576.0:0.##} MB. Max size is {limit / 1048576.0:0.##} MB"),
        Headers = answer.Headers,
    };

    private static string DescribeMalformed(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
        {
            return "Invalid response object: the upstream's answer is empty.";
        }

        var fault = JsonScanner.Scan(body, new JsonMembers());
        return fault.IsNone
            ? "Invalid response object: the upstream's answer lacks the content it should have."
                + (ErrorBody.TryRead(body) is { Message: { Length: > 0 } told } ? $" It says: {told}" : "")
            : $"Invalid response object: the upstream's answer is not JSON ({fault.Describe()}).";
    }

    private static byte[] Grow(byte[] buffer, int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
