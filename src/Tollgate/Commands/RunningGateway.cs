using System.Net.Http.Headers;
using System.Text;
using Tollgate.Configuration;
using Tollgate.Engine.Configuration;
using Tollgate.Hosting;

namespace Tollgate.Commands;

/// <summary>Commands that talk to a gateway that is already running.</summary>
internal sealed class RunningGateway(EnvironmentSource environment, TextWriter output, TextWriter errors)
{
    private const int DefaultPort = 4000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary><c>tollgate health URL</c>.</summary>
    public async Task<int> ProbeAsync(string url, string path)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            await errors.WriteLineAsync($"'{url}' is not an http(s) URL.");
            return 2;
        }

        return await SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(address.AbsoluteUri.TrimEnd('/') + path)));
    }

    /// <summary><c>--health</c>: the health of all models, with the master key.</summary>
    public async Task<int> HealthAsync(ServeOptions options)
    {
        var key = Load(options)?.General.MasterKey;
        return await SendAsync(WithKey(new HttpRequestMessage(HttpMethod.Get, Address(options, "/health")), key));
    }

    /// <summary>
    /// <c>--test</c>: checks the configuration; when a gateway answers on the address, asks it for one chat answer (config.md 10.2).
    /// </summary>
    public async Task<int> TestAsync(ServeOptions options)
    {
        if (options.ConfigPath is not null
            && await new ConfigCheck(environment, output, errors).RunAsync(options.ConfigPath, options.Model, options.Strict) is not 0 and var failed)
        {
            return failed;
        }

        var config = Load(options);
        if (!await ListensAsync(options))
        {
            await output.WriteLineAsync($"config OK; no server on {Address(options, "").Authority}, request test skipped");
            return 0;
        }

        var model = config?.Deployments.FirstOrDefault(static item => !item.ModelGroup.Contains('*', StringComparison.Ordinal) && item.Info.Mode is null or "chat");
        if (model is null)
        {
            await output.WriteLineAsync("config OK; it has no chat model to ask");
            return 0;
        }

        var body = $$"""{"model":{{Encoding.UTF8.GetString(Wire.Json.JsonText.Quote(model.ModelGroup))}},"messages":[{"role":"user","content":"this is a test request, write a short poem"}]}""";
        var message = new HttpRequestMessage(HttpMethod.Post, Address(options, "/v1/chat/completions"))
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        return await SendAsync(WithKey(message, config!.General.MasterKey));
    }

    private GatewayConfig? Load(ServeOptions options)
        => new ConfigSource(options, environment, ProviderSetup.Open(environment)).Load().Config;

    private async Task<bool> ListensAsync(ServeOptions options)
    {
        using var client = MakeClient();
        try
        {
            using var response = await client.GetAsync(Address(options, "/health/liveliness"));
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task<int> SendAsync(HttpRequestMessage message)
    {
        using var client = MakeClient();
        try
        {
            using var response = await client.SendAsync(message);
            await output.WriteLineAsync(await response.Content.ReadAsStringAsync());
            if (response.IsSuccessStatusCode)
            {
                return 0;
            }

            await errors.WriteLineAsync($"{message.RequestUri} answered {(int)response.StatusCode}");
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            await errors.WriteLineAsync($"{message.RequestUri} cannot be reached: {exception.Message}");
        }

        return 1;
    }

    private Uri Address(ServeOptions options, string path)
    {
        var host = options.Host ?? environment.GetNonEmpty("HOST") ?? "127.0.0.1";
        var port = options.Port ?? (int.TryParse(environment.GetNonEmpty("PORT"), out var number) ? number : DefaultPort);
        return new Uri($"http://{(host is "0.0.0.0" or "::" ? "127.0.0.1" : host)}:{port}{path}");
    }

    private static HttpRequestMessage WithKey(HttpRequestMessage message, string? key)
    {
        if (key is not null)
        {
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        return message;
    }

#pragma warning disable RS0030 // A command that makes one call and ends needs no pool of connections.
    private static HttpClient MakeClient() => new() { Timeout = Patience };
#pragma warning restore RS0030
}
