using System.Buffers;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Tollgate.Mock;

/// <summary>Writes the answer onto the connection's socket itself, so that it can be cut at any byte.</summary>
/// <remarks>
/// Kestrel has not written anything for this request and never will: once its own writer is involved, an abort may drop
/// bytes that were flushed before, and nothing can be cut within the header block.
/// </remarks>
internal sealed class SocketOutput : CollectingOutput
{
    // After a FIN a well-behaved client closes at once; the others are not waited for longer than this.
    private static readonly TimeSpan CloseGrace = TimeSpan.FromSeconds(1);

    private readonly HttpContext _http;
    private readonly Socket _socket;
    private bool _headSent;

    public SocketOutput(HttpContext http)
    {
        _http = http;
        _socket = http.Features.Get<IConnectionSocketFeature>()?.Socket
            ?? throw new InvalidOperationException("The connection has no socket to cut.");
    }

    /// <summary>Sends the start of the header block that a full answer would have.</summary>
    public async ValueTask SendPartOfHeadAsync(MockCutPoint point, CancellationToken cancellationToken)
    {
        var head = Head();
        var statusLine = head.AsSpan().IndexOf("\r\n"u8);
        var length = point switch
        {
            MockCutPoint.StatusLine => statusLine / 2,
            MockCutPoint.MidHeaders => statusLine + ((head.Length - statusLine) / 2),
            _ => 0,
        };
        await SendAsync(head.AsMemory(0, length), cancellationToken);
    }

    public override async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (!_headSent)
        {
            _headSent = true;
            await SendAsync(Head(), cancellationToken);
        }

        if (Collected.WrittenCount == 0)
        {
            return;
        }

        var chunked = _http.Response.ContentLength is null;
        var frame = new ArrayBufferWriter<byte>(Collected.WrittenCount + 16);
        if (chunked)
        {
            frame.Write(Encoding.ASCII.GetBytes(Collected.WrittenCount.ToString("x", CultureInfo.InvariantCulture)));
            frame.Write("\r\n"u8);
        }

        frame.Write(Collected.WrittenSpan);
        if (chunked)
        {
            frame.Write("\r\n"u8);
        }

        Collected.ResetWrittenCount();
        await SendAsync(frame.WrittenMemory, cancellationToken);
    }

    /// <summary>Ends the connection without ending the answer.</summary>
    public async ValueTask CutAsync(bool reset)
    {
        if (!reset)
        {
            try
            {
                _socket.Shutdown(SocketShutdown.Send);
                await Task.Delay(CloseGrace, TimeProvider.System, _http.RequestAborted);
            }
            catch (Exception gone) when (gone is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // The client has closed its side: what the wait was for.
            }
        }

        _http.Abort();
    }

    private byte[] Head()
    {
        var response = _http.Response;
        var head = new StringBuilder();
        var reason = ReasonPhrases.GetReasonPhrase(response.StatusCode);
        head.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {response.StatusCode} {reason}\r\n");
        foreach (var (name, values) in response.Headers)
        {
            foreach (var value in values)
            {
                head.Append(name).Append(": ").Append(value).Append("\r\n");
            }
        }

        if (response.ContentLength is null)
        {
            head.Append("Transfer-Encoding: chunked\r\n");
        }

        return Encoding.ASCII.GetBytes(head.Append("\r\n").ToString());
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None, cancellationToken)..];
        }
    }
}
