using System.Buffers;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Hub;

/// <summary>Cuts the bytes of a stream into payloads. The caller keeps the bytes and feeds the unread part again, grown.</summary>
public interface IFrameSplitter
{
    /// <summary>Takes the next payload from the front of <paramref name="buffer"/>.</summary>
    /// <param name="buffer">Everything that has come and not been consumed.</param>
    /// <param name="consumed">Bytes to drop from the front before the next call; valid also when nothing was found.</param>
    /// <param name="next">The payload; lives until the next call.</param>
    /// <returns>False when more bytes are needed.</returns>
    /// <exception cref="InvalidDataException">The bytes are not of the format.</exception>
    bool TryRead(ReadOnlyMemory<byte> buffer, out int consumed, out Sse.SseEvent next);

    /// <summary>At the end of the stream: a payload that was not closed.</summary>
    /// <returns>False when nothing is left.</returns>
    bool TryFinish(ReadOnlyMemory<byte> rest, out Sse.SseEvent last);
}

/// <summary>How a stream is cut, where the answer itself says so.</summary>
public static class Framing
{
    /// <summary>The splitter of an answer: that of its media type where there is one, else the dialect's.</summary>
    /// <param name="mediaType">Media type of the answer; null when it has none.</param>
    /// <param name="usual">The dialect's.</param>
    public static IFrameSplitter For(string? mediaType, IFrameSplitter usual)
        => string.Equals(mediaType, Bedrock.EventStreamSplitter.MediaType, StringComparison.OrdinalIgnoreCase) && usual is not Bedrock.EventStreamSplitter
            ? new Bedrock.EventStreamSplitter()
            : usual;
}

/// <summary>
/// The way of one stream from an upstream's payloads to a client's events: relayed with edits where both speak the same dialect, translated
/// where they do not. One instance a stream; the relay asks in this order: <see cref="Next"/>, then <see cref="WriteTo"/> for what is forwarded,
/// at the end <see cref="WriteEnd"/> or <see cref="WriteError"/>.
/// </summary>
public abstract class StreamPath
{
    /// <summary>The newest usage reported; null when there was none yet.</summary>
    public abstract TokenUsage? Usage { get; }

    /// <summary>The answer's id; null while nobody said.</summary>
    public abstract string? AnswerId { get; }

    /// <summary>The model's answer is complete.</summary>
    public abstract bool Finished { get; }

    /// <summary>The payload looked at last carries output or the end: from it on, there is no second attempt.</summary>
    public abstract bool HasOutput { get; }

    /// <summary>Text produced so far, in bytes: what is metered when the upstream reports no usage.</summary>
    public abstract long OutputBytes { get; }

    /// <summary>Looks at a payload.</summary>
    public abstract ChunkAction Next(ReadOnlyMemory<byte> payload);

    /// <summary>Writes the client's events for the payload looked at last.</summary>
    public abstract void WriteTo(ReadOnlyMemory<byte> payload, IBufferWriter<byte> output);

    /// <summary>Writes what closes the client's stream in order.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="isClosed">The upstream has said that its stream is complete (<c>[DONE]</c> or the like).</param>
    public abstract void WriteEnd(IBufferWriter<byte> output, bool isClosed);

    /// <summary>Writes an error in place of the rest of the client's stream.</summary>
    public abstract void WriteError(ErrorBody error, IBufferWriter<byte> output);

    /// <summary>What is sent when the upstream has been silent for a while. A comment unless overridden.</summary>
    public virtual ReadOnlySpan<byte> KeepAlive => ": ping\n\n"u8;

    /// <summary>Media type of the client's stream.</summary>
    public virtual string ContentType => "text/event-stream";
}

/// <summary>The way of one whole answer from an upstream to a client.</summary>
public abstract class AnswerPath
{
    /// <summary>Usage that was reported beside the answer, for answers that hold none; null for none. Set before the answer is read.</summary>
    public TokenUsage? Reported { get; set; }

    /// <summary>Usage reported, or estimated when <see cref="UsageEstimated"/>.</summary>
    public abstract TokenUsage Usage { get; }

    /// <summary>The upstream reported no usage.</summary>
    public abstract bool UsageEstimated { get; }

    /// <summary>The answer's id; null when it has none. To be asked while the answer's buffer is there.</summary>
    public abstract string? AnswerId { get; }

    /// <summary>Looks at an answer.</summary>
    public abstract ResponseVerdict Read(ReadOnlyMemory<byte> answer);

    /// <summary>What is wrong, as OpenAI would say it, where the answer's own words are not an error's; empty where they are.</summary>
    public virtual ReadOnlyMemory<byte> Error => default;

    /// <summary>Length of what <see cref="WriteTo"/> writes.</summary>
    public abstract int Length { get; }

    /// <summary>Media type of the client's answer.</summary>
    public virtual string ContentType => "application/json";

    /// <summary>Writes the client's answer.</summary>
    public abstract void WriteTo(IBufferWriter<byte> output);

    /// <summary>Writes the client's answer as a stream, for upstreams that ignored that one was asked for.</summary>
    public abstract void WriteAsStream(IBufferWriter<byte> output);
}
