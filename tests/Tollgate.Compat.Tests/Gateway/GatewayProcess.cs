using System.Reflection;
using System.Text.RegularExpressions;

namespace Tollgate.Compat.Tests.Gateway;

/// <summary>The built executable, running as operators run it: a process of its own with a config file and a data directory.</summary>
internal sealed partial class GatewayProcess : IAsyncDisposable
{
    /// <summary>The master key of the configs here.</summary>
    public const string MasterKey = "sk-test-master";

    private const int MostTries = 20;

    // Cold start on a busy machine; the usual one takes well under a second.
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(1);

    private readonly ChildProcess _child;
    private readonly DirectoryInfo _folder;

    private GatewayProcess(ChildProcess child, DirectoryInfo folder, Uri address)
    {
        _child = child;
        _folder = folder;
        BaseAddress = address;
        Http = new HttpClient { BaseAddress = address };
    }

    /// <summary>Where it listens, e.g. <c>http://127.0.0.1:40123/</c>.</summary>
    public Uri BaseAddress { get; }

    /// <summary>A client without any key.</summary>
    public HttpClient Http { get; }

    /// <summary>All it has said so far.</summary>
    public string Output => _child.Output;

    /// <summary>The build configuration of these tests, <c>Release</c> or <c>Debug</c>.</summary>
    public static string Configuration { get; } =
        typeof(GatewayProcess).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    /// <summary>The executable of that configuration.</summary>
    public static string Executable { get; } = Repository.Path($"src/Tollgate/bin/{Configuration}/net10.0/tollgate.dll");

    /// <summary>Starts a gateway and waits until it answers.</summary>
    /// <param name="config">The text of the config file.</param>
    /// <param name="environment">Variables besides those of <see cref="ChildProcess"/>; a data directory among them outlives the process.</param>
    public static async Task<GatewayProcess> StartAsync(string config, IReadOnlyDictionary<string, string>? environment = null)
    {
        var folder = Directory.CreateTempSubdirectory("tollgate-test-");
        var file = Path.Combine(folder.FullName, "config.yaml");
        await File.WriteAllTextAsync(file, config);
        var variables = new Dictionary<string, string> { ["TOLLGATE_DATA_DIR"] = Path.Combine(folder.FullName, "data") };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            variables[name] = value;
        }

        var address = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var child = ChildProcess.Start(
            "dotnet", [Executable, "serve", "--config", file, "--host", "127.0.0.1", "--port", "0"], variables, folder.FullName, line =>
            {
                if (Address().Match(line) is { Success: true } match)
                {
                    address.TrySetResult(new Uri(match.Value));
                }
            });
        try
        {
            var gateway = new GatewayProcess(child, folder, await AddressAsync(child, address.Task));
            await gateway.WaitUntilAliveAsync();
            return gateway;
        }
        catch
        {
            await child.DisposeAsync();
            folder.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>Reloads the configuration.</summary>
    public Task ReloadAsync() => _child.SignalAsync("HUP");

    /// <summary>Stops it as a service manager does.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        await _child.SignalAsync("TERM");
        return await _child.WaitForExitAsync();
    }

    /// <summary>Stops it; kills what does not stop.</summary>
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        try
        {
            await StopAsync();
        }
        finally
        {
            await _child.DisposeAsync();
            _folder.Delete(recursive: true);
        }
    }

    private static async Task<Uri> AddressAsync(ChildProcess child, Task<Uri> address)
    {
        var ended = child.WaitForExitAsync();
        if (await Task.WhenAny(address, ended).WaitAsync(StartPatience) == address)
        {
            return await address;
        }

        throw new InvalidOperationException($"The gateway ended with code {await ended} instead of listening. It said:\n{child.Output}");
    }

    private async Task WaitUntilAliveAsync()
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                using var answer = await Http.GetAsync("health/liveliness");
                answer.EnsureSuccessStatusCode();
                return;
            }
            catch (HttpRequestException problem) when (tries == MostTries)
            {
                throw new InvalidOperationException($"The gateway is not alive: {problem.Message} It said:\n{Output}", problem);
            }
            catch (HttpRequestException)
            {
                // It has told its address before it accepts connections: once more, at most MostTries times.
            }
        }
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:[0-9]+")]
    private static partial Regex Address();
}
