using System.Collections.Frozen;
using System.Net;
using System.Text;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Tests.Natives;

/// <summary>What a call to Ollama comes to where model or server cannot do what is asked.</summary>
public sealed class OllamaCallsTests
{
    private const string Tools = """{"model":"own","stream":true,"messages":[{"role":"user","content":"Weather?"}],"tools":[{"type":"function","function":{"name":"f"}}]}""";
    private const string Plain = """{"model":"own","stream":false,"messages":[{"role":"system","content":"S"},{"role":"user","content":"Hi"}],"options":{"seed":1}}""";
    private const string Answer = """{"message":{"role":"assistant","content":"{\"name\": \"f\", \"arguments\": {\"a\": 1}}"},"done":true}""";

    private readonly HandClock _clock = new();

    [Theory]
    [InlineData("""{"capabilities":["completion","tools"]}""", true)]
    [InlineData("""{"capabilities":["completion"],"template":"{{ .Tools }}"}""", false)]
    [InlineData("""{"template":"{{ if .Tools }}x{{ end }}"}""", true)]
    [InlineData("""{"template":"{{ .Prompt }}"}""", false)]
    [InlineData("""{"error":"model not found"}""", true)]
    [InlineData("no JSON", true)]
    public async Task Tools_AreSentToModelsThatKnowThem(string shown, bool native)
    {
        using var ollama = new Issuer((request, _) => (HttpStatusCode.OK, request.RequestUri!.AbsolutePath is "/api/show" ? shown : Answer));
        using var response = await ExchangeAsync(Connect(), ollama, Tools);
        ollama.Asked.First().ShouldBe("""POST http://localhost:11434/api/show {"model":"own","name":"own"}""");
        ollama.Asked.Last().Contains("\"tools\":", StringComparison.Ordinal).ShouldBe(native);
        var body = await Body(response);
        if (native)
        {
            body.ShouldBe(Answer);
        }
        else
        {
            ollama.Asked.Last().ShouldContain("\"format\":\"json\",\"stream\":false");
            body.ShouldBe("""{"message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"f","arguments":{"a": 1}}}]},"done":true}""");
        }
    }

    [Fact]
    public async Task ModelIsAskedAbout_OnceAnHour()
    {
        var connection = Connect();
        using var ollama = new Issuer(static (_, _) => (HttpStatusCode.OK, """{"capabilities":["tools"]}"""));
        (await ExchangeAsync(connection, ollama, Tools)).Dispose();
        (await ExchangeAsync(connection, ollama, Tools)).Dispose();
        Shown(ollama).ShouldBe(1);
        _clock.Now += TimeSpan.FromMinutes(61);
        (await ExchangeAsync(connection, ollama, Tools)).Dispose();
        Shown(ollama).ShouldBe(2);
        (await ExchangeAsync(connection, ollama, Plain)).Dispose();
        Shown(ollama).ShouldBe(2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhatTheOperatorSays_IsNotAsked(bool knows)
    {
        using var ollama = new Issuer(static (_, _) => (HttpStatusCode.OK, Answer));
        using var response = await ExchangeAsync(Connect(knows), ollama, Tools);
        ollama.Asked.ShouldHaveSingleItem().Contains("\"tools\":", StringComparison.Ordinal).ShouldBe(knows);
    }

    [Fact]
    public async Task OtherOperation_IsTakenWhereOneIsNotThere_AndRemembered()
    {
        var connection = Connect();
        using var ollama = new Issuer(static (request, _) => request.RequestUri!.AbsolutePath is "/api/chat"
            ? (HttpStatusCode.NotFound, "404 page not found") : (HttpStatusCode.OK, """{"response":"Hi","done":true}"""));
        using var response = await ExchangeAsync(connection, ollama, Plain);
        (await Body(response)).ShouldContain("\"response\":\"Hi\"");
        (await ExchangeAsync(connection, ollama, Plain)).Dispose();
        ollama.Asked.Select(static call => call.Split(' ')[1]).ShouldBe(
            ["http://localhost:11434/api/chat", "http://localhost:11434/api/generate", "http://localhost:11434/api/generate"]);
        ollama.Asked.Last().ShouldEndWith("""{"model":"own","stream":false,"options":{"seed":1},"system":"S","prompt":"Hi"}""");
    }

    [Fact]
    public async Task Completion_GoesToTheChat_WhereNothingGenerates()
    {
        using var ollama = new Issuer(static (request, _) => request.RequestUri!.AbsolutePath is "/api/generate"
            ? (HttpStatusCode.MethodNotAllowed, "") : (HttpStatusCode.OK, """{"message":{"content":"Hi"},"done":true}"""));
        using var response = await ExchangeAsync(Connect(), ollama, """{"model":"own","system":"S","prompt":"Hi","images":["aGk="],"stream":false}""", Surface.OllamaGenerate);
        ollama.Asked.Last().ShouldBe(
            """POST http://localhost:11434/api/chat {"model":"own","stream":false,"messages":[{"role":"system","content":"S"},{"role":"user","content":"Hi","images":["aGk="]}]}""");
    }

    [Theory]
    [InlineData("""{"error":"model 'own' not found"}""", 1)]
    [InlineData("404 page not found", 2)]
    public async Task ModelThatIsNotThere_IsNotFound(string error, int calls)
    {
        using var ollama = new Issuer((_, _) => (HttpStatusCode.NotFound, error));
        using var response = await ExchangeAsync(Connect(), ollama, Plain);
        (response.StatusCode, await Body(response)).ShouldBe((HttpStatusCode.NotFound, error));
        ollama.Asked.Count.ShouldBe(calls);
    }

    private static int Shown(Issuer ollama) => ollama.Asked.Count(static call => call.Contains("/api/show", StringComparison.Ordinal));

    private IUpstreamConnection Connect(bool? knows = null)
    {
        using var nobody = new Issuer(static (_, _) => (HttpStatusCode.OK, ""));
        return Providers.Connect(Providers.With(nobody, _clock), "ollama_chat/own", deployment => deployment with
        {
            Info = knows is { } said
                ? new DeploymentInfo { Capabilities = FrozenDictionary.ToFrozenDictionary([KeyValuePair.Create("supports_function_calling", said)], StringComparer.Ordinal) }
                : deployment.Info,
        });
    }

    private static async Task<HttpResponseMessage> ExchangeAsync(IUpstreamConnection connection, Issuer ollama, string body, Surface surface = Surface.OllamaChat)
    {
        var json = Encoding.UTF8.GetBytes(body);
        var members = new JsonMembers();
        JsonScanner.Scan(json, members).IsNone.ShouldBeTrue();
        using var http = new HttpMessageInvoker(ollama, disposeHandler: false);
        using var message = new HttpRequestMessage(HttpMethod.Post, connection.EndpointFor(surface).Uri) { Content = new ByteArrayContent(json) };
        return await connection.ExchangeAsync(
            http, message, new UpstreamRequest(json, members, surface, false, RequestPolicy.Default, null) { IsTranslated = true }, TestContext.Current.CancellationToken);
    }

    private static Task<string> Body(HttpResponseMessage response) => response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
}
