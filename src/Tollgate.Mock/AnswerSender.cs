using System.Buffers;

namespace Tollgate.Mock;

/// <summary>Puts answers on the wire, whole or in part.</summary>
internal sealed class AnswerSender(MockStatistics statistics)
{
    public Task SendAsync(MockCall call, int status, string contentType, byte[] body) =>
        SendAsync(call, status, contentType, new ByteTemplate(body, []), default);

    public Task SendAsync(MockCall call, int status, string contentType, ByteTemplate body, in HoleValues values)
    {
        var response = call.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        var chosen = call.Options;
        var cut = call.Cut;
        var partial = cut.Point is MockCutPoint.MidBody or MockCutPoint.AfterChunks or MockCutPoint.MidEvent
            || chosen.Stall.Point == MockStallPoint.AfterChunks;
        if (!partial && !chosen.Gzip && chosen.SplitBytes is null)
        {
            // What load tests take: one copy into Kestrel's buffer, flushed by Kestrel at the end.
            response.ContentLength = body.Measure(values);
            call.End();
            body.Render(response.BodyWriter, values);
            return Task.CompletedTask;
        }

        if (!chosen.Gzip)
        {
            response.ContentLength = body.Measure(values);
        }

        var bytes = new ArrayBufferWriter<byte>();
        body.Render(bytes, values);
        return partial ? SendHalfAsync(call, bytes.WrittenMemory) : SendShapedAsync(call, bytes.WrittenMemory);
    }

    private static async Task SendShapedAsync(MockCall call, ReadOnlyMemory<byte> body)
    {
        var output = Open(call, new KestrelOutput(call.Response));
        output.Writer.Write(body.Span);
        call.End();
        await output.CompleteAsync(call.Aborted);
    }

    private async Task SendHalfAsync(MockCall call, ReadOnlyMemory<byte> body)
    {
        var socket = new SocketOutput(call.Http);
        var output = Open(call, socket);
        output.Writer.Write(body.Span[..(body.Length / 2)]);
        await output.DrainAsync(call.Aborted);
        await StallAsync(call, MockStallPoint.AfterChunks);
        await CutAsync(call, socket);
    }

    public async Task StreamAsync(MockCall call, AnswerEvent[] events, HoleValues values)
    {
        call.Response.ContentType = "text/event-stream; charset=utf-8";
        call.Response.Headers.CacheControl = "no-cache";
        statistics.StreamStarted();
        statistics.TokensUsed(values.PromptTokens, 0);
        var fault = StreamFault.Of(call, events);
        var socket = fault.Kind is StreamFaultKind.Cut or StreamFaultKind.CutWithinEvent ? new SocketOutput(call.Http) : null;
        var output = Open(call, socket is null ? new KestrelOutput(call.Response) : socket);
        var gap = call.Options.ChunkGap;
        var sent = 0;
        for (var i = 0; i < events.Length; i++)
        {
            if (fault.Kind != StreamFaultKind.None && sent == fault.After)
            {
                await FailAsync(call, fault.Kind, output, socket, events[i], values);
                return;
            }

            if (gap > TimeSpan.Zero && sent > 0 && events[i].IsContent)
            {
                await Task.Delay(gap, call.Options.TimeProvider, call.Aborted);
            }

            events[i].Bytes.Render(output.Writer, values);
            if (i == events.Length - 1)
            {
                call.End();
            }

            await output.FlushAsync(call.Aborted);
            if (events[i].IsContent)
            {
                sent++;
                statistics.ChunkSent();
            }
        }

        await output.CompleteAsync(call.Aborted);
    }

    private async Task FailAsync(
        MockCall call, StreamFaultKind kind, AnswerOutput output, SocketOutput? socket, AnswerEvent next, HoleValues values)
    {
        switch (kind)
        {
            case StreamFaultKind.Stall:
                await output.DrainAsync(call.Aborted);
                await StallAsync(call);
                break;
            case StreamFaultKind.Error:
                statistics.ErrorInjected();
                output.Writer.Write("data: "u8);
                output.Writer.Write(ErrorAnswers.Injected(call.Options, call.Options.ErrorStatus));
                output.Writer.Write(AnswerEvents.LineEndOf(call.Options));
                output.Writer.Write(AnswerEvents.LineEndOf(call.Options));
                call.End();
                await output.CompleteAsync(call.Aborted);
                break;
            default:
                if (kind == StreamFaultKind.CutWithinEvent)
                {
                    var whole = new ArrayBufferWriter<byte>();
                    next.Bytes.Render(whole, values);
                    output.Writer.Write(whole.WrittenSpan[..(whole.WrittenCount / 2)]);
                }

                await output.DrainAsync(call.Aborted);
                await CutAsync(call, socket!);
                break;
        }
    }

    public async Task CutWithinHeadAsync(MockCall call, MockCutPoint point)
    {
        var socket = new SocketOutput(call.Http);
        await socket.SendPartOfHeadAsync(point, call.Aborted);
        await CutAsync(call, socket);
    }

    /// <summary>Waits until the client leaves; the wait ends by <see cref="OperationCanceledException"/>.</summary>
    public static Task StallAsync(MockCall call) => Task.Delay(Timeout.InfiniteTimeSpan, call.Options.TimeProvider, call.Aborted);

    private static Task StallAsync(MockCall call, MockStallPoint point) =>
        call.Options.Stall.Point == point ? StallAsync(call) : Task.CompletedTask;

    private async Task CutAsync(MockCall call, SocketOutput socket)
    {
        statistics.ConnectionCut();
        call.End();
        await socket.CutAsync(call.Options.CutReset);
    }

    private static AnswerOutput Open(MockCall call, AnswerOutput output)
    {
        if (call.Options.SplitBytes is { } size)
        {
            output = new SplitOutput(output, size);
        }

        if (call.Options.Gzip)
        {
            call.Response.Headers.ContentEncoding = "gzip";
            var gzip = new GzipOutput(output);
            call.Response.RegisterForDispose(gzip);
            output = gzip;
        }

        return output;
    }
}
