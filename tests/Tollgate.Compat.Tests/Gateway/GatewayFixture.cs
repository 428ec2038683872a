using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tollgate.Mock;

[assembly: AssemblyFixture(typeof(Tollgate.Compat.Tests.Gateway.GatewayFixture))]

namespace Tollgate.Compat.Tests.Gateway;

/// <summary>One gateway in front of one fake upstream, for every test that changes neither.</summary>
public sealed class GatewayFixture : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, bool> _refused = new(StringComparer.Ordinal);
    private GatewayProcess? _gateway;
    private MockServer? _upstream;

    /// <summary>What SDKs call the base URL.</summary>
    public Uri ApiBase => new(Gateway.BaseAddress, "v1");

    internal GatewayProcess Gateway => _gateway ?? throw new InvalidOperationException("The fixture has not been started.");

    internal MockServer Upstream => _upstream ?? throw new InvalidOperationException("The fixture has not been started.");

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        _upstream = await MockServer.StartAsync(new MockServerOptions { Record = true, Script = RefuseFirstAsync });
        var config = await File.ReadAllTextAsync(ConfigFile("sdk.yaml"));
        _gateway = await GatewayProcess.StartAsync(config, new Dictionary<string, string> { ["MOCK_BASE"] = $"{_upstream.BaseAddress}v1" });
    }

    /// <summary>The newest request that reached the upstream with this text in its body.</summary>
    public RecordedRequest UpstreamRequest(string marker) =>
        Upstream.Requests.Last(request => request.BodyText.Contains(marker, StringComparison.Ordinal));

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null)
        {
            await _gateway.DisposeAsync();
        }

        if (_upstream is not null)
        {
            await _upstream.DisposeAsync();
        }
    }

    internal static string ConfigFile(string name) => Repository.Path($"tests/Tollgate.Compat.Tests/Configs/{name}");

    /// <summary>Models named <c>flaky-…</c> are refused once each, so that a test with a name of its own sees one 429, then answers.</summary>
    private async Task<bool> RefuseFirstAsync(HttpContext http, MockScriptContext context)
    {
        if (context.Body.IsEmpty)
        {
            return false;
        }

        using var body = JsonDocument.Parse(context.Body);
        var model = body.RootElement.GetProperty("model").GetString()!;
        if (!model.StartsWith("flaky-", StringComparison.Ordinal) || !_refused.TryAdd(model, true))
        {
            return false;
        }

        http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        http.Response.Headers.RetryAfter = "0";
        http.Response.Headers["retry-after-ms"] = "1";
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync("""{"error":{"message":"once more, please","type":"requests","param":null,"code":"rate_limit_exceeded"}}""");
        return true;
    }
}
