using System.Text.Json;

namespace Tollgate.Tests.Loopback.Messages;

/// <summary>Anthropic's clients before the started gateway, Anthropic and others behind it.</summary>
public sealed class MessagesTests(MessagesTests.Gateways shared) : IClassFixture<MessagesTests.Gateways>
{
    private const string Path = "v1/messages";

    [Fact]
    public async Task SameDialect_IsRelayedByteForByteButForTheModel()
    {
        var answer = await shared.Gateway.PostAsync(Path + "?beta=true", Body("claude", ",\"new_thing\":[1]"), ("anthropic-beta", "b1"), ("anthropic-version", "2023-06-01"));

        answer.Status.ShouldBe(200, answer.Body);
        answer.Body.ShouldBe(FakeClaude.Answer.Replace("claude-x", "claude", StringComparison.Ordinal));
        answer.Header("request-id").ShouldBe("req_1");
        answer.Header("llm_provider-request-id").ShouldBe("req_1");
        answer.Header("x-ratelimit-remaining-requests").ShouldBe("7");
        var sent = shared.Claude.LastBody;
        sent.GetProperty("model").GetString().ShouldBe("claude-x");
        sent.GetProperty("new_thing").GetArrayLength().ShouldBe(1);
        shared.Claude.LastHeaders["x-api-key"].ShouldBe(GatewayFixture.UpstreamKey);
        shared.Claude.LastHeaders["anthropic-beta"].ShouldBe("b1");
        shared.Claude.LastHeaders["anthropic-version"].ShouldBe("2023-06-01");
        shared.Claude.LastHeaders.ShouldNotContainKey("Authorization");
    }

    [Fact]
    public async Task Betas_AreThoseOfTheOperatorsTable()
    {
        await using var claude = await FakeClaude.StartAsync();
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup
        {
            Models = [new TestModel("claude") { Provider = "anthropic", UpstreamModel = "claude-x", ApiBase = claude.Address }],
            Litellm = "anthropic_beta_headers: {anthropic: {b1: null, b2: renamed}, bedrock: {b3: null}}",
        });
        var answer = await gateway.PostAsync(Path, Body("claude", ""), ("anthropic-beta", "b1,b2,b3"));
        answer.Status.ShouldBe(200, answer.Body);
        claude.LastHeaders["anthropic-beta"].ShouldBe("b3,renamed");
    }

    [Fact]
    public async Task SameDialect_IsRelayedAsAStream()
    {
        var answer = await shared.Gateway.PostAsync(Path, Body("claude", ",\"stream\":true"));

        answer.Status.ShouldBe(200, answer.Body);
        answer.IsStream.ShouldBeTrue();
        answer.Body.ShouldBe(FakeClaude.Stream.ReplaceLineEndings("\n").Replace("claude-x", "claude", StringComparison.Ordinal).TrimEnd('\n') + "\n\n");
    }

    [Fact]
    public async Task PassagesFoundForTheModel_ReachAnotherOne()
    {
        const string found = """[{"type":"search_result","source":"https://a.example/","title":"Tolls","content":[{"type":"text","text":"Bridges are free."}]}]""";
        await using var gateway = await GatewayFixture.StartAsync();
        var answer = await gateway.PostAsync(Path, $$"""{"model":"ok","max_tokens":9,"messages":[{"role":"user","content":{{found}}}]}""");
        answer.Status.ShouldBe(200, answer.Body);
        gateway.LastUpstreamRequest.BodyText.ShouldContain("Bridges are free.");
    }

    [Fact]
    public async Task StreamThatJustEnds_IsMeteredByWhatCame()
    {
        await using var pair = await Pair.StartAsync();
        pair.Claude.EndsEarly = true;
        (await pair.Gateway.PostAsync(Path, Body("claude", ",\"stream\":true"))).Status.ShouldBe(200);

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        List<JsonElement> rows;
        while ((rows = [.. (await pair.Gateway.GetAsync("spend/logs")).Json.EnumerateArray()]).Count == 0)
        {
            patience.Token.ThrowIfCancellationRequested();
        }

        // One token was announced before the seven bytes of text.
        rows.ShouldHaveSingleItem().GetProperty("completion_tokens").GetInt32().ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task RequestIdOfTheClient_IsInItsErrors()
    {
        var named = await shared.Gateway.PostAsync(Path, Body("nobody", ""), ("x-request-id", "mine-1"));
        named.Json.GetProperty("request_id").GetString().ShouldBe("mine-1");
        var unnamed = await shared.Gateway.PostAsync(Path, Body("nobody", ""));
        unnamed.Json.GetProperty("request_id").GetString().ShouldBe(unnamed.Header("x-litellm-call-id"));
    }

    [Fact]
    public async Task ChatClient_ReachesAnthropic()
    {
        var answer = await shared.Gateway.ChatAsync(GatewayFixture.Chat("claude"));

        answer.Status.ShouldBe(200, answer.Body);
        answer.Text.ShouldBe("Grüße");
        answer.Json.GetProperty("usage").GetProperty("prompt_tokens").GetInt32().ShouldBe(10);
        shared.Claude.LastBody.GetProperty("max_tokens").GetInt64().ShouldBeGreaterThan(0);
        shared.Claude.LastBody.GetProperty("messages")[0].GetProperty("content")[0].GetProperty("text").GetString().ShouldBe("Hello");
    }

    [Fact]
    public async Task ChatClient_StreamsFromAnthropic()
    {
        var answer = await shared.Gateway.StreamAsync("claude", ",\"stream_options\":{\"include_usage\":true}");

        answer.Text.ShouldBe("Grüße");
        answer.Events[^1].ShouldBe(Answer.Done);
        answer.Chunks[^1].GetProperty("usage").GetProperty("total_tokens").GetInt32().ShouldBe(13);
    }

    [Fact]
    public async Task AnthropicsClient_ReachesAnOpenAiUpstream()
    {
        var answer = await shared.Gateway.PostAsync(Path, Body("ok", ",\"system\":\"Be brief.\""));

        answer.Status.ShouldBe(200, answer.Body);
        var message = answer.Json;
        message.GetProperty("type").GetString().ShouldBe("message");
        message.GetProperty("model").GetString().ShouldBe("ok");
        message.GetProperty("content")[0].GetProperty("text").GetString().ShouldBe(GatewayFixture.Text);
        message.GetProperty("usage").GetProperty("output_tokens").GetInt32().ShouldBeGreaterThan(0);
        JsonDocument.Parse(shared.Gateway.LastUpstreamRequest.Body).RootElement.GetProperty("messages")[0].GetProperty("role").GetString().ShouldBe("system");
    }

    [Fact]
    public async Task AnthropicsClient_StreamsFromAnOpenAiUpstream()
    {
        var answer = await shared.Gateway.PostAsync(Path, Body("ok", ",\"stream\":true"));

        answer.Status.ShouldBe(200, answer.Body);
        var events = answer.Body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(static block => JsonDocument.Parse(block[(block.IndexOf("data: ", StringComparison.Ordinal) + 6)..]).RootElement).ToList();
        var types = events.Select(static next => next.GetProperty("type").GetString()).ToList();
        types[..3].ShouldBe(["message_start", "ping", "content_block_start"]);
        types[^3..].ShouldBe(["content_block_stop", "message_delta", "message_stop"]);
        string.Concat(events.Where(static next => next.GetProperty("type").GetString() is "content_block_delta")
            .Select(static next => next.GetProperty("delta").GetProperty("text").GetString())).ShouldBe(GatewayFixture.Text);
        events[^2].GetProperty("usage").GetProperty("output_tokens").GetInt32().ShouldBeGreaterThan(0);
        answer.Body.ShouldNotContain("[DONE]");
    }

    [Theory]
    [InlineData("""{"max_tokens":1,"messages":[]}""", "model")]
    [InlineData("""{"model":"claude","messages":[]}""", "max_tokens")]
    [InlineData("""{"model":"claude","max_tokens":1}""", "messages")]
    [InlineData("""{"model":"ok","max_tokens":1,"messages":[{"role":"user","content":7}]}""", "messages[0].content")]
    public async Task WrongBody_IsAnErrorOfTheDialect(string body, string param)
    {
        var answer = await shared.Gateway.PostAsync(Path, body);

        ShouldBeError(answer, 400, "invalid_request_error");
        answer.Json.GetProperty("error").GetProperty("param").GetString().ShouldBe(param);
        answer.Json.GetProperty("error").GetProperty("code").GetString().ShouldBe("400");
        answer.Json.GetProperty("request_id").GetString().ShouldBe(answer.Header("x-litellm-call-id"));
    }

    [Theory]
    [InlineData("Authorization", "Bearer sk-wrong")]
    [InlineData("x-api-key", "sk-wrong")]
    public async Task WrongKey_IsAnErrorOfTheDialect(string header, string value)
    {
        var answer = await shared.Gateway.PostAsync(Path, Body("claude"), ("Authorization", ""), (header, value));

        ShouldBeError(answer, 401, "authentication_error");
    }

    [Fact]
    public async Task KeyInAnthropicsHeader_IsTaken()
        => (await shared.Gateway.PostAsync(Path, Body("claude"), ("Authorization", ""), ("x-api-key", GatewayFixture.MasterKey))).Status.ShouldBe(200);

    [Fact]
    public async Task UnknownModel_IsAnErrorOfTheDialect()
    {
        var answer = await shared.Gateway.PostAsync(Path, Body("nobody"));

        ShouldBeError(answer, 400, "invalid_request_error");
        answer.Json.GetProperty("error").GetProperty("message").GetString()!.ShouldStartWith("anthropic_messages: Invalid model name passed in model=nobody.");
    }

    [Fact]
    public async Task ProvidersError_GoesOnInItsOwnWords()
    {
        await using var gateway = await Pair.StartAsync();
        gateway.Claude.Failure = (529, """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""");
        var own = await gateway.Gateway.PostAsync(Path, Body("claude"));
        var chat = await gateway.Gateway.ChatAsync(GatewayFixture.Chat("claude"));

        ShouldBeError(own, 529, "overloaded_error");
        own.Json.GetProperty("error").GetProperty("message").GetString().ShouldBe("Overloaded");
        chat.Status.ShouldBe(500);
        chat.Error.Message.ShouldStartWith("litellm.InternalServerError: ");
    }

    [Fact]
    public async Task Tokens_AreCountedByTheProvider()
    {
        await using var gateway = await Pair.StartAsync();
        var answer = await gateway.Gateway.PostAsync(Path + "/count_tokens", Body("claude", ",\"system\":\"s\",\"metadata\":{\"user_id\":\"u\"}"));

        answer.Json.GetProperty("input_tokens").GetInt32().ShouldBe(42);
        gateway.Claude.LastPath.ShouldBe("/v1/messages/count_tokens");
        gateway.Claude.LastBody.EnumerateObject().Select(static member => member.Name).ShouldBe(["model", "messages", "system"]);
        gateway.Claude.LastBody.GetProperty("model").GetString().ShouldBe("claude-x");
    }

    [Fact]
    public async Task Tokens_AreEstimatedWhereNobodyCounts()
    {
        var answer = await shared.Gateway.PostAsync(Path + "/count_tokens", """{"model":"ok","messages":[{"role":"user","content":"0123456789abcdef"}]}""");

        answer.Status.ShouldBe(200, answer.Body);
        answer.Json.GetProperty("input_tokens").GetInt32().ShouldBe(10);
    }

    [Theory]
    [InlineData("""{"model":"ok"}""", "messages parameter is required")]
    [InlineData("""{"messages":[]}""", "model parameter is required")]
    public async Task Tokens_OfWhatIsNoPrompt_AreAnErrorOfTheDialect(string body, string message)
    {
        var answer = await shared.Gateway.PostAsync(Path + "/count_tokens", body);

        ShouldBeError(answer, 400, "invalid_request_error");
        answer.Json.GetProperty("error").GetProperty("message").GetString().ShouldBe(message);
    }

    [Fact]
    public async Task ClientsTelemetry_IsTakenWithoutAKey()
        => (await shared.Gateway.PostAsync("api/event_logging/batch", "{}", ("Authorization", ""))).Body.ShouldBe("""{"status":"ok"}""");

    [Fact]
    public async Task HeadOfTheRoot_IsAnswered()
    {
        using var response = await shared.Gateway.SendAsync(HttpMethod.Head, "/", null);
        ((int)response.StatusCode).ShouldBe(200);
    }

    private static string Body(string model, string more = "")
        => $$"""{"model":"{{model}}","max_tokens":100,"messages":[{"role":"user","content":"Hello"}]{{more}}}""";

    private static void ShouldBeError(Answer answer, int status, string type)
    {
        answer.Status.ShouldBe(status, answer.Body);
        answer.Json.GetProperty("type").GetString().ShouldBe("error");
        answer.Json.GetProperty("error").GetProperty("type").GetString().ShouldBe(type);
    }

    /// <summary>A gateway and a fake Anthropic behind it, beside the fake OpenAI that every gateway has.</summary>
    internal sealed class Pair(GatewayFixture gateway, FakeClaude claude) : IAsyncDisposable
    {
        public GatewayFixture Gateway { get; } = gateway;

        public FakeClaude Claude { get; } = claude;

        public static async Task<Pair> StartAsync()
        {
            var claude = await FakeClaude.StartAsync();
            return new Pair(
                await GatewayFixture.StartAsync(
                    new TestModel("ok"), new TestModel("claude") { Provider = "anthropic", UpstreamModel = "claude-x", ApiBase = claude.Address }),
                claude);
        }

        public async ValueTask DisposeAsync()
        {
            await Gateway.DisposeAsync();
            await Claude.DisposeAsync();
        }
    }

    public sealed class Gateways : IAsyncLifetime
    {
        private Pair? _pair;

        internal GatewayFixture Gateway => _pair!.Gateway;

        internal FakeClaude Claude => _pair!.Claude;

        public async ValueTask InitializeAsync() => _pair = await Pair.StartAsync();

        public ValueTask DisposeAsync() => _pair!.DisposeAsync();
    }
}
