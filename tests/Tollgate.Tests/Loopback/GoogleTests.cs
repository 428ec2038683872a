using System.Text.Json;

namespace Tollgate.Tests.Loopback;

/// <summary>Google's clients and Google's models.</summary>
public sealed class GoogleTests
{
    private const string Contents = """{"contents":[{"role":"user","parts":[{"text":"Hi"}]}],"generationConfig":{"maxOutputTokens":9},"unknownYet":1}""";

    [Theory]
    [InlineData("v1beta/models/g:generateContent")]
    [InlineData("models/g:generateContent")]
    public async Task SameDialect_IsRelayedAsItIs(string path)
    {
        await using var google = await GoogleUpstream.StartAsync();
        await using var gateway = await StartAsync(google);
        var answer = await gateway.PostAsync(path, Contents);
        answer.Status.ShouldBe(200, answer.Body);
        answer.Body.ShouldBe(GoogleUpstream.Call);
        var (called, key, body) = google.Requests.ShouldHaveSingleItem();
        called.ShouldBe("/v1beta/models/gemini-2.5-flash:generateContent");
        key.ShouldBe(GatewayFixture.UpstreamKey);
        body.ShouldBe(Contents);
    }

    [Fact]
    public async Task SameDialect_IsStreamedAsItIs()
    {
        await using var google = await GoogleUpstream.StartAsync();
        await using var gateway = await StartAsync(google);
        var answer = await gateway.PostAsync("v1beta/models/g:streamGenerateContent?alt=sse", Contents);
        answer.Body.ShouldBe($"data: {GoogleUpstream.Hello}\n\ndata: {GoogleUpstream.Call}\n\n");
        answer.Header("content-type").ShouldBe("text/event-stream");
        google.Requests.ShouldHaveSingleItem().Path.ShouldBe("/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse");
    }

    [Fact]
    public async Task Stream_HasANameOfItsOwnInTheLogs()
    {
        await using var google = await GoogleUpstream.StartAsync();
        await using var gateway = await StartAsync(google);
        (await gateway.PostAsync("v1beta/models/g:streamGenerateContent", Contents)).Status.ShouldBe(200);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        JsonElement rows;
        while ((rows = (await gateway.GetAsync("spend/logs")).Json).GetArrayLength() == 0)
        {
            patience.Token.ThrowIfCancellationRequested();
        }

        rows[0].GetProperty("call_type").GetString().ShouldBe("agenerate_content_stream");
    }

    [Fact]
    public async Task ModelWithSlashes_IsFound()
    {
        await using var google = await GoogleUpstream.StartAsync();
        await using var gateway = await StartAsync(google);
        (await gateway.PostAsync("v1beta/models/team/g:generateContent", Contents)).Status.ShouldBe(200);
        (await gateway.PostAsync("v1beta/models/team%2Fg:generateContent", Contents)).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("", "x-goog-api-key", GatewayFixture.MasterKey, 200)]
    [InlineData("?key=" + GatewayFixture.MasterKey, "x-none", "", 200)]
    [InlineData("?key=wrong", "x-none", "", 401)]
    [InlineData("", "x-none", "", 401)]
    public async Task Key_MayStandWhereGooglesClientsPutIt(string query, string header, string value, int status)
    {
        await using var google = await GoogleUpstream.StartAsync();
        await using var gateway = await StartAsync(google);
        var answer = await gateway.PostAsync("v1beta/models/g:generateContent" + query, Contents, ("Authorization", ""), (header, value));
        answer.Status.ShouldBe(status, answer.Body);
        if (status == 401)
        {
            var error = answer.Json.GetProperty("error");
            error.GetProperty("code").GetInt32().ShouldBe(401);
            error.GetProperty("status").GetString().ShouldBe("UNAUTHENTICATED");
        }
    }

    [Fact]
    public async Task KeyInTheQuery_CountsNowhereElse()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        (await gateway.PostAsync("v1/chat/completions?key=" + GatewayFixture.MasterKey, GatewayFixture.Chat("ok"), ("Authorization", ""))).Status.ShouldBe(401);
    }

    [Theory]
    [InlineData("v1beta/models/none:generateContent", Contents, 400, "agenerate_content: Invalid model name passed in model=none.")]
    [InlineData("v1beta/models/g:fly", Contents, 404, "Not Found")]
    [InlineData("v1beta/models/g:generateContent", "{broken", 400, "Invalid JSON payload")]
    [InlineData("v1beta/models/g:generateContent", "{}", 400, "agenerate_content: Missing required parameter: 'contents'.")]
    [InlineData("v1beta/models/g:generateContent", "", 400, "agenerate_content: Missing required parameter: 'contents'.")]
    public async Task WhatCannotBeServed_HasGooglesEnvelope(string path, string body, int status, string message)
    {
        await using var google = await GoogleUpstream.StartAsync();
        await using var gateway = await StartAsync(google);
        var answer = await gateway.PostAsync(path, body);
        answer.Status.ShouldBe(status, answer.Body);
        answer.Json.GetProperty("error").GetProperty("code").GetInt32().ShouldBe(status);
        answer.Json.GetProperty("error").GetProperty("message").GetString()!.ShouldStartWith(message);
    }

    [Fact]
    public async Task UpstreamThatAsksToWait_IsHeard()
    {
        await using var google = await GoogleUpstream.StartAsync();
        google.Failure = (429, """[{"error":{"code":429,"message":"slow down","status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"17.2s"}]}}]""");
        await using var gateway = await StartAsync(google);
        var answer = await gateway.PostAsync("v1beta/models/g:generateContent", Contents);
        answer.Status.ShouldBe(429, answer.Body);
        answer.Header("retry-after").ShouldBe("18");
        answer.Json.GetProperty("error").GetProperty("status").GetString().ShouldBe("RESOURCE_EXHAUSTED");
        answer.Json.GetProperty("error").GetProperty("message").GetString()!.ShouldContain("slow down");
    }

    [Fact]
    public async Task ChatClient_ReachesGemini()
    {
        await using var google = await GoogleUpstream.StartAsync();
        await using var gateway = await StartAsync(google);
        var answer = await gateway.ChatAsync(GatewayFixture.Chat("g", ",\"max_tokens\":5,\"reasoning_effort\":\"low\""));
        answer.Status.ShouldBe(200, answer.Body);
        var choice = answer.Json.GetProperty("choices")[0];
        choice.GetProperty("finish_reason").GetString().ShouldBe("tool_calls");
        choice.GetProperty("message").GetProperty("tool_calls")[0].GetProperty("id").GetString()!.ShouldMatch("^call_[0-9a-f]{28}__thought__c2ln$");
        answer.Json.GetProperty("usage").GetProperty("completion_tokens").GetInt32().ShouldBe(5);
        using var sent = JsonDocument.Parse(google.Requests.ShouldHaveSingleItem().Body);
        sent.RootElement.GetProperty("contents")[0].GetProperty("parts")[0].GetProperty("text").GetString().ShouldBe("Hello");
        sent.RootElement.GetProperty("generationConfig").GetProperty("thinkingConfig").GetProperty("thinkingBudget").GetInt32().ShouldBe(1024);
    }

    [Fact]
    public async Task ChatClient_ReachesGeminiAsAStream()
    {
        await using var google = await GoogleUpstream.StartAsync();
        await using var gateway = await StartAsync(google);
        var answer = await gateway.StreamAsync("g", ",\"stream_options\":{\"include_usage\":true}");
        answer.Text.ShouldBe("Hello ");
        answer.Events[^1].ShouldBe(Answer.Done);
        answer.Body.ShouldContain("\"finish_reason\":\"tool_calls\"");
        answer.Body.ShouldContain("__thought__c2ln");
        answer.Body.ShouldContain("\"total_tokens\":12");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task GooglesClient_ReachesAnOpenAiModel(bool stream)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var answer = await gateway.PostAsync($"v1beta/models/ok:{(stream ? "streamGenerateContent" : "generateContent")}", Contents);
        answer.Status.ShouldBe(200, answer.Body);
        IReadOnlyList<JsonElement> chunks = stream ? [.. answer.Events.Select(static one => JsonDocument.Parse(one).RootElement)] : [answer.Json];
        string.Concat(chunks.SelectMany(static chunk => chunk.GetProperty("candidates")[0].GetProperty("content").GetProperty("parts").EnumerateArray())
            .Select(static part => part.GetProperty("text").GetString())).ShouldBe(GatewayFixture.Text);
        chunks[^1].GetProperty("candidates")[0].GetProperty("finishReason").GetString().ShouldBe("STOP");
        chunks[^1].GetProperty("usageMetadata").GetProperty("totalTokenCount").GetInt32().ShouldBeGreaterThan(0);
        chunks[^1].GetProperty("modelVersion").GetString().ShouldBe("ok");
        System.Text.Encoding.UTF8.GetString(gateway.LastUpstreamRequest.Body).ShouldContain("\"max_tokens\":9");
    }

    [Theory]
    [InlineData("", "[0.5,1]")]
    [InlineData(",\"encoding_format\":\"base64\"", "\"AAAAPwAAgD8=\"")]
    public async Task Embeddings_AreTranslated(string more, string expected)
    {
        await using var google = await GoogleUpstream.StartAsync();
        await using var gateway = await StartAsync(google);
        var answer = await gateway.PostAsync("v1/embeddings", $$"""{"model":"g","input":["a","b"]{{more}}}""");
        answer.Status.ShouldBe(200, answer.Body);
        answer.Json.GetProperty("model").GetString().ShouldBe("g");
        answer.Json.GetProperty("data")[0].GetProperty("embedding").GetRawText().ShouldBe(expected);
        answer.Json.GetProperty("data")[1].GetProperty("index").GetInt32().ShouldBe(1);
        answer.Json.GetProperty("usage").GetProperty("prompt_tokens").GetInt32().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task EmbeddingsThatFail_AreAnError()
    {
        await using var google = await GoogleUpstream.StartAsync();
        await using var gateway = await StartAsync(google);
        (await gateway.PostAsync("v1/embeddings", """{"model":"g","input":"only one"}""")).Status.ShouldBe(500);
        google.Failure = (400, """{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT"}}""");
        (await gateway.PostAsync("v1/embeddings", """{"model":"g","input":["a","b"]}""")).Status.ShouldBe(401);
    }

    [Fact]
    public async Task Tokens_AreCounted()
    {
        await using var google = await GoogleUpstream.StartAsync();
        await using var gateway = await StartAsync(google);
        var answer = await gateway.PostAsync(
            "v1beta/models/g:countTokens", """{"contents":[{"role":"user","parts":[{"text":"twelve bytes"},{"inlineData":{"mimeType":"image/png","data":"iVBO"}}]}]}""");
        answer.Json.GetProperty("totalTokens").GetInt32().ShouldBe(3 + 258);
        answer.Json.GetProperty("promptTokensDetails").GetArrayLength().ShouldBe(2);
        (await gateway.PostAsync("v1beta/models/g:countTokens", "{}", ("Authorization", ""))).Status.ShouldBe(401);
    }

    [Theory]
    [InlineData("v1beta/models/g:countTokens", """{"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}""")]
    [InlineData("v1/messages/count_tokens", """{"model":"g","messages":[{"role":"user","content":"Hi"}]}""")]
    public async Task TokensThatTheProviderFailsToCount_AreAnErrorWhereNoEstimateIsWanted(string path, string body)
    {
        await using var google = await GoogleUpstream.StartAsync();
        google.Failure = (500, "{}");
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup
        {
            Models = [new TestModel("g") { Provider = "gemini", UpstreamModel = "gemini-2.5-flash", ApiBase = google.Address }],
            Litellm = "disable_token_counter: true",
        });
        var answer = await gateway.PostAsync(path, body);
        answer.Status.ShouldBe(502, answer.Body);
        answer.Body.ShouldContain("disable_token_counter");
        google.Requests.ShouldHaveSingleItem().Path.ShouldEndWith(":countTokens");
    }

    private static Task<GatewayFixture> StartAsync(GoogleUpstream google) => GatewayFixture.StartAsync(
        [.. new[] { "g", "team/g" }.Select(name => new TestModel(name) { Provider = "gemini", UpstreamModel = "gemini-2.5-flash", ApiBase = google.Address })]);
}
