using System.Buffers;
using System.Net.WebSockets;

namespace Tollgate.Engine.PassThrough;

/// <summary>Carries the frames of a session both ways until one side ends it.</summary>
internal sealed class RealtimeSession(WebSocket client, WebSocket upstream, RealtimeUsage usage)
{
    private const int FrameSize = 16 * 1024;

    /// <summary>Events beyond this are passed on in pieces, unread: they are audio, not reports.</summary>
    private const int MostRead = 1024 * 1024;

    /// <summary>How long the other side gets to answer a farewell.</summary>
    private static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(2);

    /// <summary>Runs until a side closes, breaks, or <paramref name="stop"/> is signalled.</summary>
    /// <param name="settle">Called once, before the client learns that the session is over.</param>
    /// <param name="time">Bounds farewells.</param>
    /// <param name="stop">The gateway stops, or the client is gone.</param>
    public async Task RunAsync(Action settle, TimeProvider time, CancellationToken stop)
    {
        // A reading that is broken off takes its socket with it, farewell and all: what stops the session does not stop the reading.
        using var end = new CancellationTokenSource();
        var stopped = new TaskCompletionSource<Farewell>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(()
            => stopped.TrySetResult(new Farewell(WebSocketCloseStatus.EndpointUnavailable, "The gateway is shutting down.")));
        var toUpstream = PumpAsync(client, upstream, look: false, end.Token);
        var toClient = PumpAsync(upstream, client, look: true, end.Token);
        var first = await Task.WhenAny(toUpstream, toClient, stopped.Task);
        var farewell = await first;
        settle();
        using var patience = new CancellationTokenSource(FarewellTime, time);

        await CloseAsync(client, farewell.Status, farewell.Reason, patience.Token);
        await CloseAsync(upstream, farewell.Status, farewell.Reason, patience.Token);
        Task rest = Task.WhenAll(toUpstream, toClient);
        await rest.WaitAsync(FarewellTime, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await end.CancelAsync();
        await rest;
    }

    /// <summary>Says goodbye where somebody may still hear it.</summary>
    public static async Task CloseAsync(WebSocket socket, WebSocketCloseStatus status, string? reason, CancellationToken cancellationToken)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
        {
            return;
        }

        // What must not stand in a close frame (no status, abnormal end) is said as a plain end.
        var code = (int)status;
        var said = code is 1004 or 1005 or 1006 or 1015 || code is < 1000 or > 4999 ? WebSocketCloseStatus.InternalServerError : status;
        var text = reason is { Length: > 100 } ? reason[..100] : reason;
        try
        {
            await socket.CloseOutputAsync(said, text, cancellationToken);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException or ArgumentException)
        {
            // It has left already.
        }
    }

    private async Task<Farewell> PumpAsync(WebSocket from, WebSocket to, bool look, CancellationToken stop)
    {
        var frame = ArrayPool<byte>.Shared.Rent(FrameSize);
        var message = new ArrayBufferWriter<byte>();
        var inPieces = false;
        try
        {
            while (true)
            {
                var received = await from.ReceiveAsync(frame.AsMemory(0, FrameSize), stop);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    return new Farewell(from.CloseStatus ?? WebSocketCloseStatus.NormalClosure, from.CloseStatusDescription);
                }

                var bytes = frame.AsMemory(0, received.Count);
                if (!look || received.MessageType != WebSocketMessageType.Text)
                {
                    await to.SendAsync(bytes, received.MessageType, received.EndOfMessage, stop);
                    continue;
                }

                message.Write(bytes.Span);
                inPieces |= message.WrittenCount > MostRead;
                if (received.EndOfMessage || inPieces)
                {
                    await to.SendAsync(inPieces ? message.WrittenMemory
                        : usage.Take(message.WrittenMemory), WebSocketMessageType.Text, received.EndOfMessage, stop);
                    message.ResetWrittenCount();
                    inPieces &= !received.EndOfMessage;
                }
            }
        }
        catch (Exception broken) when (broken is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            return new Farewell(WebSocketCloseStatus.InternalServerError, "The connection broke.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(frame);
        }
    }

    private readonly record struct Farewell(WebSocketCloseStatus Status, string? Reason);
}
