using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;

namespace Tollgate.Data.Redis;

/// <summary>
/// One connection to one Redis process. Commands of all callers go out in the order they come, many in one write, and are answered in that
/// order; nobody waits for another's answer.
/// </summary>
internal sealed class RedisLine : IDisposable
{
    // What one large command leaves behind is not kept.
    private const int LargestKeptBuffer = 256 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<Waiting> _waiting = new();
    private readonly CancellationTokenSource _closed = new();
    private readonly ConcurrentDictionary<RedisScript, bool> _scripts = new();
    private readonly Stream _stream;
    private readonly TimeProvider _time;
    private ArrayBufferWriter<byte> _pending = new();
    private ArrayBufferWriter<byte> _sending = new();
    private bool _isSending;
    private Exception? _broken;

    private RedisLine(Stream stream, RedisAddress address, TimeProvider time)
    {
        _stream = stream;
        _time = time;
        Address = address;
    }

    public RedisAddress Address { get; }

    public bool IsOpen => Volatile.Read(ref _broken) is null;

    /// <summary>Connects and logs in.</summary>
    /// <exception cref="RedisUnavailableException">Nobody is there.</exception>
    /// <exception cref="RedisRefusedException">The login was refused.</exception>
    public static async Task<RedisLine> OpenAsync(RedisAddress address, RedisLogin login, TimeProvider time, CancellationToken cancellationToken)
    {
        RedisLine? line = null;
        try
        {
            line = new RedisLine(await ConnectAsync(address, login.Tls, cancellationToken), address, time);
            _ = line.ReceiveAsync();
            await line.IntroduceAsync(login, cancellationToken);
            return line;
        }
        catch (Exception exception) when (exception is SocketException or IOException or System.Security.Authentication.AuthenticationException
            or System.Security.Cryptography.CryptographicException or UnauthorizedAccessException or ArgumentException)
        {
            line?.Dispose();
            throw new RedisUnavailableException($"{address}: {exception.Message}", exception);
        }
        catch
        {
            line?.Dispose();
            throw;
        }
    }

    /// <summary>Sends a command; the answer may be an error of Redis.</summary>
    public Task<RedisReply> AskAsync(params ReadOnlySpan<RedisArgument> command) => AskAsync(isAsking: false, command);

    /// <summary>
    /// Sends a command about a slot that is on its way to this process. What allows it holds for one command only, so the two go out together.
    /// </summary>
    public Task<RedisReply> AskMovingAsync(params ReadOnlySpan<RedisArgument> command) => AskAsync(isAsking: true, command);

    /// <summary>True the first time that a script is to be sent here.</summary>
    public bool IsNew(RedisScript script) => !_scripts.ContainsKey(script) && _scripts.TryAdd(script, true);

    /// <summary>True when an answer is outstanding for that long: the peer has gone without saying so.</summary>
    public bool IsSilentFor(TimeSpan bound)
    {
        lock (_gate)
        {
            return _waiting.TryPeek(out var oldest) && _time.GetElapsedTime(oldest.Since) > bound;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Break(new RedisUnavailableException("the connection was closed"));

    private Task<RedisReply> AskAsync(bool isAsking, ReadOnlySpan<RedisArgument> command)
    {
        var answer = new TaskCompletionSource<RedisReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_broken is { } cause)
            {
                answer.SetException(new RedisUnavailableException(cause.Message, cause));
                return answer.Task;
            }

            var now = _time.GetTimestamp();
            if (isAsking)
            {
                RespWriter.Write(_pending, ["ASKING"]);
                _waiting.Enqueue(new Waiting(null, now));
            }

            RespWriter.Write(_pending, command);
            _waiting.Enqueue(new Waiting(answer, now));
            if (_isSending)
            {
                return answer.Task;
            }

            _isSending = true;
        }

        _ = SendAsync();
        return answer.Task;
    }

    private static async Task<Stream> ConnectAsync(RedisAddress address, RedisTls? tls, CancellationToken cancellationToken)
    {
        var endPoint = address.ToEndPoint();
        var socket = address.IsSocketFile
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endPoint, cancellationToken);
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (tls is null)
            {
                return stream;
            }

            var encrypted = new SslStream(stream);
            await encrypted.AuthenticateAsClientAsync(tls.ToOptions(address.Host), cancellationToken);
            return encrypted;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task IntroduceAsync(RedisLogin login, CancellationToken cancellationToken)
    {
        if (login.Password is { } password)
        {
            var answer = login.User is { } user ? AskAsync("AUTH", user, password) : AskAsync("AUTH", password);
            (await answer.WaitAsync(cancellationToken)).OrThrow();
        }

        if (login.Database > 0)
        {
            (await AskAsync("SELECT", login.Database).WaitAsync(cancellationToken)).OrThrow();
        }

        // Only for who looks at the list of clients; a user that may not name itself may still count.
        await AskAsync("CLIENT", "SETNAME", "tollgate").WaitAsync(cancellationToken);
    }

    private async Task SendAsync()
    {
        try
        {
            while (true)
            {
                lock (_gate)
                {
                    if (_pending.WrittenCount == 0)
                    {
                        _isSending = false;
                        return;
                    }

                    (_pending, _sending) = (_sending, _pending);
                }

                await _stream.WriteAsync(_sending.WrittenMemory, _closed.Token);
                if (_sending.Capacity > LargestKeptBuffer)
                {
                    _sending = new ArrayBufferWriter<byte>();
                }
                else
                {
                    _sending.ResetWrittenCount();
                }
            }
        }
        catch (Exception exception)
        {
            // Whatever ends a connection ends what waits on it, and nothing else.
            Break(exception);
        }
    }

    private async Task ReceiveAsync()
    {
        var reader = PipeReader.Create(_stream, new StreamPipeReaderOptions(leaveOpen: true));
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(_closed.Token);
                var consumed = Answer(read.Buffer);
                reader.AdvanceTo(consumed, read.Buffer.End);
                if (read.IsCompleted)
                {
                    throw new RedisUnavailableException("the server has closed the connection");
                }
            }
        }
        catch (Exception exception)
        {
            Break(exception);
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    /// <summary>Hands out the answers that have arrived whole; returns where the next begins.</summary>
    private SequencePosition Answer(ReadOnlySequence<byte> buffer)
    {
        var reader = new SequenceReader<byte>(buffer);
        var consumed = reader.Position;
        while (!reader.End && RespReader.TryRead(ref reader, out var reply))
        {
            consumed = reader.Position;
            Waiting waiting;
            lock (_gate)
            {
                if (!_waiting.TryDequeue(out waiting))
                {
                    throw new RedisUnavailableException("an answer came that nobody asked for");
                }
            }

            waiting.Answer?.TrySetResult(reply);
        }

        return consumed;
    }

    private void Break(Exception cause)
    {
        Waiting[] left;
        lock (_gate)
        {
            if (_broken is not null)
            {
                return;
            }

            _broken = cause;
            left = [.. _waiting];
            _waiting.Clear();
        }

        _closed.Cancel();
        _stream.Dispose();
        foreach (var waiting in left)
        {
            waiting.Answer?.TrySetException(new RedisUnavailableException(cause.Message, cause));
        }
    }

    private readonly record struct Waiting(TaskCompletionSource<RedisReply>? Answer, long Since);
}
