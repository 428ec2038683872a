using System.Net;
using System.Text;
using Tollgate.Tests.Loopback;

namespace Tollgate.Tests.Process;

/// <summary>A gateway process whose one model answers by itself and costs something: a folder, its store in it, and commands that run there.</summary>
internal sealed class PricedGateway : IAsyncDisposable
{
    public const string MasterKey = "sk-master-of-commands";

    private const string Config = $$"""
        model_list:
          - model_name: priced
            litellm_params:
              {model: openai/x, api_key: k, mock_response: "rhymes with nothing", input_cost_per_token: 0.000001, output_cost_per_token: 0.000002}
        general_settings: {master_key: {{MasterKey}}}
        """;

    private readonly TempFolder _folder = new();
    private readonly (string Name, string Value)[] _environment;
    private TollgateProcess? _process;

    private PricedGateway((string Name, string Value)[] environment) => _environment = environment;

    public string Folder => _folder.Path;

    public Uri Address { get; private set; } = new("http://127.0.0.1:1");

    public static async Task<PricedGateway> StartAsync(params (string Name, string Value)[] environment)
    {
        var gateway = new PricedGateway(environment);
        gateway._folder.Write("config.yaml", Config);
        await gateway.StartAsync();
        return gateway;
    }

    public async Task StartAsync()
    {
        _process = TollgateProcess.Start(Folder, ["-c", "config.yaml", "--port", "0", "--host", "127.0.0.1"], _environment);
        Address = await _process.AddressAsync();
    }

    /// <summary>Stops in order: what was spent is in the store then.</summary>
    public async Task StopAsync()
    {
        await _process!.SignalAsync("TERM");
        (await _process.ExitAsync()).ShouldBe(0, _process.Errors);
        await _process.DisposeAsync();
        _process = null;
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>Runs a command that asks the running gateway.</summary>
    public Task<(int ExitCode, string Output, string Errors)> AskAsync(params string[] arguments) => TollgateProcess.RunAsync(
        Folder, arguments, ("TOLLGATE_URL", Address.ToString()), ("LITELLM_MASTER_KEY", MasterKey));

    /// <summary>Runs a command that opens the store itself.</summary>
    public Task<(int ExitCode, string Output, string Errors)> OpenAsync(params string[] arguments)
        => TollgateProcess.RunAsync(Folder, [.. arguments, "-c", "config.yaml"], _environment);

    public async Task<HttpStatusCode> CallAsync(string key)
    {
        using var client = TollgateProcess.Client(Address, key);
        using var content = new StringContent(GatewayFixture.Chat("priced"), Encoding.UTF8, "application/json");
        using var response = await client.PostAsync("chat/completions", content, GatewayFixture.Token);
        return response.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _folder.Dispose();
    }
}
