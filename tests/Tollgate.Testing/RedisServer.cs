using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Tollgate.Testing;

/// <summary>A private Redis in a temporary folder, empty; can be stopped and started again on its port.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string? _password;
    private readonly string[] _more;
    private string? _sentinelFile;
    private Process? _process;

    private RedisServer(string? password, string[] more)
    {
        _password = password;
        _more = more;
    }

    /// <summary>The path of its socket's file.</summary>
    public string SocketFile => _folder.File("redis.sock");

    /// <summary>The port on the loopback address.</summary>
    public int Port { get; } = FreePort.Next();

    /// <summary>The URL, with the password.</summary>
    public string Url => _password is null ? $"redis://127.0.0.1:{Port}" : $"redis://:{Uri.EscapeDataString(_password)}@127.0.0.1:{Port}";

    /// <summary>Starts a server, with more arguments of the program after ours.</summary>
    public static async Task<RedisServer> StartAsync(string? password = null, params string[] more)
    {
        var server = new RedisServer(password, more);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts a sentinel from a file that says whom it watches; it writes into the file.</summary>
    public static async Task<RedisServer> StartSentinelAsync(string password, string file)
    {
        var server = new RedisServer(password, []) { _sentinelFile = file };
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts it again after <see cref="Stop"/>; what it held is gone.</summary>
    public async Task StartAgainAsync()
    {
        string[] network = ["--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _folder.Path, "--logfile", _folder.File("log")];
        string[] arguments = _sentinelFile is null
            ? [.. network, "--save", "", "--unixsocket", SocketFile, .. _more]
            : [_sentinelFile, "--sentinel", .. network];
        _process = Process.Start("redis-server", _password is null ? arguments : [.. arguments, "--requirepass", _password]);
        try
        {
            while (!await AnswersAsync())
            {
                if (_process.HasExited)
                {
                    throw new InvalidOperationException("redis-server did not start: " + await File.ReadAllTextAsync(_folder.File("log")));
                }
            }
        }
        catch
        {
            Stop();
            throw;
        }
    }

    /// <summary>Stops it at once.</summary>
    public void Stop()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process?.Dispose();
        _process = null;
    }

    /// <summary>Holds its answers back until resumed, as a host that is overloaded does.</summary>
    public void Pause() => Signal("STOP");

    /// <summary>Ends <see cref="Pause"/>.</summary>
    public void Resume() => Signal("CONT");

    /// <summary>Sends one command of plain words; returns the first line of the answer, of a text the text. Logs in first with a password.</summary>
    public async Task<string> AskAsync(string command, string? password = null)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", Port);
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.UTF8);
        if (password is not null)
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes($"AUTH {password}\r\n"));
            await reader.ReadLineAsync();
        }

        await stream.WriteAsync(Encoding.UTF8.GetBytes(command + "\r\n"));
        var first = await reader.ReadLineAsync() ?? "";
        if (!first.StartsWith('$') || first.Equals("$-1", StringComparison.Ordinal))
        {
            return first.Equals("$-1", StringComparison.Ordinal) ? "" : first;
        }

        var text = new char[int.Parse(first.AsSpan(1), CultureInfo.InvariantCulture)];
        return new string(text, 0, await reader.ReadBlockAsync(text));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Stop();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            return (await AskAsync("PING")).Length > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("/bin/kill", ["-" + name, _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
