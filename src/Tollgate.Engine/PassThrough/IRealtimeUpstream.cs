using System.Net.WebSockets;

namespace Tollgate.Engine.PassThrough;

/// <summary>The provider's end of a translated session: whole messages both ways, whatever carries them.</summary>
public interface IRealtimeUpstream : IAsyncDisposable
{
    /// <summary>Sends a message.</summary>
    ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken);

    /// <summary>Waits for the next message; null when the provider has ended the session. Its bytes are the caller's until the next call.</summary>
    ValueTask<ReadOnlyMemory<byte>?> ReceiveAsync(CancellationToken cancellationToken);

    /// <summary>Why the provider has ended it.</summary>
    RealtimeFarewell Farewell { get; }

    /// <summary>Says goodbye.</summary>
    ValueTask CloseAsync(RealtimeFarewell farewell, CancellationToken cancellationToken);
}

/// <summary>How a session ends.</summary>
/// <param name="Status">As in a close frame.</param>
/// <param name="Reason">In words; null for none.</param>
public readonly record struct RealtimeFarewell(WebSocketCloseStatus Status, string? Reason);
