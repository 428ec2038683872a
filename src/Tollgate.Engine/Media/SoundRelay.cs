using System.Buffers;
using System.Text.Json;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Spend;
using Tollgate.Engine.Upstream;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Media;

namespace Tollgate.Engine.Media;

/// <summary>
/// Relays sound as it comes, nothing is kept but its first bytes (they say how long it is). The very last byte is held back until the call is
/// on record, so that whoever has heard all of it has paid.
/// </summary>
internal sealed class SoundRelay(SpendRecorder spend, TimeProvider time)
{
    private const int BufferSize = 32 * 1024;

    /// <summary>Bytes of a sound's header: the frame of an MP3 with its tables, the chunks of a WAV.</summary>
    private const int HeadBytes = 4 * 1024;

    /// <summary>Half an hour of raw speech in base64.</summary>
    private const int MostJsonBytes = 128 * 1024 * 1024;

    /// <summary>Relays an answer.</summary>
    public async ValueTask<AttemptOutcome> RelayAsync(CallContext call, CallScratch scratch, UpstreamAnswer answer, AttemptClock clock)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            var read = await answer.Body.ReadAsync(buffer, clock.Token);
            if (read == 0)
            {
                return UpstreamErrors.BadResponse(answer.Deployment, "The upstream's answer holds no sound.", answer.Headers);
            }

            if (answer.ContentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) == true)
            {
                return UpstreamErrors.BadResponse(answer.Deployment, "The upstream answered with a page instead of sound; check api_base.", answer.Headers);
            }

            call.Media!.Facts.SoundHead = buffer.AsSpan(0, Math.Min(read, HeadBytes)).ToArray();
            Commit(call, answer, clock);
            return await CopyAsync(call, scratch, answer, buffer, read, clock);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Relays the sound inside a JSON answer.</summary>
    public async ValueTask<AttemptOutcome> RelayAsync(
        CallContext call, CallScratch scratch, UpstreamAnswer answer, MediaShape shape, AttemptClock clock)
    {
        using var read = new MemoryStream();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (await answer.Body.ReadAsync(buffer, clock.Token) is > 0 and var count)
            {
                await read.WriteAsync(buffer.AsMemory(0, count), clock.Token);
                if (read.Length > MostJsonBytes)
                {
                    return UpstreamErrors.BadResponse(answer.Deployment, "The upstream's answer is longer than 128 MB.", answer.Headers);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        Sound sound;
        try
        {
            using var document = JsonDocument.Parse(read.GetBuffer().AsMemory(0, (int)read.Length));
            sound = shape.ReadSound(document.RootElement, call.Media!.Sent);
        }
        catch (MediaRefusedException refused)
        {
            var error = new ArrayBufferWriter<byte>(256);
            refused.Error.WriteTo(error);
            return UpstreamErrors.FromBody(answer.Deployment, 200, error.WrittenSpan, answer.Headers, time);
        }
        catch (Exception exception) when (exception is JsonException or WireException or FormatException or InvalidOperationException)
        {
            var error = UpstreamErrors.FromBody(answer.Deployment, 200, read.GetBuffer().AsSpan(0, (int)read.Length), answer.Headers, time);
            return error.UpstreamType is not null || error.UpstreamCode is not null ? error
                : UpstreamErrors.BadResponse(answer.Deployment, $"Invalid response object: {exception.Message}", answer.Headers);
        }

        call.Media!.Facts.Usage = sound.Usage;
        await using var body = new MemoryStream(sound.Bytes.ToArray(), writable: false);
        return await RelayAsync(call, scratch, answer with { Body = body, Length = sound.Bytes.Length, ContentType = sound.MediaType }, clock);
    }

    private void Commit(CallContext call, in UpstreamAnswer answer, AttemptClock clock)
    {
        call.OutputCommitted = true;
        call.FirstOutputAt = time.GetTimestamp();
        call.Outcome = answer.Success;
        call.Usage = call.Media!.Facts.Usage;
        CallHeaders.Write(call, call.Outcome, call.UpstreamTime + clock.Elapsed, time.GetElapsedTime(call.StartedAt));
        var response = call.Http.Response;
        response.ContentType = SoundTypes.Of(answer.ContentType, call.Media!.SoundFormat);
        response.ContentLength = answer.Length;
    }

    private async ValueTask<AttemptOutcome> CopyAsync(
        CallContext call, CallScratch scratch, UpstreamAnswer answer, byte[] buffer, int filled, AttemptClock clock)
    {
        var facts = call.Media!.Facts;
        var client = call.Http.Response.BodyWriter;
        try
        {
            while (true)
            {
                clock.Touch();
                facts.SoundBytes += filled - 1;
                await client.WriteAsync(buffer.AsMemory(0, filled - 1), clock.Token);
                buffer[0] = buffer[filled - 1];
                var read = await answer.Body.ReadAsync(buffer.AsMemory(1), clock.Token);
                if (read == 0)
                {
                    break;
                }

                filled = read + 1;
            }
        }
        catch (Exception exception) when (UpstreamErrors.IsOfTransport(exception))
        {
            // Neither status nor length can be taken back: only a broken connection tells the client that this is not all.
            var failure = call.Outcome = UpstreamErrors.FromException(answer.Deployment, exception, clock);
            spend.Record(call, scratch, answer.Deployment, answerId: null, succeeded: false);
            call.Http.Abort();
            return failure;
        }

        facts.SoundBytes++;
        spend.Record(call, scratch, answer.Deployment, answerId: null, succeeded: true);
        await client.WriteAsync(buffer.AsMemory(0, 1), call.Aborted);
        return call.Outcome!;
    }
}

/// <summary>Media types of sound (07-native-others.md section 17).</summary>
internal static class SoundTypes
{
    /// <summary>What the upstream says, unless it says nothing: then what was asked for.</summary>
    public static string Of(string? stated, string format)
        => stated is { Length: > 0 } && !stated.StartsWith("application/octet-stream", StringComparison.OrdinalIgnoreCase) ? stated
            : format switch
            {
                "opus" => "audio/ogg",
                "aac" => "audio/aac",
                "flac" => "audio/flac",
                "wav" => "audio/wav",
                "pcm" => "audio/pcm",
                _ => "audio/mpeg",
            };
}
