using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Tests.Amazon;
using Tollgate.Wire;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Tests.Natives;

/// <summary>Agents as providers, and Anthropic's text completions.</summary>
public sealed class AgentFamilyTests
{
    private static readonly (string, string)[] Static = [("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "secret"), ("AWS_REGION", "eu-west-1")];

    [Theory]
    [InlineData("manus/manus-1.6", null, Surface.Responses, "https://api.manus.im/v1/responses")]
    [InlineData("manus/manus-1.6-lite", "https://proxy.example/v1", Surface.Responses, "https://proxy.example/v1/responses")]
    [InlineData("pydantic_ai_agents/agent", "http://h:8000", Surface.AgentMessage, "http://h:8000/")]
    [InlineData("anthropic_text/claude-2.1", null, Surface.AnthropicComplete, "https://api.anthropic.com/v1/complete")]
    [InlineData("anthropic/claude-instant-1.2", "https://proxy.example", Surface.AnthropicComplete, "https://proxy.example/v1/complete")]
    [InlineData("anthropic_text/claude-2", "https://proxy.example/v1", Surface.AnthropicComplete, "https://proxy.example/v1/complete")]
    public void ChatCalls_SpeakADialectAtAnAddress(string model, string? apiBase, Surface spoken, string address)
    {
        var connection = Providers.Connect(model, deployment => deployment with { ApiBase = apiBase });
        connection.SpokenFor(Surface.Chat).ShouldBe(spoken);
        connection.EndpointFor(spoken, stream: false, apiVersion: null).Uri.ShouldNotBeNull().AbsoluteUri.ShouldBe(address);
        connection.EndpointFor(Surface.Embeddings).Fault.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("manus/manus-1.6", "API_KEY", "sk-own")]
    [InlineData("a2a/agent", "Authorization", "Bearer sk-own")]
    [InlineData("anthropic_text/claude-2.1", "x-api-key", "sk-own")]
    [InlineData("anthropic_text/claude-2.1", "anthropic-version", "2023-06-01")]
    public async Task Keys_AreSentInTheirForm(string model, string header, string value)
        => (await Providers.Connect(model).AuthorizeAsync()).Headers[header].ShouldBe(value);

    [Theory]
    [InlineData("""{"model":"m","input":"Hi","stream":true}""", """{"input":"Hi","agent_profile":"manus-1.6-lite","task_mode":"agent"}""")]
    [InlineData("""{"model":"m","input":"Hi","agent_profile":"own","task_mode":"chat"}""", """{"input":"Hi","agent_profile":"own","task_mode":"chat"}""")]
    public void ManusProfile_IsTheModelsName(string body, string written)
        => Providers.Connect("manus/manus-1.6-lite").Rewrite(body, surface: Surface.Responses).ShouldBe(written);

    [Fact]
    public async Task ManusTask_IsToldAsItBegins_ToItsOwnClients()
    {
        using var manus = new Issuer(static (_, _) => (HttpStatusCode.OK, """{"id":"t1","status":"running","createdAt":"1700000000","metadata":{"task_url":"u"}}"""));
        using var response = await ExchangeAsync("manus/m", manus, """{"input":"Hi"}""", stream: false, translated: false);
        (await Body(response)).ShouldBe("""{"id":"t1","status":"running","metadata":{"task_url":"u"},"object":"response","created_at":1700000000,"output":[]}""");
        manus.Asked.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task ManusTask_IsWaitedFor_WhereTheClientCannot(bool stream, bool translated)
    {
        var asked = 0;
        using var manus = new Issuer((_, _) => (HttpStatusCode.OK, asked++ < 2 ? """{"id":"t1","status":"running"}""" : """{"id":"t1","status":"completed","output":[]}"""));
        using var response = await ExchangeAsync("manus/m", manus, "{}", stream, translated);
        (await Body(response)).ShouldContain("completed");
        manus.Asked.ShouldBe(["POST https://api.manus.im/v1/responses {}", "GET https://api.manus.im/v1/responses/t1", "GET https://api.manus.im/v1/responses/t1"]);
    }

    [Fact]
    public async Task ManusTaskThatFails_IsAnError()
    {
        using var manus = new Issuer(static (request, _) => (HttpStatusCode.OK, request.Method == HttpMethod.Post
            ? """{"id":"t1","status":"running"}""" : """{"id":"t1","status":"failed","output":[]}"""));
        using var response = await ExchangeAsync("manus/m", manus, "{}", stream: true, translated: false);
        response.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
    }

    [Fact]
    public async Task TaskOfAnAgent_IsAskedForUntilItIsOver()
    {
        var asked = 0;
        using var agent = new Issuer((_, _) => (HttpStatusCode.OK, $$$$"""{"jsonrpc":"2.0","result":{"kind":"task","id":"t1","status":{"state":"{{{{(asked++ < 2 ? "working" : "completed")}}}}"}}}"""));
        using var response = await ExchangeAsync("pydantic_ai_agents/a", agent, """{"method":"message/send"}""", stream: true, translated: true);
        (await Body(response)).ShouldContain("completed");
        agent.Asked.ShouldBe(
        [
            """POST http://h:8000/ {"method":"message/send"}""",
            """POST http://h:8000/ {"jsonrpc":"2.0","id":"t1","method":"tasks/get","params":{"id":"t1"}}""",
            """POST http://h:8000/ {"jsonrpc":"2.0","id":"t1","method":"tasks/get","params":{"id":"t1"}}""",
        ]);
    }

    [Theory]
    [InlineData(-32601, 2)]
    [InlineData(-32004, 2)]
    [InlineData(-32603, 1)]
    public async Task AgentThatCannotStream_IsAskedAgain(int code, int calls)
    {
        using var agent = new Issuer((_, body) => (HttpStatusCode.OK, body.Contains("message/stream", StringComparison.Ordinal)
            ? $$$"""{"jsonrpc":"2.0","error":{"code":{{{code}}},"message":"no"}}""" : """{"jsonrpc":"2.0","result":{"kind":"message","parts":[]}}"""));
        using var response = await ExchangeAsync("a2a/a", agent, """{"method":"message/stream"}""", stream: true, translated: true);
        agent.Asked.Count.ShouldBe(calls);
        (await Body(response)).ShouldContain(calls == 2 ? "result" : "error");
    }

    [Fact]
    public async Task TaskInPlaceOfAStream_IsAskedForToo()
    {
        using var agent = new Issuer(static (_, body) => (HttpStatusCode.OK, body.Contains("tasks/get", StringComparison.Ordinal)
            ? """{"jsonrpc":"2.0","result":{"kind":"task","id":"t1","status":{"state":"completed"}}}"""
            : """{"jsonrpc":"2.0","result":{"kind":"task","id":"t1","status":{"state":"submitted"}}}"""));
        using var response = await ExchangeAsync("a2a/a", agent, """{"method":"message/stream"}""", stream: true, translated: true);
        (await Body(response)).ShouldContain("completed");
        agent.Asked.Count.ShouldBe(2);
    }

    [Fact]
    public async Task BedrocksKeys_AreNotForAgents()
    {
        var connection = BedrockTests.Connect("bedrock/agent/A/B", environment: [.. Static, ("AWS_BEARER_TOKEN_BEDROCK", "token")]);
        using var message = Message(connection.EndpointFor(Surface.BedrockAgent).Uri!, "{}");
        await connection.AuthorizeAsync(message, null, TestContext.Current.CancellationToken);
        SigV4Tests.Header(message, "Authorization").ShouldStartWith("AWS4-");
    }

    [Fact]
    public async Task BedrockAgent_HasASessionInItsAddress_AndASignature()
    {
        var connection = BedrockTests.Connect("bedrock/agent/AGENT1/ALIAS1", environment: Static);
        connection.SpokenFor(Surface.Messages).ShouldBe(Surface.BedrockAgent);
        var address = connection.EndpointFor(Surface.BedrockAgent).Uri!.AbsoluteUri;
        address.ShouldStartWith("https://bedrock-agent-runtime.eu-west-1.amazonaws.com/agents/AGENT1/agentAliases/ALIAS1/sessions/");
        address.ShouldEndWith("/text");
        connection.EndpointFor(Surface.BedrockAgent).Uri!.AbsoluteUri.ShouldNotBe(address);
        connection.Rewrite("""{"sessionID":"s-1","inputText":"Hi"}""", surface: Surface.BedrockAgent).ShouldBe("""{"inputText":"Hi"}""");

        using var agent = new Issuer(static (_, _) => (HttpStatusCode.OK, "{}"));
        using var http = new HttpMessageInvoker(agent, disposeHandler: false);
        using var message = Message(connection.EndpointFor(Surface.BedrockAgent).Uri!, """{"inputText":"Hi"}""");
        await connection.AuthorizeAsync(message, null, TestContext.Current.CancellationToken);
        var before = SigV4Tests.Header(message, "Authorization");
        using var response = await connection.ExchangeAsync(http, message, Request("""{"sessionID":"s-1","inputText":"Hi"}""", Surface.BedrockAgent, true, true), TestContext.Current.CancellationToken);
        agent.Asked.ShouldHaveSingleItem().ShouldBe("""POST https://bedrock-agent-runtime.eu-west-1.amazonaws.com/agents/AGENT1/agentAliases/ALIAS1/sessions/s-1/text {"inputText":"Hi"}""");
        SigV4Tests.Header(message, "Authorization").ShouldNotBe(before);
        SigV4Tests.Header(message, "Authorization").ShouldContain("/eu-west-1/bedrock/aws4_request");
    }

    [Fact]
    public async Task AgentCore_IsCalledByItsName_WithASession()
    {
        const string arn = "arn:aws:bedrock-agentcore:us-west-2:123456789012:runtime/hosted-x";
        var connection = BedrockTests.Connect($"bedrock/agentcore/{arn}", static deployment => deployment with
        {
            DefaultParams = [new JsonMember("qualifier", "\"prod\""u8.ToArray())],
        }, Static);
        connection.SpokenFor(Surface.Chat).ShouldBe(Surface.AgentCore);
        connection.EndpointFor(Surface.AgentCore).Uri!.AbsoluteUri
            .ShouldBe($"https://bedrock-agentcore.us-west-2.amazonaws.com/runtimes/{Uri.EscapeDataString(arn)}/invocations?qualifier=prod");
        using var message = Message(connection.EndpointFor(Surface.AgentCore).Uri!, "{}");
        await connection.AuthorizeAsync(message, null, TestContext.Current.CancellationToken);
        SigV4Tests.Header(message, "Authorization").ShouldContain("/us-west-2/bedrock-agentcore/aws4_request");
        connection.CompleteHeaders(Request("""{"prompt":"x","runtimeUserId":"u"}""", Surface.AgentCore, false, true), message.Headers);
        SigV4Tests.Header(message, "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id").Length.ShouldBe(64);
        SigV4Tests.Header(message, "X-Amzn-Bedrock-AgentCore-Runtime-User-Id").ShouldBe("u");
        connection.Rewrite("""{"prompt":"x","runtimeUserId":"u","qualifier":"prod"}""", surface: Surface.AgentCore).ShouldBe("""{"prompt":"x"}""");
    }

    [Theory]
    [InlineData("bedrock/agent/only-one")]
    [InlineData("bedrock/agentcore/no-arn")]
    public void ModelThatNamesNoAgent_SaysSo(string model)
    {
        var connection = BedrockTests.Connect(model, environment: Static);
        connection.EndpointFor(connection.SpokenFor(Surface.Chat)).Fault.ShouldNotBeNull().Message.ShouldContain("names no agent");
    }

    [Fact]
    public void VectorsThatComeLater_AreAskedForElsewhere()
    {
        var connection = BedrockTests.Connect(
            "bedrock/async_invoke/us.twelvelabs.marengo-embed-2-7-v1:0", BedrockTests.Parameters(("output_s3_uri", "s3://b/o")), Static);
        connection.EndpointFor(Surface.Embeddings).Uri!.AbsoluteUri.ShouldBe("https://bedrock-runtime.eu-west-1.amazonaws.com/async-invoke");
        connection.Embeddings.ShouldNotBeNull().Name.ShouldContain("StartAsyncInvoke");
        connection.TargetFor(Surface.Embeddings).Options["output_s3_uri"].ShouldBe("s3://b/o");
        connection.EndpointFor(Surface.Converse).Fault.ShouldNotBeNull();
    }

    private static async Task<HttpResponseMessage> ExchangeAsync(string model, Issuer upstream, string body, bool stream, bool translated)
    {
        var connection = Providers.Connect(
            Providers.With(upstream, new QuickClock()), model,
            deployment => model.StartsWith("manus", StringComparison.Ordinal) ? deployment : deployment with { ApiBase = "http://h:8000" });
        var spoken = connection.SpokenFor(Surface.Chat);
        using var http = new HttpMessageInvoker(upstream, disposeHandler: false);
        using var message = Message(connection.EndpointFor(spoken).Uri!, body);
        return await connection.ExchangeAsync(http, message, Request(body, spoken, stream, translated), TestContext.Current.CancellationToken);
    }

    private static UpstreamRequest Request(string body, Surface surface, bool stream, bool translated)
    {
        var json = Encoding.UTF8.GetBytes(body);
        var members = new JsonMembers();
        JsonScanner.Scan(json, members).IsNone.ShouldBeTrue();
        return new UpstreamRequest(json, members, surface, stream, RequestPolicy.Default, null) { IsTranslated = translated };
    }

    private static HttpRequestMessage Message(Uri address, string body)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
    }

    private static Task<string> Body(HttpResponseMessage response) => response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
}

/// <summary>A clock whose short timers are due at once: nobody waits for a provider that is played.</summary>
internal sealed class QuickClock : TimeProvider
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(5);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        => System.CreateTimer(callback, state, dueTime == Timeout.InfiniteTimeSpan || dueTime > Short ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
}
