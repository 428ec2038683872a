using System.Globalization;
using Tollgate.Bench.Load.Clients;
using Tollgate.Bench.Load.Processes;

namespace Tollgate.Bench.Load.Targets;

/// <summary>Starts upstreams and targets on free ports, each with an empty folder of its own.</summary>
internal sealed class TargetLauncher(BenchOptions options, Caller caller, string folder)
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private int _started;

    /// <summary>Starts a target and returns once it has answered a call with 200.</summary>
    public async Task<RunningTarget> StartAsync(string name, int upstreamPort, CancellationToken cancellation)
    {
        var target = Launch(name, upstreamPort);
        try
        {
            await WaitUntilAnsweringAsync(target, Pause, cancellation);
            if (options.VirtualKey && string.Equals(name, TargetNames.Tollgate, StringComparison.Ordinal))
            {
                target.Key = await caller.CreateVirtualKeyAsync(target.BaseUrl, GatewayConfig.MasterKey, cancellation);
            }

            return target;
        }
        catch
        {
            await target.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the process and returns at once.</summary>
    public RunningTarget Launch(string name, int upstreamPort)
    {
        var port = ServerProcess.FreePort();
        var own = NewFolder(name);
        var process = name switch
        {
            TargetNames.Nginx => StartNginx(name, own, NginxConfig.Proxy(port, upstreamPort, own)),
            TargetNames.Relay => ServerProcess.Start(
                name, options.RelayPath, ["--port", Text(port), "--upstream", $"http://127.0.0.1:{upstreamPort}"]),
            _ => StartGateway(name, own, port, upstreamPort),
        };
        return new RunningTarget(name, port, process, own);
    }

    public Task WaitUntilAnsweringAsync(RunningTarget target, TimeSpan pause, CancellationToken cancellation)
    {
        var body = Payloads.Chat();
        return target.Process.WaitUntilAsync(
            async token => await caller.TryChatAsync(target.ChatUrl, target.Key, body, token) == 200, StartLimit, pause, cancellation);
    }

    /// <summary>nginx with a fixed answer: the upstream of all plain calls.</summary>
    public async Task<RunningTarget> StartPlainUpstreamAsync(CancellationToken cancellation)
    {
        var port = ServerProcess.FreePort();
        var own = NewFolder("upstream");
        var upstream = new RunningTarget("plain upstream", port, StartNginx("plain upstream", own, NginxConfig.Upstream(port, own)), own);
        await WaitUntilAnsweringAsync(upstream, Pause, cancellation);
        return upstream;
    }

    /// <summary>This program in its second role, in a process of its own.</summary>
    public async Task<RunningTarget> StartStreamUpstreamAsync(CancellationToken cancellation)
    {
        var port = ServerProcess.FreePort();
        var own = NewFolder("streams");
        var process = ServerProcess.Start("stream upstream", Environment.ProcessPath!, [
            "upstream", "--port", Text(port), "--chunk-gap-ms", Text(options.ChunkGapMs), "--chunks", Text(options.Chunks)]);
        var upstream = new RunningTarget("stream upstream", port, process, own);
        await WaitUntilAnsweringAsync(upstream, Pause, cancellation);
        return upstream;
    }

    private ServerProcess StartGateway(string name, string own, int port, int upstreamPort)
    {
        var config = Path.Combine(own, "config.yaml");
        File.WriteAllText(config, GatewayConfig.Write(upstreamPort));
        return ServerProcess.Start(
            name,
            options.GatewayPath,
            ["serve", "--config", config, "--port", Text(port), "--host", "127.0.0.1"],
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["TOLLGATE_DATA_DIR"] = Path.Combine(own, "data"),
                ["TOLLGATE_BENCH"] = "1",

                // What the shell has for another gateway must not reach this one.
                ["DATABASE_URL"] = options.Database.Length > 0 ? options.Database : null,
                ["REDIS_URL"] = null,
                ["REDIS_HOST"] = null,
                ["LITELLM_MASTER_KEY"] = null,
            });
    }

    private static ServerProcess StartNginx(string name, string own, string config)
    {
        var file = Path.Combine(own, "nginx.conf");
        File.WriteAllText(file, config);
        return ServerProcess.Start(name, Machine.Nginx, ["-c", file, "-p", own, "-e", "stderr"]);
    }

    private string NewFolder(string name) =>
        Directory.CreateDirectory(Path.Combine(folder, $"{Interlocked.Increment(ref _started)}-{name}")).FullName;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
