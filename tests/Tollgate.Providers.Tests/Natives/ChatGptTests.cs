using System.Net;
using System.Text;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Tests.Natives;

public sealed class ChatGptTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tollgate-chatgpt-").FullName;
    private readonly HandClock _clock = new();

    private string Login => Path.Combine(_folder, "auth.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("""{"access_token":"a","refresh_token":"r","account_id":"acc","expires_at":1767999999}""")]
    [InlineData("""{"tokens":{"access_token":"a","refresh_token":"r","account_id":"acc"}}""")]
    public async Task LoginOfAnInstall_IsUsed(string file)
    {
        await File.WriteAllTextAsync(Login, file, TestContext.Current.CancellationToken);
        using var issuer = new Issuer(static (_, _) => (HttpStatusCode.InternalServerError, "{}"));
        var (headers, fault) = await Connect(issuer).AuthorizeAsync();
        fault.ShouldBeNull();
        headers["Authorization"].ShouldBe("Bearer a");
        headers["ChatGPT-Account-Id"].ShouldBe("acc");
        issuer.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task LoginThatHasEnded_IsRenewedAndKept()
    {
        await File.WriteAllTextAsync(Login, """{"access_token":"a","refresh_token":"r","account_id":"acc","expires_at":1}""", TestContext.Current.CancellationToken);
        using var issuer = new Issuer(static (_, _) => (HttpStatusCode.OK, """{"access_token":"h.eyJleHAiOjE3Njc5OTk5OTl9.s","refresh_token":"r2"}"""));
        (await Connect(issuer).AuthorizeAsync()).Headers["Authorization"].ShouldBe("Bearer h.eyJleHAiOjE3Njc5OTk5OTl9.s");
        issuer.Asked.ShouldHaveSingleItem().ShouldStartWith("POST https://auth.openai.com/oauth/token client_id=app_");
        (await File.ReadAllTextAsync(Login, TestContext.Current.CancellationToken)).ShouldBe(
            """{"access_token":"h.eyJleHAiOjE3Njc5OTk5OTl9.s","refresh_token":"r2","account_id":"acc","expires_at":1767999999}""");
    }

    [Fact]
    public async Task InstallWithoutALogin_SaysSo()
    {
        using var issuer = new Issuer(static (_, _) => (HttpStatusCode.OK, "{}"));
        (await Connect(issuer).AuthorizeAsync()).Fault.ShouldNotBeNull().Message.ShouldContain("no login to ChatGPT");
    }

    [Fact]
    public void Body_IsStreamedAndNeverKept()
    {
        using var issuer = new Issuer(static (_, _) => (HttpStatusCode.OK, "{}"));
        Connect(issuer).Rewrite("""{"model":"x","input":"Hi","temperature":1,"max_output_tokens":5,"store":true}""", surface: Surface.Responses).ShouldBe(
            """{"model":"gpt-5.1-codex","input":"Hi","instructions":"You are a helpful assistant.","store":false,"stream":true}""");
    }

    [Theory]
    [InlineData("data: {\"type\":\"response.created\",\"response\":{}}\n\ndata: {\"type\":\"response.completed\",\"response\":{\"id\":\"r1\"}}\n\n", """{"id":"r1"}""")]
    [InlineData("data: {\"type\":\"response.completed\",\"response\":{\"id\":\"r1\"}}", """{"id":"r1"}""")]
    [InlineData("", """{"error":{"message":"the stream ended without an answer","type":"server_error"}}""")]
    public async Task ClientThatDoesNotStream_GetsTheLastEvent(string stream, string expected)
    {
        using var upstream = new Issuer((_, _) => (HttpStatusCode.OK, stream));
        using var http = new HttpMessageInvoker(upstream);
        var json = "{}"u8.ToArray();
        var members = new JsonMembers();
        JsonScanner.Scan(json, members).IsNone.ShouldBeTrue();
        using var message = new HttpRequestMessage(HttpMethod.Post, "https://h/");
        using var response = await Connect(upstream).ExchangeAsync(
            http, message, new UpstreamRequest(json, members, Surface.Responses, false, RequestPolicy.Default, null), TestContext.Current.CancellationToken);
        Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).ShouldBe(expected);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
    }

    private IUpstreamConnection Connect(Issuer issuer) => Providers.Connect(
        Providers.With(issuer, _clock), "chatgpt/gpt-5.1-codex", static deployment => deployment with { ApiKey = null },
        Providers.Config(("CHATGPT_TOKEN_DIR", _folder)));
}
