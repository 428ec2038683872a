using System.Buffers;
using System.Net.WebSockets;
using Tollgate.Wire.Sse;

namespace Tollgate.Engine.Responses.Socket;

/// <summary>The answer of a call as frames of a socket: each event of its stream is one. What is no stream is kept for whoever asks.</summary>
/// <param name="socket">The client.</param>
/// <param name="isStream">Whether what is written is an event stream; known when the first byte comes.</param>
/// <param name="look">Sees each event before it is sent.</param>
/// <param name="stop">The client is gone.</param>
internal sealed class FrameStream(WebSocket socket, Func<bool> isStream, Action<ReadOnlyMemory<byte>> look, CancellationToken stop) : Stream
{
    private readonly SseSplitter _splitter = new();
    private ArrayBufferWriter<byte> _unread = new();

    /// <summary>What was written and is no stream.</summary>
    public ReadOnlyMemory<byte> Rest => _unread.WrittenMemory;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _unread.Write(buffer.Span);
        if (!isStream())
        {
            return;
        }

        var start = 0;
        while (true)
        {
            var found = _splitter.TryRead(_unread.WrittenMemory[start..], out var consumed, out var next);
            start += consumed;
            if (!found)
            {
                break;
            }

            if (!next.IsComment && !next.Data.Span.SequenceEqual("[DONE]"u8))
            {
                look(next.Data);
                await socket.SendAsync(next.Data, WebSocketMessageType.Text, endOfMessage: true, stop);
            }
        }

        if (start > 0)
        {
            var rest = new ArrayBufferWriter<byte>(Math.Max(256, _unread.WrittenCount - start));
            rest.Write(_unread.WrittenSpan[start..]);
            _unread = rest;
        }
    }
}
