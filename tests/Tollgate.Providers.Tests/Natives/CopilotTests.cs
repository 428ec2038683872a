using System.Net;
using System.Text;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Tests.Natives;

public sealed class CopilotTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tollgate-copilot-").FullName;
    private readonly HandClock _clock = new();

    private string Key => Path.Combine(_folder, "api-key.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task LoginOfAnInstall_IsChangedForAKeyThatIsKept()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "access-token"), "gho_1\n", TestContext.Current.CancellationToken);
        using var issuer = new Issuer((_, _) => (HttpStatusCode.OK, $$"""
            {"token":"tid=1","expires_at":{{_clock.Now.AddMinutes(25).ToUnixTimeSeconds()}},"endpoints":{"api":"https://api.individual.githubcopilot.com"} }
            """));
        var connection = Connect(issuer);
        using var message = await AuthorizeAsync(connection);
        message.RequestUri!.AbsoluteUri.ShouldBe("https://api.individual.githubcopilot.com/chat/completions");
        message.Headers.NonValidated["Authorization"].ToString().ShouldBe("Bearer tid=1");
        message.Headers.NonValidated["copilot-integration-id"].ToString().ShouldBe("vscode-chat");
        issuer.Asked.ShouldHaveSingleItem().ShouldBe("GET https://api.github.com/copilot_internal/v2/token");
        issuer.FirstHeaders["Authorization"].ShouldBe("token gho_1");
        (await File.ReadAllTextAsync(Key, TestContext.Current.CancellationToken)).ShouldContain("tid=1");
    }

    [Fact]
    public async Task KeyOfAnInstall_ServesWhileItIsGood()
    {
        await File.WriteAllTextAsync(
            Key, $$"""{"token":"kept","expires_at":{{_clock.Now.AddMinutes(20).ToUnixTimeSeconds()}}}""", TestContext.Current.CancellationToken);
        using var issuer = new Issuer(static (_, _) => (HttpStatusCode.InternalServerError, "{}"));
        using var message = await AuthorizeAsync(Connect(issuer));
        message.Headers.NonValidated["Authorization"].ToString().ShouldBe("Bearer kept");
        issuer.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task InstallWithoutALogin_BeginsOneAndRefusesMeanwhile()
    {
        using var issuer = new Issuer(static (_, _) => (HttpStatusCode.BadRequest, "{}"));
        var fault = (await Connect(issuer).AuthorizeAsync()).Fault.ShouldNotBeNull();
        fault.Kind.ShouldBe(UpstreamErrorKind.Authentication);
        fault.Message.ShouldContain("pending");
    }

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"Hi"}]}""", "user", false)]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"x"}}]},{"role":"tool","content":"r"}]}""", "agent", true)]
    [InlineData("""{"input":[{"role":"user","content":"Hi"},{"type":"function_call_output","output":"r"}]}""", "agent", false)]
    public async Task Initiator_IsReadFromTheBody(string body, string initiator, bool seesImages)
    {
        using var upstream = new Issuer(static (_, _) => (HttpStatusCode.OK, "{}"));
        using var http = new HttpMessageInvoker(upstream);
        var json = Encoding.UTF8.GetBytes(body);
        var members = new JsonMembers();
        JsonScanner.Scan(json, members).IsNone.ShouldBeTrue();
        using var message = new HttpRequestMessage(HttpMethod.Post, "https://h/");
        using var response = await Connect(upstream).ExchangeAsync(
            http, message, new UpstreamRequest(json, members, Surface.Chat, false, RequestPolicy.Default, null), TestContext.Current.CancellationToken);
        upstream.FirstHeaders["X-Initiator"].ShouldBe(initiator);
        upstream.FirstHeaders.ContainsKey("Copilot-Vision-Request").ShouldBe(seesImages);
    }

    private IUpstreamConnection Connect(Issuer issuer) => Providers.Connect(
        Providers.With(issuer, _clock), "github_copilot/gpt-4o", static deployment => deployment with { ApiKey = null },
        Providers.Config(("GITHUB_COPILOT_TOKEN_DIR", _folder)));

    private static async Task<HttpRequestMessage> AuthorizeAsync(IUpstreamConnection connection)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, connection.EndpointFor(Surface.Chat).Uri);
        (await connection.AuthorizeAsync(message, null, TestContext.Current.CancellationToken)).ShouldBeNull();
        return message;
    }
}
