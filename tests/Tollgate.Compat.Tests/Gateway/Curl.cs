using System.Text.Json;

namespace Tollgate.Compat.Tests.Gateway;

/// <summary>What a curl line printed, and the status it got.</summary>
internal sealed record CurlAnswer(int Status, string Body)
{
    public JsonElement Json
    {
        get
        {
            using var document = JsonDocument.Parse(Body);
            return document.RootElement.Clone();
        }
    }
}

/// <summary>Runs command lines as operators type them, by a shell and with the real curl.</summary>
internal static class Curl
{
    // The lines stay as they are typed: this wrapper adds what a test needs to know.
    private const string Wrapper = "curl() { command curl -sS --max-time 60 -w '\\n%{http_code}' \"$@\"; }\n";

    /// <summary>Runs a line that calls <c>http://localhost:4000</c>, the address of the guides, against a gateway.</summary>
    public static async Task<CurlAnswer> RunAsync(GatewayProcess gateway, string line)
    {
        var script = Wrapper + line.Replace("http://localhost:4000", gateway.BaseAddress.ToString().TrimEnd('/'), StringComparison.Ordinal);
        var environment = new Dictionary<string, string> { ["LITELLM_MASTER_KEY"] = GatewayProcess.MasterKey, ["KEY"] = GatewayProcess.MasterKey };
        var (exitCode, output) = await ChildProcess.RunAsync("bash", ["-c", script], environment);
        exitCode.ShouldBe(0, $"{line}\n{output}\nThe gateway said:\n{gateway.Output}");
        var text = output.TrimEnd('\n');
        var status = text.LastIndexOf('\n');
        return new CurlAnswer(int.Parse(text[(status + 1)..]), text[..Math.Max(0, status)]);
    }
}
