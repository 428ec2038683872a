using System.Buffers;
using System.Net.WebSockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Errors;
using Tollgate.Engine.PassThrough;
using Tollgate.Engine.Pipeline;
using Tollgate.Wire;
using Tollgate.Wire.Json;

namespace Tollgate.Engine.Responses.Socket;

/// <summary>One open socket: its frames in order, and what its answers said.</summary>
internal sealed class ResponseSession(
    HttpContext http, WebSocket socket, GatewayKey key, GeneralSettings general, LlmPipeline pipeline, TimeProvider time) : IAsyncDisposable
{
    /// <summary>Frames that may wait while one is answered.</summary>
    private const int MostWaiting = 16;

    private const int FrameSize = 16 * 1024;

    /// <summary>How long a client gets to hear that the gateway stops.</summary>
    private static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(2);

    private readonly Channel<ReadOnlyMemory<byte>> _frames = Channel.CreateBounded<ReadOnlyMemory<byte>>(MostWaiting);
    private readonly CancellationTokenSource _gone = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
    private readonly SocketHistory _history = new();
    private readonly string? _usualModel = http.Request.Query["model"].ToString() is { Length: > 0 } model ? model : null;
    private WebSocketCloseStatus _status = WebSocketCloseStatus.NormalClosure;
    private string? _reason;

    /// <summary>Serves frames until the client leaves or the gateway stops; a call that runs then is finished first.</summary>
    public async Task RunAsync(CancellationToken draining)
    {
        var reading = ReadAsync();
        try
        {
            await foreach (var frame in _frames.Reader.ReadAllAsync(draining))
            {
                await ServeAsync(frame);
            }
        }
        catch (OperationCanceledException) when (draining.IsCancellationRequested)
        {
            _status = WebSocketCloseStatus.EndpointUnavailable;
            _reason = "The gateway is shutting down.";
        }
        catch (Exception gone) when (gone is OperationCanceledException or WebSocketException or IOException)
        {
            // Nobody is there any more.
        }

        using var patience = new CancellationTokenSource(FarewellTime, time);
        await RealtimeSession.CloseAsync(socket, _status, _reason, patience.Token);
        await reading.WaitAsync(FarewellTime, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _gone.CancelAsync();
        await reading;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _gone.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Reads on while a frame is answered: that is how a client that leaves is noticed.</summary>
    private async Task ReadAsync()
    {
        var frame = ArrayPool<byte>.Shared.Rent(FrameSize);
        var message = new ArrayBufferWriter<byte>();
        var isWhole = true;
        try
        {
            while (true)
            {
                var received = await socket.ReceiveAsync(frame.AsMemory(0, FrameSize), _gone.Token);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    break;
                }

                isWhole &= message.WrittenCount + received.Count <= general.MaxRequestBytes;
                if (isWhole)
                {
                    message.Write(frame.AsSpan(0, received.Count));
                }

                if (!received.EndOfMessage)
                {
                    continue;
                }

                // One that is too large is no frame: an empty one stands for it.
                await _frames.Writer.WriteAsync(isWhole ? message.WrittenMemory : default, _gone.Token);
                message = new ArrayBufferWriter<byte>();
                isWhole = true;
            }
        }
        catch (Exception broken) when (broken is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // As if it had said goodbye.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(frame);
            _frames.Writer.TryComplete();
            if (socket.State is not WebSocketState.Open)
            {
                await _gone.CancelAsync();
            }
        }
    }

    private async Task ServeAsync(ReadOnlyMemory<byte> frame)
    {
        string? eventId = null;
        try
        {
            if (frame.IsEmpty)
            {
                throw new ApiException(400, "The frame is empty, or larger than a request may be.", "bad_request_error");
            }

            var request = SocketRequest.Read(frame);
            eventId = request.EventId;
            if (request.IsWarmUp)
            {
                await WarmUpAsync(request);
            }
            else
            {
                await CallAsync(request);
            }
        }
        catch (ApiException error)
        {
            await SendAsync(SocketEvents.Error(error, eventId));
        }
    }

    /// <summary>Prepares a conversation that later frames go on from; nothing is produced, nothing is paid.</summary>
    private async Task WarmUpAsync(SocketRequest request)
    {
        if ((request.Model ?? _usualModel) is not { } model)
        {
            throw ApiException.BadRequest("/responses: Missing required parameter: 'model'.", "model");
        }

        var id = ResponseMemory.NameFor(LlmPipeline.NewCallId());
        _history.Add(id, request, _history.Continue(request), default);
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        await SendAsync(SocketEvents.WarmUp("response.created", 0, id, now, model, request.PreviousResponseId));
        await SendAsync(SocketEvents.WarmUp("response.completed", 1, id, now, model, request.PreviousResponseId));
    }

    private async Task CallAsync(SocketRequest request)
    {
        var conversation = _history.Continue(request);
        ReadOnlyMemory<byte> answer = default;
        var call = new DefaultHttpContext { RequestServices = http.RequestServices, RequestAborted = _gone.Token };
        var frames = new FrameStream(
            socket,
            () => call.Response.ContentType?.StartsWith("text/event-stream", StringComparison.Ordinal) == true,
            payload => answer = !request.IsStored && FinalOf(payload) is { Length: > 0 } final ? final.ToArray() : answer,
            _gone.Token);
        Prepare(call, request.ToBody(_usualModel, conversation));
        call.Response.Body = frames;
        await pipeline.RunAsync(call, new CallRoute(Surface.Responses));
        await call.Response.CompleteAsync();
        if (call.Response.StatusCode >= 400)
        {
            await SendAsync(SocketEvents.Error(call.Response.StatusCode, frames.Rest, request.EventId));
        }
        else if (!answer.IsEmpty && IdOf(answer) is { } id)
        {
            _history.Add(id, request, conversation, answer);
        }
    }

    /// <summary>The call as it would have come over HTTP.</summary>
    private void Prepare(DefaultHttpContext call, ReadOnlyMemory<byte> body)
    {
        call.Connection.RemoteIpAddress = http.Connection.RemoteIpAddress;
        call.Request.Method = HttpMethods.Post;
        call.Request.Scheme = http.Request.Scheme;
        call.Request.Host = http.Request.Host;
        call.Request.Path = http.Request.Path;
        foreach (var (name, value) in http.Request.Headers)
        {
            // The id of the socket would be that of all its calls.
            if (!name.StartsWith("sec-websocket-", StringComparison.OrdinalIgnoreCase)
                && name.ToLowerInvariant() is not ("connection" or "upgrade" or "content-length" or "content-type" or "x-litellm-call-id"))
            {
                call.Request.Headers[name] = value;
            }
        }

        if (key.Value is { Length: > 0 } && key.Place is "sec-websocket-protocol" or "api-key" or "api_key" or "key")
        {
            call.Request.Headers["x-litellm-api-key"] = "Bearer " + key.Value;
        }

        call.Request.ContentType = "application/json";
        call.Request.ContentLength = body.Length;
        call.Request.Body = new MemoryStream(body.ToArray(), writable: false);
    }

    /// <summary>The finished response that an event carries; empty for other events.</summary>
    private static ReadOnlyMemory<byte> FinalOf(ReadOnlyMemory<byte> payload)
    {
        var json = payload.Span;
        return JsonWalker.TryFind(json, 0, "type"u8, out var type)
            && JsonText.AsString(json.Slice(type.ValueStart, type.ValueLength)) is "response.completed" or "response.incomplete"
            && JsonWalker.TryFind(json, 0, "response"u8, out var response) && response.Kind == JsonKind.Object
            ? payload.Slice(response.ValueStart, response.ValueLength) : default;
    }

    private static string? IdOf(ReadOnlyMemory<byte> answer)
        => JsonWalker.TryFind(answer.Span, 0, "id"u8, out var id) ? JsonText.AsString(answer.Span.Slice(id.ValueStart, id.ValueLength)) : null;

    private ValueTask SendAsync(ReadOnlyMemory<byte> frame) => socket.SendAsync(frame, WebSocketMessageType.Text, endOfMessage: true, _gone.Token);
}
