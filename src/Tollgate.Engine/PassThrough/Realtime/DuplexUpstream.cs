using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using Tollgate.Engine.Upstream;

namespace Tollgate.Engine.PassThrough.Realtime;

/// <summary>A provider at the other end of one HTTP/2 request whose two bodies are written and read at once.</summary>
internal sealed class DuplexUpstream : IRealtimeUpstream
{
    private const int FirstSize = 16 * 1024;

    /// <summary>No message is longer; a provider that goes on is broken.</summary>
    private const int LongestMessage = 32 * 1024 * 1024;

    private const int LongestError = 1024;

    /// <summary>
    /// A refusal is waited for so long, that another deployment may be tried; some providers answer only to the first message.
    /// </summary>
    private static readonly TimeSpan AnswerTime = TimeSpan.FromMilliseconds(500);

    private readonly HttpRequestMessage _request;
    private readonly Pipe _messages;
    private readonly IDuplexFraming _framing;
    private readonly Task<HttpResponseMessage> _answer;
    private Stream? _body;
    private byte[] _buffer = new byte[FirstSize];
    private int _filled;
    private int _start;

    private DuplexUpstream(HttpRequestMessage request, Pipe messages, IDuplexFraming framing, Task<HttpResponseMessage> answer)
    {
        _request = request;
        _messages = messages;
        _framing = framing;
        _answer = answer;
    }

    public RealtimeFarewell Farewell { get; private set; } = new(WebSocketCloseStatus.NormalClosure, null);

    /// <summary>Opens a session.</summary>
    /// <exception cref="HttpRequestException">The provider refused, or cannot be reached.</exception>
    public static async Task<(IRealtimeUpstream? Upstream, ConnectionFault? Fault)> OpenAsync(
        PassThroughTarget target, UpstreamTransport transport, TimeProvider time, CancellationToken cancellationToken)
    {
        var messages = new Pipe();
        var request = new HttpRequestMessage(HttpMethod.Post, target.Address)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new DuplexContent(messages.Reader),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(target.DuplexType!);
        if (await target.Connection.AuthorizeAsync(request, clientKey: null, cancellationToken) is { } fault)
        {
            request.Dispose();
            return (null, fault);
        }

        var answer = transport.For(target.Connection.Transport).SendAsync(request, CancellationToken.None);
        var upstream = new DuplexUpstream(request, messages, target.Framing!(request), answer);
        await Task.WhenAny(answer, Task.Delay(AnswerTime, time, cancellationToken));
        if (!answer.IsCompleted || (answer.IsCompletedSuccessfully && (await answer).IsSuccessStatusCode))
        {
            return (upstream, null);
        }

        try
        {
            var response = await answer;
            throw new HttpRequestException("The provider refused the session.", inner: null, response.StatusCode);
        }
        finally
        {
            await upstream.DisposeAsync();
        }
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
        => await _messages.Writer.WriteAsync(_framing.Wrap(message), cancellationToken);

    public async ValueTask<ReadOnlyMemory<byte>?> ReceiveAsync(CancellationToken cancellationToken)
    {
        if (_body is null)
        {
            var response = await _answer.WaitAsync(cancellationToken);
            _body = await response.Content.ReadAsStreamAsync(cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                await RefusedAsync(response.StatusCode, cancellationToken);
                return null;
            }
        }

        while (true)
        {
            var found = _framing.Splitter.TryRead(_buffer.AsMemory(_start, _filled - _start), out var consumed, out var next);
            _start += consumed;
            if (found)
            {
                return next.Data;
            }

            if (!await FillAsync(cancellationToken))
            {
                return null;
            }
        }
    }

    public async ValueTask CloseAsync(RealtimeFarewell farewell, CancellationToken cancellationToken)
    {
        if (_framing.End() is { IsEmpty: false } end)
        {
            await _messages.Writer.WriteAsync(end, cancellationToken);
        }

        await _messages.Writer.CompleteAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _messages.Writer.CompleteAsync();
        if (_answer.IsCompletedSuccessfully)
        {
            (await _answer).Dispose();
        }

        _request.Dispose();
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        _buffer.AsSpan(_start, _filled - _start).CopyTo(_buffer);
        _filled -= _start;
        _start = 0;
        if (_filled == _buffer.Length)
        {
            if (_filled >= LongestMessage)
            {
                throw new InvalidDataException("A message of the provider's is too long.");
            }

            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = await _body!.ReadAsync(_buffer.AsMemory(_filled), cancellationToken);
        _filled += read;
        return read > 0;
    }

    private async Task RefusedAsync(HttpStatusCode status, CancellationToken cancellationToken)
    {
        var text = new byte[LongestError];
        var length = await _body!.ReadAtLeastAsync(text, text.Length, throwOnEndOfStream: false, cancellationToken);
        Farewell = new RealtimeFarewell(
            WebSocketCloseStatus.InternalServerError, $"status {(int)status}: {Encoding.UTF8.GetString(text, 0, length)}");
    }
}
