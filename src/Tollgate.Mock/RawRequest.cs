using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Tollgate.Mock;

/// <summary>A request as <see cref="RawScriptServer"/> read it from the socket.</summary>
/// <param name="Connection">The connection it came on, counted from 1.</param>
/// <param name="Number">Counts the server's requests from 1.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Target">Path and query as received.</param>
/// <param name="Headers">Header lines in any case; of a repeated header the last.</param>
/// <param name="Body">The body without transfer encoding.</param>
/// <param name="Stopping">Ends when the server is disposed, which waits for its scripts: what a script awaits should observe it.</param>
public sealed record RawRequest(
    int Connection,
    int Number,
    string Method,
    string Target,
    IReadOnlyDictionary<string, string> Headers,
    ReadOnlyMemory<byte> Body,
    CancellationToken Stopping)
{
    /// <summary>The body read as UTF-8.</summary>
    public string BodyText => Encoding.UTF8.GetString(Body.Span);
}

/// <summary>Reads one HTTP/1.1 request after the other from a socket.</summary>
internal sealed class RawRequestReader(Socket socket)
{
    private byte[] _buffer = new byte[8192];
    private int _start;
    private int _end;

    /// <summary>Returns null when the client closes; in the middle of a request too. The caller numbers the request.</summary>
    public async Task<RawRequest?> ReadAsync(int connection, CancellationToken cancellationToken)
    {
        if (await ReadLineAsync(cancellationToken) is not { } requestLine)
        {
            return null;
        }

        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await ReadLineAsync(cancellationToken) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers[line[..colon]] = line[(colon + 1)..].Trim();
        }

        var parts = requestLine.Split(' ');
        return await ReadBodyAsync(headers, cancellationToken) is { } body
            ? new RawRequest(connection, 0, parts[0], parts[1], headers, body, cancellationToken)
            : null;
    }

    private async Task<byte[]?> ReadBodyAsync(Dictionary<string, string> headers, CancellationToken cancellationToken)
    {
        if (headers.TryGetValue("Content-Length", out var length))
        {
            return await ReadBytesAsync(int.Parse(length, CultureInfo.InvariantCulture), cancellationToken);
        }

        if (!headers.TryGetValue("Transfer-Encoding", out var encoding)
            || !encoding.Equals("chunked", StringComparison.OrdinalIgnoreCase))
        {
            return [];
        }

        var body = new List<byte>();
        while (await ReadLineAsync(cancellationToken) is { } size)
        {
            var chunk = await ReadBytesAsync(
                int.Parse(size.Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture), cancellationToken);
            if (chunk is null || await ReadLineAsync(cancellationToken) is null)
            {
                return null;
            }

            if (chunk.Length == 0)
            {
                return [.. body];
            }

            body.AddRange(chunk);
        }

        return null;
    }

    private async Task<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        int length;
        while ((length = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8)) < 0)
        {
            if (!await FillAsync(cancellationToken))
            {
                return null;
            }
        }

        var line = Encoding.Latin1.GetString(_buffer, _start, length);
        _start += length + 2;
        return line;
    }

    private async Task<byte[]?> ReadBytesAsync(int count, CancellationToken cancellationToken)
    {
        while (_end - _start < count)
        {
            if (!await FillAsync(cancellationToken))
            {
                return null;
            }
        }

        var bytes = _buffer[_start..(_start + count)];
        _start += count;
        return bytes;
    }

    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_end == _buffer.Length)
        {
            // Moves what is unread to the front, into twice the room if there is no space to win.
            var bigger = _start > 0 ? _buffer : new byte[_buffer.Length * 2];
            _buffer.AsSpan(_start, _end - _start).CopyTo(bigger);
            _buffer = bigger;
            _end -= _start;
            _start = 0;
        }

        var read = await socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None, cancellationToken);
        _end += read;
        return read > 0;
    }
}
