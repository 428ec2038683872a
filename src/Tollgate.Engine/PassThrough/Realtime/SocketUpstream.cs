using System.Buffers;
using System.Net.WebSockets;

namespace Tollgate.Engine.PassThrough.Realtime;

/// <summary>A provider at the other end of a WebSocket. Some send their JSON in binary frames.</summary>
internal sealed class SocketUpstream(WebSocket socket) : IRealtimeUpstream
{
    private const int FrameSize = 16 * 1024;

    /// <summary>No message is longer; a provider that goes on is broken.</summary>
    private const int LongestMessage = 32 * 1024 * 1024;

    private readonly byte[] _frame = new byte[FrameSize];
    private readonly ArrayBufferWriter<byte> _message = new();

    public RealtimeFarewell Farewell { get; private set; } = new(WebSocketCloseStatus.InternalServerError, "The connection broke.");

    public ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
        => socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, cancellationToken);

    public async ValueTask<ReadOnlyMemory<byte>?> ReceiveAsync(CancellationToken cancellationToken)
    {
        _message.ResetWrittenCount();
        while (true)
        {
            var received = await socket.ReceiveAsync(_frame.AsMemory(), cancellationToken);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                Farewell = new RealtimeFarewell(socket.CloseStatus ?? WebSocketCloseStatus.NormalClosure, socket.CloseStatusDescription);
                return null;
            }

            _message.Write(_frame.AsSpan(0, received.Count));
            if (received.EndOfMessage)
            {
                return _message.WrittenMemory;
            }

            if (_message.WrittenCount > LongestMessage)
            {
                Farewell = new RealtimeFarewell(WebSocketCloseStatus.MessageTooBig, "A message of the provider's is too long.");
                return null;
            }
        }
    }

    public async ValueTask CloseAsync(RealtimeFarewell farewell, CancellationToken cancellationToken)
        => await RealtimeSession.CloseAsync(socket, farewell.Status, farewell.Reason, cancellationToken);

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
