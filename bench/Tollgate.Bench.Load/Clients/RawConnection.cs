using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Tollgate.Bench.Load.Targets;

namespace Tollgate.Bench.Load.Clients;

/// <summary>
/// One keep-alive connection that sends the same request again and again: two system calls a request and no thread switch of our own,
/// because the latencies to be seen are smaller than what an asynchronous client adds.
/// </summary>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _request;
    private readonly byte[] _buffer = new byte[16 * 1024];
    private int _length;

    public RawConnection(RunningTarget target, byte[] body)
    {
        var head = string.Create(CultureInfo.InvariantCulture,
            $"POST {target.ChatUrl.AbsolutePath} HTTP/1.1\r\nHost: {target.ChatUrl.Authority}\r\nAuthorization: Bearer {target.Key}\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n");
        _request = [.. Encoding.ASCII.GetBytes(head), .. body];
        _socket.Connect(new IPEndPoint(IPAddress.Loopback, target.ChatUrl.Port));
    }

    public int Descriptor => (int)_socket.Handle;

    /// <summary>When the open call counts from, in clock ticks.</summary>
    public long From { get; private set; }

    public void Send(long from)
    {
        From = from;
        _length = 0;
        _socket.Send(_request);
    }

    /// <summary>Reads what has arrived; returns the status once the answer is whole, before that 0.</summary>
    public int Receive()
    {
        var read = _socket.Receive(_buffer.AsSpan(_length));
        if (read == 0)
        {
            throw new IOException("the connection was closed in the middle of an answer");
        }

        _length += read;

        // "HTTP/1.1 200": the status is always in the same place.
        return IsWhole(_buffer.AsSpan(0, _length)) && Utf8Parser.TryParse(_buffer.AsSpan(9, 3), out int status, out _) ? status : 0;
    }

    public void Dispose() => _socket.Dispose();

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var headEnd = answer.IndexOf("\r\n\r\n"u8);
        if (headEnd < 0)
        {
            return false;
        }

        var head = answer[..headEnd];
        var at = head.IndexOf("Content-Length: "u8);
        if (at >= 0 && Utf8Parser.TryParse(head[(at + "Content-Length: ".Length)..], out int length, out _))
        {
            return answer.Length >= headEnd + 4 + length;
        }

        // Otherwise the answer is chunked, and a small JSON holds no such end of its own.
        return answer.EndsWith("0\r\n\r\n"u8);
    }
}
