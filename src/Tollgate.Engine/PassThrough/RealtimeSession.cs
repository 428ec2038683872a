using System.Buffers;
using System.Net.WebSockets;
using Tollgate.Engine.Errors;
using Tollgate.Engine.PassThrough.Realtime;

namespace Tollgate.Engine.PassThrough;

/// <summary>Carries the frames of a session both ways until one side ends it.</summary>
/// <param name="client">The client.</param>
/// <param name="upstream">The provider.</param>
/// <param name="usage">Listens to the provider.</param>
/// <param name="turns">Asked before a response is made; null for sessions that know no such event.</param>
internal sealed class RealtimeSession(WebSocket client, WebSocket upstream, ISessionUsage usage, RealtimeTurns? turns) : IDisposable
{
    private const int FrameSize = 16 * 1024;

    /// <summary>Events beyond this are passed on in pieces, unread: they are audio, not reports.</summary>
    private const int MostRead = 1024 * 1024;

    /// <summary>The same for events of the client, which are passed on whole where they are looked at.</summary>
    private const int MostReadOfClient = 16 * 1024 * 1024;

    /// <summary>The client hears the provider and us: one after the other.</summary>
    private readonly SemaphoreSlim _speaking = new(1, 1);

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
        var toUpstream = PumpAsync(client, upstream, isClient: true, end.Token);
        var toClient = PumpAsync(upstream, client, isClient: false, end.Token);
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

    /// <inheritdoc/>
    public void Dispose() => _speaking.Dispose();

    private async Task<Farewell> PumpAsync(WebSocket from, WebSocket to, bool isClient, CancellationToken stop)
    {
        var frame = ArrayPool<byte>.Shared.Rent(FrameSize);
        var message = new ArrayBufferWriter<byte>();
        var inPieces = false;
        var looks = !isClient || turns is not null;
        try
        {
            while (true)
            {
                var received = await from.ReceiveAsync(frame.AsMemory(0, FrameSize), stop);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    return new Farewell(from.CloseStatus ?? WebSocketCloseStatus.NormalClosure, from.CloseStatusDescription);
                }

                // Some providers send their JSON in binary frames.
                if (!looks || (isClient && received.MessageType != WebSocketMessageType.Text))
                {
                    await to.SendAsync(frame.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, stop);
                    continue;
                }

                message.Write(frame.AsSpan(0, received.Count));
                inPieces |= message.WrittenCount > (isClient ? MostReadOfClient : MostRead);
                if (received.EndOfMessage || inPieces)
                {
                    await PassAsync(to, message.WrittenMemory, isClient, !inPieces, received.MessageType, received.EndOfMessage, stop);
                    message.ResetWrittenCount();
                    inPieces &= !received.EndOfMessage;
                    if (isClient && turns!.IsOver)
                    {
                        return new Farewell(WebSocketCloseStatus.PolicyViolation, "The session may not go on.");
                    }
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

    private async Task PassAsync(
        WebSocket to, ReadOnlyMemory<byte> message, bool isClient, bool isWhole, WebSocketMessageType type, bool isEnd, CancellationToken stop)
    {
        if (!isClient)
        {
            await SpeakAsync(isWhole ? usage.Take(message) : message, type, isEnd, stop);
            return;
        }

        try
        {
            if (isWhole)
            {
                await turns!.CheckAsync(message, usage.Sum);
            }
        }
        catch (ApiException refusal)
        {
            await SpeakAsync(SocketDoor.EventOf(refusal), WebSocketMessageType.Text, isEnd: true, stop);
            return;
        }

        await to.SendAsync(message, type, isEnd, stop);
    }

    private async Task SpeakAsync(ReadOnlyMemory<byte> message, WebSocketMessageType type, bool isEnd, CancellationToken stop)
    {
        await _speaking.WaitAsync(stop);
        try
        {
            await client.SendAsync(message, type, isEnd, stop);
        }
        finally
        {
            _speaking.Release();
        }
    }

    private readonly record struct Farewell(WebSocketCloseStatus Status, string? Reason);
}
