using System.Net;
using System.Net.Sockets;

namespace Tollgate.Mock;

/// <summary>A server below HTTP: reads requests and sends exactly the bytes that a script yields.</summary>
/// <remarks>
/// For what no HTTP server would send. When the script of a request ends without closing, the connection serves the next request.
/// </remarks>
public sealed class RawScriptServer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly Func<RawRequest, IAsyncEnumerable<RawStep>> _script;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private readonly HashSet<Task> _connections = [];
    private readonly Task _accepting;
    private int _accepted;
    private int _requests;

    private RawScriptServer(TcpListener listener, Func<RawRequest, IAsyncEnumerable<RawStep>> script)
    {
        _listener = listener;
        _script = script;
        BaseAddress = new Uri($"http://{listener.LocalEndpoint}/");
        _accepting = AcceptAsync();
    }

    /// <summary>Where the server listens: 127.0.0.1 and a free port.</summary>
    public Uri BaseAddress { get; }

    /// <summary>Connections accepted so far.</summary>
    public int Connections => Volatile.Read(ref _accepted);

    /// <summary>Requests read so far.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Starts a server whose script is run once for every request.</summary>
    public static Task<RawScriptServer> StartAsync(
        Func<RawRequest, IAsyncEnumerable<RawStep>> script, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return Task.FromResult(new RawScriptServer(listener, script));
    }

    /// <summary>Stops: open connections are closed. Rethrows what a script has thrown.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        Task[] open;
        lock (_lock)
        {
            open = [.. _connections];
        }

        await Task.WhenAll(open);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptSocketAsync(_stopping.Token);
            }
            catch (Exception stopped) when (stopped is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }

            socket.NoDelay = true;
            var connection = ServeAsync(socket, Interlocked.Increment(ref _accepted));
            lock (_lock)
            {
                _connections.RemoveWhere(ended => ended.IsCompletedSuccessfully);
                _connections.Add(connection);
            }
        }
    }

    private async Task ServeAsync(Socket socket, int connection)
    {
        using (socket)
        {
            var reader = new RawRequestReader(socket);
            try
            {
                while (await reader.ReadAsync(connection, _stopping.Token) is { } request)
                {
                    if (!await PlayAsync(socket, request with { Number = Interlocked.Increment(ref _requests) }))
                    {
                        return;
                    }
                }
            }
            catch (Exception gone) when (gone is SocketException or OperationCanceledException)
            {
                // The client reset the connection, or the server stops.
            }
        }
    }

    /// <summary>Returns whether the connection goes on.</summary>
    private async Task<bool> PlayAsync(Socket socket, RawRequest request)
    {
        await foreach (var step in _script(request).WithCancellation(_stopping.Token))
        {
            switch (step)
            {
                case RawStep.SendStep send:
                    await SendAsync(socket, send.Bytes);
                    break;
                case RawStep.StallStep:
                    await WaitForCloseAsync(socket);
                    break;
                case RawStep.CloseStep:
                    socket.Shutdown(SocketShutdown.Send);
                    await WaitForCloseAsync(socket);
                    return false;
                case RawStep.ResetStep:
                    socket.LingerState = new LingerOption(enable: true, seconds: 0);
                    return false;
            }
        }

        return true;
    }

    private async Task SendAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, _stopping.Token)..];
        }
    }

    /// <summary>Drains the connection until the client closes or resets it.</summary>
    private async Task WaitForCloseAsync(Socket socket)
    {
        var ignored = new byte[1024];
        try
        {
            while (await socket.ReceiveAsync(ignored, SocketFlags.None, _stopping.Token) > 0)
            {
                // Bytes of a request that nobody will answer.
            }
        }
        catch (SocketException)
        {
            // A reset is a way to leave as well.
        }
    }
}
