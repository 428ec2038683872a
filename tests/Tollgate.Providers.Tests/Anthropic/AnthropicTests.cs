using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Anthropic;
using Tollgate.Providers.Connections;
using Tollgate.Wire;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Tests.Anthropic;

public sealed class AnthropicTests
{
    private const string Body = """{"model":"m","max_tokens":1,"messages":[]}""";

    [Theory]
    [InlineData(null, "https://api.anthropic.com/v1/messages")]
    [InlineData("https://host.example", "https://host.example/v1/messages")]
    [InlineData("https://host.example/v1/", "https://host.example/v1/messages")]
    [InlineData("https://host.example/x/v1/messages", "https://host.example/x/v1/messages")]
    [InlineData("https://host.example/x?a=b", "https://host.example/x/v1/messages?a=b")]
    public void Address_EndsInThePath(string? apiBase, string expected)
        => Providers.Connect("anthropic/claude-x", deployment => deployment with { ApiBase = apiBase }).UrlOf(Surface.Messages).ShouldBe(expected);

    [Fact]
    public void Address_IsUsedAsItIsWhereTheEnvironmentSaysSo()
        => Providers.Connect("anthropic/claude-x", static deployment => deployment with { ApiBase = "https://host.example/own" },
            Providers.Config(("LITELLM_ANTHROPIC_DISABLE_URL_SUFFIX", "true"))).UrlOf(Surface.Messages).ShouldBe("https://host.example/own");

    [Theory]
    [InlineData("azure_ai/claude-x", "https://r.services.ai.azure.com", "https://r.services.ai.azure.com/anthropic/v1/messages")]
    [InlineData("azure_ai/claude-x", "https://r.services.ai.azure.com/anthropic", "https://r.services.ai.azure.com/anthropic/v1/messages")]
    [InlineData("azure/claude-x", "https://r.services.ai.azure.com/anthropic/v1/messages", "https://r.services.ai.azure.com/anthropic/v1/messages")]
    [InlineData("minimax/m", "https://api.minimax.io/v1", "https://api.minimax.io/anthropic/v1/messages")]
    [InlineData("minimax/m", "https://api.minimax.io/anthropic", "https://api.minimax.io/anthropic/v1/messages")]
    [InlineData("databricks/databricks-claude-x", "https://dbc.example", "https://dbc.example/serving-endpoints/anthropic/v1/messages")]
    [InlineData("hosted_vllm/m", "http://vllm.example:8000/v1", "http://vllm.example:8000/v1/messages")]
    [InlineData("litellm_proxy/m", "http://proxy.example:4000", "http://proxy.example:4000/v1/messages")]
    [InlineData("litellm_proxy/m", "http://proxy.example:4000/v1", "http://proxy.example:4000/v1/messages")]
    public void OthersWhoSpeakTheDialect_HaveTheirOwnAddresses(string model, string apiBase, string expected)
    {
        var connection = Providers.Connect(model, deployment => deployment with { ApiBase = apiBase });
        connection.SpokenFor(Surface.Messages).ShouldBe(Surface.Messages);
        connection.UrlOf(Surface.Messages).ShouldBe(expected);
    }

    [Theory]
    [InlineData("anthropic/claude-x", Surface.Chat, Surface.Messages)]
    [InlineData("anthropic/claude-x", Surface.Responses, Surface.Messages)]
    [InlineData("anthropic/claude-x", Surface.Embeddings, Surface.Embeddings)]
    [InlineData("databricks/dbrx", Surface.Messages, Surface.Chat)]
    [InlineData("groq/m", Surface.Messages, Surface.Chat)]
    public void CallsOfOtherDialects_AreTranslated(string model, Surface called, Surface spoken)
        => Providers.Connect(model, static deployment => deployment with { ApiBase = "https://host.example" }).SpokenFor(called).ShouldBe(spoken);

    [Fact]
    public void WhatIsNotServed_IsSaid()
        => Providers.Connect("anthropic/claude-x").EndpointFor(Surface.Embeddings).Fault.ShouldNotBeNull().Message.ShouldContain("does not serve");

    [Fact]
    public async Task Key_HasItsOwnHeader()
    {
        var (headers, fault) = await Providers.Connect("anthropic/claude-x").AuthorizeAsync();
        fault.ShouldBeNull();
        headers["x-api-key"].ShouldBe("sk-own");
        headers["Accept"].ShouldBe("application/json");
        headers.ShouldNotContainKey("Authorization");
    }

    [Theory]
    [InlineData("ANTHROPIC_API_KEY", "x-api-key", "k")]
    [InlineData("ANTHROPIC_AUTH_TOKEN", "Authorization", "Bearer k")]
    public async Task Key_ComesFromTheEnvironment(string variable, string header, string value)
        => (await Providers.Connect("anthropic/claude-x", static deployment => deployment with { ApiKey = null }, Providers.Config((variable, "k")))
            .AuthorizeAsync()).Headers[header].ShouldBe(value);

    [Fact]
    public async Task SubscribersToken_IsABearerTokenWithItsBeta()
    {
        var (headers, _) = await Providers.Connect("anthropic/claude-x", static deployment => deployment with { ApiKey = "sk-ant-oat01-x" }).AuthorizeAsync();
        headers["Authorization"].ShouldBe("Bearer sk-ant-oat01-x");
        headers["anthropic-beta"].ShouldBe("oauth-2025-04-20");
        headers["anthropic-dangerous-direct-browser-access"].ShouldBe("true");
        headers.ShouldNotContainKey("x-api-key");
    }

    [Fact]
    public async Task ClientsSubscribersToken_IsUsedInPlaceOfNone()
    {
        var connection = Providers.Connect("anthropic/claude-x", static deployment => deployment with { ApiKey = null });
        connection.TakesClientToken("sk-ant-oat01-y").ShouldBeTrue();
        connection.TakesClientToken("sk-1234").ShouldBeFalse();
        (await connection.AuthorizeAsync("sk-ant-oat01-y")).Headers["Authorization"].ShouldBe("Bearer sk-ant-oat01-y");
    }

    [Fact]
    public async Task NoKey_IsSaidInTheKnownWords()
    {
        var (_, fault) = await Providers.Connect("anthropic/claude-x", static deployment => deployment with { ApiKey = null }).AuthorizeAsync();
        fault.ShouldNotBeNull().Kind.ShouldBe(UpstreamErrorKind.Authentication);
        fault.Message.ShouldContain("Missing Anthropic API Key");
    }

    [Fact]
    public async Task AzureKey_IsInBothHeaders()
    {
        var (headers, _) = await Providers.Connect("azure_ai/claude-x", static deployment => deployment with { ApiBase = "https://r.services.ai.azure.com" }).AuthorizeAsync();
        headers["api-key"].ShouldBe("sk-own");
        headers["x-api-key"].ShouldBe("sk-own");
    }

    [Theory]
    [InlineData("""{"model":"a","max_tokens":1,"messages":[],"metadata":{"user_id":"u","tags":["x"]},"betas":["b"],"litellm_trace_id":"t","stream":true,"new_thing":1}""",
        """{"model":"claude-x","max_tokens":1,"messages":[],"metadata":{"user_id":"u"},"stream":true,"new_thing":1}""")]
    [InlineData("""{"max_tokens":1,"messages":[],"metadata":{"tags":["x"]}}""", """{"max_tokens":1,"messages":[],"model":"claude-x"}""")]
    [InlineData("""{"model":"a","system":[{"type":"text","text":"scope","cache_control":{"type":"ephemeral","scope":"global"}}]}""",
        """{"model":"claude-x","system":[{"type":"text","text":"scope","cache_control":{"type":"ephemeral","scope":"global"}}]}""")]
    public void Body_IsTheClientsButForWhatIsOurs(string body, string expected)
        => Providers.Connect("anthropic/claude-x").Rewrite(body, stream: true, Surface.Messages).ShouldBe(expected);

    [Fact]
    public void Defaults_OfChatOnly_StayOut()
        => Providers.Connect("anthropic/claude-x", static deployment => deployment with
        {
            DefaultParams = [new JsonMember("max_tokens", "5"u8.ToArray()), new JsonMember("seed", "1"u8.ToArray()), new JsonMember("top_k", "2"u8.ToArray())],
        }).Rewrite("""{"model":"a","messages":[]}""", surface: Surface.Messages).ShouldBe("""{"model":"claude-x","messages":[],"max_tokens":5,"top_k":2}""");

    [Fact]
    public void OthersWhoServeTheDialect_AreNotAskedForUsage()
        => Providers.Connect("hosted_vllm/m", static deployment => deployment with { ApiBase = "http://h/v1" })
            .Rewrite("""{"model":"a","messages":[],"stream":true,"metadata":{"user_id":"u"}}""", stream: true, Surface.Messages)
            .ShouldBe("""{"model":"m","messages":[],"stream":true,"metadata":{"user_id":"u"}}""");

    [Fact]
    public void AzureBody_LosesScopes()
        => Providers.Connect("azure_ai/claude-x", static deployment => deployment with { ApiBase = "https://r.services.ai.azure.com" })
            .Rewrite("""{"model":"a","system":[{"type":"text","text":"t","cache_control":{"type":"ephemeral","scope":"global"}}]}""", surface: Surface.Messages)
            .ShouldBe("""{"model":"claude-x","system":[{"type":"text","text":"t","cache_control":{"type":"ephemeral"}}]}""");

    [Fact]
    public void BedrocksBody_HasVersionAndBetasAndNoModel()
    {
        var request = Request("""{"model":"a","max_tokens":1,"stream":true,"messages":[],"tools":[{"type":"computer_20250124"}]}""", ("anthropic-beta", "context-1m-2025-08-07, oauth-2025-04-20"));
        Written(request, AnthropicHost.BedrockInvoke).ShouldBe(
            """{"max_tokens":1,"messages":[],"tools":[{"type":"computer_20250124"}],"anthropic_beta":["computer-use-2025-01-24","context-1m-2025-08-07"],"anthropic_version":"bedrock-2023-05-31"}""");
    }

    [Fact]
    public void VertexsBody_HasItsVersionAndNoModel()
        => Written(Request("""{"model":"a","max_tokens":1,"stream":true,"messages":[]}"""), AnthropicHost.Vertex)
            .ShouldBe("""{"max_tokens":1,"stream":true,"messages":[],"anthropic_version":"vertex-2023-10-16"}""");

    [Theory]
    [InlineData("""{"tools":[{"type":"computer_20251124"}]}""", "computer-use-2025-11-24")]
    [InlineData("""{"tools":[{"type":"web_fetch_20250910"},{"type":"memory_20250818"}]}""", "context-management-2025-06-27,web-fetch-2025-09-10")]
    [InlineData("""{"tools":[{"name":"f","defer_loading":true}]}""", "advanced-tool-use-2025-11-20")]
    [InlineData("""{"mcp_servers":[]}""", "mcp-client-2025-04-04")]
    [InlineData("""{"mcp_servers":[],"tools":[{"type":"mcp_toolset"}]}""", "mcp-client-2025-11-20")]
    [InlineData("""{"output_format":{}}""", "structured-outputs-2025-11-13")]
    [InlineData("""{"context_management":{"edits":[{"type":"compact_20260112"},{"type":"clear_tool_uses_20250919"}]}}""", "compact-2026-01-12,context-management-2025-06-27")]
    [InlineData("""{"container":{"skills":[]}}""", "code-execution-2025-08-25,skills-2025-10-02")]
    [InlineData("""{"speed":"fast"}""", "fast-mode-2026-02-01")]
    [InlineData("""{"messages":[{"content":[{"source":{"type":"file","file_id":"f"}}]}]}""", "files-api-2025-04-14")]
    [InlineData("""{"betas":["my-beta",7]}""", "my-beta")]
    [InlineData("""{"betas":null,"tools":null,"container":null}""", "")]
    public void Betas_FollowTheBody(string body, string expected)
        => string.Join(',', AnthropicBetas.For(Request(body), AnthropicHost.Anthropic, "claude-x", null)).ShouldBe(expected);

    [Fact]
    public void Betas_AreThoseThatTheHostTakes()
    {
        var request = Request(Body, ("anthropic-beta", "advanced-tool-use-2025-11-20,unheard-of,fast-mode-2026-02-01"));
        AnthropicBetas.For(request, AnthropicHost.Anthropic, "claude-x", "own").ShouldBe(["advanced-tool-use-2025-11-20", "fast-mode-2026-02-01", "own", "unheard-of"]);
        AnthropicBetas.For(request, AnthropicHost.Azure, "claude-x", null).ShouldBe(["advanced-tool-use-2025-11-20"]);
        AnthropicBetas.For(request, AnthropicHost.Vertex, "claude-x", null).ShouldBe(["tool-search-tool-2025-10-19"]);
        AnthropicBetas.For(request, AnthropicHost.BedrockConverse, "claude-x", null).ShouldBeEmpty();
    }

    [Fact]
    public void Headers_HaveTheClientsVersion_AndAllBetasOnce()
    {
        using var message = new HttpRequestMessage();
        message.Headers.TryAddWithoutValidation("anthropic-beta", "b");
        Providers.Connect("anthropic/claude-x").CompleteHeaders(Request(Body, ("anthropic-version", "2024-01-01"), ("anthropic-beta", "a,b")), message.Headers);
        message.Headers.GetValues("anthropic-version").ShouldBe(["2024-01-01"]);
        message.Headers.NonValidated["anthropic-beta"].ToString().ShouldBe("a,b");
    }

    [Fact]
    public void Headers_OfAnUpstreamThatServesTheDialectBesides_HaveTheVersion()
    {
        using var message = new HttpRequestMessage();
        Providers.Connect("hosted_vllm/m", static deployment => deployment with { ApiBase = "http://h/v1" }).CompleteHeaders(Request(Body), message.Headers);
        message.Headers.GetValues("anthropic-version").ShouldBe(["2023-06-01"]);
    }

    [Theory]
    [InlineData(529, "overloaded_error", "Overloaded", UpstreamErrorKind.InternalServer)]
    [InlineData(500, "overloaded_error", "Overloaded", UpstreamErrorKind.InternalServer)]
    [InlineData(500, "rate_limit_error", "slow down", UpstreamErrorKind.RateLimit)]
    [InlineData(400, "invalid_request_error", "prompt is too long: 2 tokens > 1 maximum", UpstreamErrorKind.ContextWindowExceeded)]
    [InlineData(400, "invalid_request_error", "Output blocked by content filtering policy", UpstreamErrorKind.ContentPolicyViolation)]
    [InlineData(400, "invalid_request_error", "Your credit balance is too low", UpstreamErrorKind.BadRequest)]
    [InlineData(401, "authentication_error", "invalid x-api-key", UpstreamErrorKind.Authentication)]
    [InlineData(403, "permission_error", "no", UpstreamErrorKind.PermissionDenied)]
    [InlineData(413, "request_too_large", "Request exceeds the maximum size", UpstreamErrorKind.BadRequest)]
    [InlineData(429, "rate_limit_error", "This request would exceed your rate limit", UpstreamErrorKind.RateLimit)]
    public void Errors_AreClassified(int status, string type, string message, UpstreamErrorKind kind)
        => Providers.Connect("anthropic/claude-x").Classify(status, $$"""{"type":"error","error":{"type":"{{type}}","message":"{{message}}" } }""").ShouldBe(kind);

    [Fact]
    public void Target_KnowsTheModel()
    {
        var target = Providers.Connect("anthropic/claude-sonnet-4-5", null, Providers.Config(("DEFAULT_ANTHROPIC_CHAT_MAX_TOKENS", "7"))).TargetFor(Surface.Messages);
        target.MaxOutputTokens.ShouldBe(64000);
        target.Can("native_structured_output").ShouldBe(true);
        target.Can("reasoning").ShouldBe(true);
        target.Options["default_max_tokens"].ShouldBe("7");
    }

    private static UpstreamRequest Request(string body, params (string Name, string Value)[] headers)
    {
        var json = Encoding.UTF8.GetBytes(body);
        var members = new JsonMembers();
        JsonScanner.Scan(json, members).IsNone.ShouldBeTrue();
        var given = new HeaderDictionary();
        foreach (var (name, value) in headers)
        {
            given[name] = value;
        }

        return new UpstreamRequest(json, members, Surface.Messages, Stream: false, RequestPolicy.Default, ApiVersion: null) { ClientHeaders = given };
    }

    private static string Written(in UpstreamRequest request, AnthropicHost host)
    {
        var row = Providers.Catalogue.Find("anthropic")!;
        var draft = new ConnectionDraft(row, Providers.Deployment("anthropic/claude-x"), "claude-x", Providers.Config(), Providers.Catalogue.Models);
        var edits = new JsonEdits();
        AnthropicBody.Write(request, host, "claude-x", new Rewriters(draft, AnthropicBody.ShapeFor(host)), edits).ShouldBeNull();
        var output = new ArrayBufferWriter<byte>();
        edits.WriteTo(request.Json.Span, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
