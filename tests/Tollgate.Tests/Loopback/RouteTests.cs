namespace Tollgate.Tests.Loopback;

/// <summary>Every spelling of the three operations, and paths that lead nowhere.</summary>
public sealed class RouteTests(RouteTests.Gateways shared) : IClassFixture<RouteTests.Gateways>
{
    [Theory]
    [InlineData("/v1/chat/completions")]
    [InlineData("/chat/completions")]
    [InlineData("/openai/v1/chat/completions")]
    [InlineData("/v1/chat/completions/")]
    [InlineData("/chat/completions?api-version=2024-02-01")]
    [InlineData("/V1/Chat/Completions")]
    [InlineData("/gate/v1/chat/completions")]
    [InlineData("/gate/chat/completions/")]
    public async Task ChatPath_IsServed(string path)
    {
        var answer = await shared.Gateway.PostAsync(path, GatewayFixture.Chat("ok"));

        answer.Status.ShouldBe(200, answer.Body);
        answer.Text.ShouldBe(GatewayFixture.Text);
    }

    [Theory]
    [InlineData("/v1/completions")]
    [InlineData("/completions")]
    [InlineData("/openai/v1/completions")]
    [InlineData("/completions/")]
    [InlineData("/gate/completions")]
    public async Task CompletionsPath_IsServed(string path)
    {
        var answer = await shared.Gateway.PostAsync(path, """{"model":"ok","prompt":"Hello"}""");

        answer.Status.ShouldBe(200, answer.Body);
        answer.Json.GetProperty("object").GetString().ShouldBe("text_completion");
        answer.Text.ShouldBe(GatewayFixture.Text);
    }

    [Theory]
    [InlineData("/v1/embeddings")]
    [InlineData("/embeddings")]
    [InlineData("/openai/v1/embeddings")]
    [InlineData("/embeddings/")]
    [InlineData("/gate/v1/embeddings")]
    public async Task EmbeddingsPath_IsServed(string path)
    {
        var answer = await shared.Gateway.PostAsync(path, """{"model":"ok","input":["a","b"]}""");

        answer.Status.ShouldBe(200, answer.Body);
        answer.Json.GetProperty("data").GetArrayLength().ShouldBe(2);
        answer.Json.GetProperty("model").GetString().ShouldBe("ok");
    }

    [Theory]
    [InlineData("/openai/deployments/ok/chat/completions", "ok")]
    [InlineData("/openai/deployments/ok/chat/completions?api-version=2024-02-01", "ok")]
    [InlineData("/openai/deployments/ok/chat/completions/", "ok")]
    [InlineData("/engines/ok/chat/completions", "ok")]
    [InlineData("/v1/engines/ok/chat/completions", "ok")]
    [InlineData("/openai/deployments/team/big-model/chat/completions", "team/big-model")]
    [InlineData("/openai/deployments/team%2Fbig-model/chat/completions", "team/big-model")]
    [InlineData("/openai/deployments/team%2fbig-model/chat/completions", "team/big-model")]
    [InlineData("/engines/team/big-model/chat/completions", "team/big-model")]
    [InlineData("/openai/deployments/with%20blank/chat/completions", "with blank")]
    [InlineData("/gate/openai/deployments/team/big-model/chat/completions", "team/big-model")]
    public async Task ModelInThePath_WinsOverTheBody(string path, string model)
    {
        foreach (var body in new[] { GatewayFixture.Chat("none"), $$"""{"messages":{{GatewayFixture.Messages}}}""" })
        {
            var answer = await shared.Gateway.PostAsync(path, body);

            answer.Status.ShouldBe(200, answer.Body);
            answer.Text.ShouldBe(GatewayFixture.Text);
            answer.Json.GetProperty("model").GetString().ShouldBe(model);
            answer.Header("x-litellm-model-group").ShouldBe(model);
        }
    }

    [Theory]
    [InlineData("/openai/deployments/ok/completions", """{"prompt":"x"}""", "text_completion")]
    [InlineData("/engines/team/big-model/completions", """{"prompt":"x"}""", "text_completion")]
    [InlineData("/openai/deployments/ok/embeddings", """{"input":"x"}""", "list")]
    [InlineData("/engines/team/big-model/embeddings", """{"input":"x"}""", "list")]
    public async Task ModelInThePath_WorksForAllOperations(string path, string body, string kind)
    {
        var answer = await shared.Gateway.PostAsync(path, body);

        answer.Status.ShouldBe(200, answer.Body);
        answer.Json.GetProperty("object").GetString().ShouldBe(kind);
    }

    [Theory]
    [InlineData("/v1/models/ok", "ok")]
    [InlineData("/models/team/big-model", "team/big-model")]
    [InlineData("/v1/models/team/big-model", "team/big-model")]
    [InlineData("/v1/models/team%2Fbig-model", "team/big-model")]
    [InlineData("/gate/v1/models/ok", "ok")]
    public async Task OneModel_IsDescribed(string path, string id)
    {
        var answer = await shared.Gateway.GetAsync(path);

        answer.Status.ShouldBe(200, answer.Body);
        answer.Body.ShouldBe($$"""{"id":"{{id}}","object":"model","created":1677610602,"owned_by":"openai"}""");
    }

    [Theory]
    [InlineData("/v1/models")]
    [InlineData("/models")]
    [InlineData("/openai/v1/models")]
    [InlineData("/v1/models/")]
    public async Task Models_AreListed(string path)
    {
        var answer = await shared.Gateway.GetAsync(path);

        answer.Status.ShouldBe(200, answer.Body);
        answer.Json.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("id").GetString())
            .ShouldBe(["ok", "team/big-model", "with blank"], ignoreOrder: true);
    }

    [Fact]
    public async Task UnknownModel_Is404() =>
        (await shared.Gateway.GetAsync("/v1/models/none")).ShouldBeError(404, "The model 'none' does not exist", "model");

    [Theory]
    [InlineData("GET", "/v1/none", 404, "Not Found")]
    [InlineData("POST", "/v1/none", 404, "Not Found")]
    [InlineData("POST", "/openai/deployments/ok/none", 404, "Not Found")]
    [InlineData("POST", "/engines/", 404, "Not Found")]
    [InlineData("GET", "/v1/chat/completions", 405, "Method Not Allowed")]
    [InlineData("PUT", "/v1/embeddings", 405, "Method Not Allowed")]
    [InlineData("DELETE", "/v1/models", 405, "Method Not Allowed")]
    [InlineData("POST", "/health/readiness", 405, "Method Not Allowed")]
    public async Task PathThatLeadsNowhere_IsAnsweredInJson(string method, string path, int status, string detail)
    {
        using var response = await shared.Gateway.SendAsync(new HttpMethod(method), path, method == "GET" ? null : new StringContent("{}"));
        var answer = await Answer.ReadAsync(response);

        answer.Status.ShouldBe(status, answer.Body);
        answer.Header("content-type").ShouldBe("application/json");
        answer.Body.ShouldBe($$"""{"detail":"{{detail}}"}""");
        await shared.Gateway.ShouldStillServeAsync();
    }

    [Fact]
    public async Task Probes_NeedNoKey()
    {
        (await shared.Gateway.GetAsync("/health/liveliness", ("Authorization", ""))).Body.ShouldBe("\"I'm alive!\"");
        (await shared.Gateway.GetAsync("/health/liveness", ("Authorization", ""))).Body.ShouldBe("\"I'm alive!\"");
        var ready = await shared.Gateway.GetAsync("/gate/health/readiness", ("Authorization", ""));
        ready.Status.ShouldBe(200);
        ready.Json.GetProperty("status").GetString().ShouldBe("connected");
        ready.Json.GetProperty("litellm_version").GetString().ShouldBe("1.81.0");
        ready.Json.GetProperty("last_updated").GetString()!.Length.ShouldBe("2026-02-03T04:05:06.789012".Length);
        (await shared.Gateway.GetAsync("/test", ("Authorization", ""))).Body.ShouldBe("""{"route":"/test"}""");
        (await shared.Gateway.GetAsync("/health/readiness/details")).Json.GetProperty("db").GetString().ShouldBe("connected");
        (await shared.Gateway.GetAsync("/health/readiness/details", ("Authorization", ""))).Status.ShouldBe(401);
    }

    [Theory]
    [InlineData("/health?model=none", "Model none not found")]
    [InlineData("/health?model_id=none", "Model with ID none not found")]
    public async Task HealthOfAnUnknownModel_Is404WithDetail(string path, string reason)
    {
        var answer = await shared.Gateway.GetAsync(path);
        answer.Status.ShouldBe(404, answer.Body);
        answer.Body.ShouldBe($$$"""{"detail":{"error":"{{{reason}}}"}}""");
    }

    [Fact]
    public async Task Utilities_CountTokensAndNameParameters()
    {
        var counted = await shared.Gateway.PostAsync("/utils/token_counter", """{"model":"ok","messages":[{"role":"user","content":"Hello, how are you?"}]}""");
        counted.Json.GetProperty("total_tokens").GetInt32().ShouldBePositive();
        counted.Json.GetProperty("request_model").GetString().ShouldBe("ok");
        counted.Json.GetProperty("error").GetBoolean().ShouldBeFalse();
        var empty = await shared.Gateway.PostAsync("/utils/token_counter", """{"model":"ok"}""");
        empty.Status.ShouldBe(400);
        empty.Body.ShouldContain("prompt or messages or contents must be provided");
        (await shared.Gateway.GetAsync("/utils/supported_openai_params?model=gpt-4o")).Body.ShouldContain("temperature");
        var unknown = await shared.Gateway.GetAsync("/utils/supported_openai_params?model=none-such");
        unknown.Status.ShouldBe(400);
        unknown.Body.ShouldBe("""{"detail":{"error":"Could not map model=none-such"}}""");
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/ui")]
    [InlineData("/openapi.json")]
    [InlineData("/routes")]
    public async Task Pages_AreThere(string path)
    {
        var answer = await shared.Gateway.GetAsync(path, ("Authorization", ""));

        answer.Status.ShouldBeOneOf(200, 302);
    }

    public sealed class Gateways : SharedGateway
    {
        private protected override GatewaySetup Setup => new()
        {
            Models = [new("ok"), new("team/big-model"), new("with blank")],
            Environment = [("SERVER_ROOT_PATH", "/gate")],
        };
    }
}
