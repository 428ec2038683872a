using System.Buffers;

namespace Tollgate.Wire.Hub;

/// <summary>Reads the payloads of one upstream stream into events. One instance a stream.</summary>
public abstract class ChatStreamReader
{
    /// <summary>Reads a payload.</summary>
    /// <param name="payload">One JSON text as the upstream's frames hold it. May be anything: what is no payload of the dialect is reported.</param>
    /// <param name="events">Takes what happened, in order; none for a payload of no meaning.</param>
    /// <returns>What the payload is: Forward for events (also none), Done, Error or Malformed as for relayed streams.</returns>
    public abstract OpenAi.ChunkAction Read(ReadOnlyMemory<byte> payload, ICollection<ChatEvent> events);

    /// <summary>At the end of the upstream's stream: what follows from it (a finish that was held back).</summary>
    public virtual void Finish(ICollection<ChatEvent> events)
    {
    }
}

/// <summary>Writes events as one client's stream, framing included. One instance a stream.</summary>
public abstract class ChatStreamWriter
{
    /// <summary>Writes what an event means to the client; nothing for events it does not see.</summary>
    public abstract void Write(in ChatEvent next, IBufferWriter<byte> output);

    /// <summary>Writes what closes the stream; with stop reason Stop when no finish was seen.</summary>
    public abstract void End(IBufferWriter<byte> output);

    /// <summary>Writes an error in place of the rest.</summary>
    public abstract void Error(ErrorBody error, IBufferWriter<byte> output);

    /// <summary>What is sent when the upstream has been silent for a while. A comment unless overridden.</summary>
    public virtual ReadOnlySpan<byte> KeepAlive => ": ping\n\n"u8;
}
