using System.Buffers;
using System.Net.WebSockets;
using Tollgate.Engine.Errors;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Realtime;

namespace Tollgate.Engine.PassThrough.Realtime;

/// <summary>A session between a client that speaks OpenAI's realtime events and a provider that does not.</summary>
/// <param name="client">The client.</param>
/// <param name="upstream">The provider.</param>
/// <param name="translator">Stands between them.</param>
/// <param name="usage">Listens to what the client is told.</param>
/// <param name="turns">Asked before a response is made.</param>
internal sealed class TranslatedSession(
    WebSocket client, IRealtimeUpstream upstream, IRealtimeTranslator translator, RealtimeUsage usage, RealtimeTurns turns) : IDisposable
{
    private const int FrameSize = 16 * 1024;

    /// <summary>An event of a client is never longer.</summary>
    private const int LongestEvent = 16 * 1024 * 1024;

    private static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(2);

    private readonly RealtimeOutbox _outbox = new();

    /// <summary>Held from taking a message to having sent what it led to: both sides keep their order.</summary>
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Runs until a side closes, breaks, or <paramref name="stop"/> is signalled.</summary>
    /// <param name="settle">Called once, before the client learns that the session is over.</param>
    /// <param name="time">Bounds farewells.</param>
    /// <param name="stop">The gateway stops, or the client is gone.</param>
    public async Task RunAsync(Action settle, TimeProvider time, CancellationToken stop)
    {
        using var end = new CancellationTokenSource();
        var stopped = new TaskCompletionSource<RealtimeFarewell>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(()
            => stopped.TrySetResult(new RealtimeFarewell(WebSocketCloseStatus.EndpointUnavailable, "The gateway is shutting down.")));
        await TakeAsync(translator.Open, end.Token);
        var fromClient = FromClientAsync(end.Token);
        var fromUpstream = FromUpstreamAsync(end.Token);
        var first = await Task.WhenAny(fromClient, fromUpstream, stopped.Task);
        var farewell = await first;
        using var patience = new CancellationTokenSource(FarewellTime, time);
        if (first == fromUpstream && farewell.Status is not WebSocketCloseStatus.NormalClosure)
        {
            await TryTellAsync(new ApiException(502, $"The provider ended the session: {farewell.Reason ?? farewell.Status.ToString()}", "server_error"), patience.Token);
        }

        if (first != fromUpstream)
        {
            await TrySendAsync(translator.Close, patience.Token);
        }

        usage.Add(translator.Unreported);
        settle();
        await RealtimeSession.CloseAsync(client, farewell.Status, farewell.Reason, patience.Token);
        await upstream.CloseAsync(farewell, patience.Token);
        Task rest = Task.WhenAll(fromClient, fromUpstream);
        await rest.WaitAsync(FarewellTime, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await end.CancelAsync();
        await rest;
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task<RealtimeFarewell> FromClientAsync(CancellationToken stop)
    {
        var frame = ArrayPool<byte>.Shared.Rent(FrameSize);
        var message = new ArrayBufferWriter<byte>();
        try
        {
            while (true)
            {
                var received = await client.ReceiveAsync(frame.AsMemory(0, FrameSize), stop);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    return new RealtimeFarewell(client.CloseStatus ?? WebSocketCloseStatus.NormalClosure, client.CloseStatusDescription);
                }

                message.Write(frame.AsSpan(0, received.Count));
                if (message.WrittenCount > LongestEvent)
                {
                    return new RealtimeFarewell(WebSocketCloseStatus.MessageTooBig, "An event is too long.");
                }

                if (received.EndOfMessage)
                {
                    await ServeAsync(message.WrittenMemory, stop);
                    message.ResetWrittenCount();
                    if (turns.IsOver)
                    {
                        return new RealtimeFarewell(WebSocketCloseStatus.PolicyViolation, "The session may not go on.");
                    }
                }
            }
        }
        catch (Exception broken) when (IsBroken(broken))
        {
            return new RealtimeFarewell(WebSocketCloseStatus.InternalServerError, "The connection broke.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(frame);
        }
    }

    private async Task ServeAsync(ReadOnlyMemory<byte> message, CancellationToken stop)
    {
        try
        {
            await turns.CheckAsync(message, usage.Sum);
            await TakeAsync(outbox => translator.TakeFromClient(message, outbox), stop);
        }
        catch (WireException bad)
        {
            await TellAsync(new ApiException(400, bad.Message, "invalid_request_error", bad.Param), stop);
        }
        catch (ApiException refusal)
        {
            await TellAsync(refusal, stop);
        }
    }

    private async Task<RealtimeFarewell> FromUpstreamAsync(CancellationToken stop)
    {
        try
        {
            while (await upstream.ReceiveAsync(stop) is { } message)
            {
                await TakeAsync(outbox => translator.TakeFromUpstream(message, outbox), stop);
            }

            return upstream.Farewell;
        }
        catch (Exception broken) when (IsBroken(broken))
        {
            return new RealtimeFarewell(WebSocketCloseStatus.InternalServerError, "The connection broke.");
        }
    }

    /// <summary>Lets the translator speak, and sends what it says.</summary>
    private async Task TakeAsync(Action<RealtimeOutbox> take, CancellationToken stop)
    {
        await _turn.WaitAsync(stop);
        try
        {
            _outbox.Clear();
            take(_outbox);
            foreach (var message in _outbox.ToUpstream)
            {
                await upstream.SendAsync(message, stop);
            }

            foreach (var message in _outbox.ToClient)
            {
                await client.SendAsync(usage.Take(message), WebSocketMessageType.Text, endOfMessage: true, stop);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task TellAsync(ApiException error, CancellationToken stop)
    {
        await _turn.WaitAsync(stop);
        try
        {
            await client.SendAsync(SocketDoor.EventOf(error), WebSocketMessageType.Text, endOfMessage: true, stop);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task TryTellAsync(ApiException error, CancellationToken stop)
    {
        try
        {
            await TellAsync(error, stop);
        }
        catch (Exception broken) when (IsBroken(broken))
        {
            // It has left as well.
        }
    }

    private async Task TrySendAsync(Action<RealtimeOutbox> take, CancellationToken stop)
    {
        try
        {
            await TakeAsync(take, stop);
        }
        catch (Exception broken) when (IsBroken(broken))
        {
            // Nobody is there to be told.
        }
    }

    private static bool IsBroken(Exception exception)
        => exception is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException or HttpRequestException
            or InvalidDataException or InvalidOperationException;
}
