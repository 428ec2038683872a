using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Realtime;

/// <summary>
/// Stands between a client that speaks OpenAI's realtime events and a provider that has events of its own (llm-api.md section 14). One instance
/// a session; not thread-safe.
/// </summary>
public interface IRealtimeTranslator
{
    /// <summary>Tokens reported that no <c>response.done</c> has told the client of; null for none.</summary>
    TokenUsage? Unreported { get; }

    /// <summary>The session begins.</summary>
    void Open(RealtimeOutbox outbox);

    /// <summary>Takes an event of the client.</summary>
    /// <exception cref="WireException">It cannot be carried out; the session goes on.</exception>
    void TakeFromClient(ReadOnlyMemory<byte> message, RealtimeOutbox outbox);

    /// <summary>Takes a message of the provider. What is none of its messages is passed over.</summary>
    void TakeFromUpstream(ReadOnlyMemory<byte> message, RealtimeOutbox outbox);

    /// <summary>The client has left: what the provider has to be told.</summary>
    void Close(RealtimeOutbox outbox);
}

/// <summary>What a translator has to say to either side; in order.</summary>
public sealed class RealtimeOutbox
{
    /// <summary>Events for the client.</summary>
    public IList<ReadOnlyMemory<byte>> ToClient { get; } = [];

    /// <summary>Messages for the provider.</summary>
    public IList<ReadOnlyMemory<byte>> ToUpstream { get; } = [];

    /// <summary>Forgets what has been sent.</summary>
    public void Clear()
    {
        ToClient.Clear();
        ToUpstream.Clear();
    }
}
