using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Tollgate.Configuration;
using Tollgate.Hosting;
using Tollgate.Mock;

namespace Tollgate.Tests.Loopback;

/// <summary>The whole gateway on a free port, a fake upstream behind it, a client before it.</summary>
internal sealed class GatewayFixture : IAsyncDisposable
{
    public const string MasterKey = "sk-loopback-master";
    public const string UpstreamKey = "upstream-secret";
    public const string Messages = """[{"role":"user","content":"Hello"}]""";

    /// <summary>What the fake upstream says unless told otherwise.</summary>
    public const string Text = "Tollgate mock answers with grüße from 世界 and a 🙂 ";

    private readonly string _folder;
    private readonly StartedGateway _gateway;

    private GatewayFixture(string folder, MockServer upstream, StartedGateway gateway)
    {
        _folder = folder;
        _gateway = gateway;
        Upstream = upstream;

        // Without MaxResponseDrainSize a response that is disposed early is read on, instead of being left.
        var handler = new SocketsHttpHandler { MaxResponseDrainSize = 0, AllowAutoRedirect = false, UseProxy = false };
        Http = new HttpClient(handler) { BaseAddress = gateway.Address, Timeout = TimeSpan.FromSeconds(60) };
    }

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public MockServer Upstream { get; }

    public HttpClient Http { get; }

    public string ConfigFile => Path.Combine(_folder, "config.yaml");

    public IServiceProvider Services => _gateway.Services;

    public ConfigReloader Reloader => Services.GetRequiredService<ConfigReloader>();

    public static async Task<GatewayFixture> StartAsync(GatewaySetup? setup = null)
    {
        setup ??= new GatewaySetup();
        var folder = Directory.CreateTempSubdirectory("tollgate-loopback-").FullName;
        var upstream = await MockServer.StartAsync(setup.Upstream with { Record = true }, Token);
        await File.WriteAllTextAsync(Path.Combine(folder, "config.yaml"), setup.Yaml(upstream.BaseAddress), Token);
        var environment = setup.Environment.ToDictionary(pair => pair.Name, pair => pair.Value);
        environment["LITELLM_MODE"] = "PRODUCTION";
        environment["LITELLM_LOG"] = "ERROR";
        var options = new ServeOptions
        {
            ConfigPath = Path.Combine(folder, "config.yaml"),
            Host = "127.0.0.1",
            Port = 0,
            LimitConcurrency = setup.LimitConcurrency,
        };
        var errors = new StringWriter();
        var (gateway, _) = await new GatewayHost(options, EnvironmentSource.From(environment, folder), TextWriter.Null, errors).StartAsync();
        return new GatewayFixture(folder, upstream, gateway.ShouldNotBeNull(errors.ToString()));
    }

    public static Task<GatewayFixture> StartAsync(params TestModel[] models) => StartAsync(new GatewaySetup { Models = models });

    /// <summary>A minimal chat request.</summary>
    /// <param name="model">Public name.</param>
    /// <param name="more">Further members with a leading comma.</param>
    public static string Chat(string model, string more = "") => $$"""{"model":"{{model}}","messages":{{Messages}}{{more}}}""";

    /// <summary>Sends a request with the master key unless <paramref name="headers"/> hold an <c>Authorization</c>; an empty one sends none.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, HttpContent? content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (!headers.Any(header => header.Name.Equals("Authorization", StringComparison.OrdinalIgnoreCase)))
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + MasterKey);
        }

        foreach (var (name, value) in headers.Where(header => header.Value.Length > 0))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
    }

    public Task<HttpResponseMessage> OpenAsync(string path, string body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, new StringContent(body, Encoding.UTF8, "application/json"), headers);

    public async Task<Answer> PostAsync(string path, string body, params (string Name, string Value)[] headers)
    {
        using var response = await OpenAsync(path, body, headers);
        return await Answer.ReadAsync(response);
    }

    public async Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        using var response = await SendAsync(HttpMethod.Get, path, null, headers);
        return await Answer.ReadAsync(response);
    }

    public Task<Answer> ChatAsync(string body, params (string Name, string Value)[] headers) => PostAsync("v1/chat/completions", body, headers);

    /// <summary>Asks a model for a stream.</summary>
    public Task<Answer> StreamAsync(string model, string more = "", params (string Name, string Value)[] headers) =>
        ChatAsync(Chat(model, ",\"stream\":true" + more), headers);

    /// <summary>Whatever has happened: the next one is served.</summary>
    public async Task ShouldStillServeAsync()
    {
        var answer = await ChatAsync(Chat("ok"));
        answer.Status.ShouldBe(200, answer.Body);
        answer.Text.ShouldBe(Text);
    }

    /// <summary>Waits until the gateway serves nothing but this question.</summary>
    public async Task ShouldBeIdleAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await GetAsync("health/backlog")).Json.GetProperty("in_flight_requests").GetInt32() > 0)
        {
            patience.Token.ThrowIfCancellationRequested();
        }
    }

    /// <summary>The newest request that reached the upstream.</summary>
    public RecordedRequest LastUpstreamRequest => Upstream.Requests[^1];

    /// <summary>Writes the configuration file anew and makes the gateway read it.</summary>
    public bool Reload(GatewaySetup setup)
    {
        File.WriteAllText(ConfigFile, setup.Yaml(Upstream.BaseAddress));
        return Reloader.Reload();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Upstream.DisposeAsync();
        await _gateway.StopAsync();
        await _gateway.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
