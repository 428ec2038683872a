using Tollgate.Compat.Tests.Gateway;
using Tollgate.Mock;

namespace Tollgate.Compat.Tests;

/// <summary>The commands of operators' guides, run by curl against configs in the guides' forms.</summary>
public sealed class GuideCurlTests
{
    private const string ChatWithVariable = """
        curl http://localhost:4000/v1/chat/completions \
          -H "Authorization: Bearer $LITELLM_MASTER_KEY" \
          -H "Content-Type: application/json" \
          -d '{
            "model": "MODEL",
            "messages": [{"role": "user", "content": "Hello"}]
          }'
        """;

    private const string ChatWithLongFlags = """
        curl --location 'http://localhost:4000/v1/chat/completions' \
          --header 'Authorization: Bearer sk-test-master' \
          --header 'Content-Type: application/json' \
          --data '{
            "model": "MODEL",
            "messages": [
              {"role": "system", "content": "You are a helpful assistant."},
              {"role": "user", "content": "Hello!"}
            ],
            "temperature": 0.8,
            "max_tokens": 500
          }'
        """;

    private const string ChatWithMetadata = """
        curl -X POST 'http://localhost:4000/v1/chat/completions' \
          -H 'Authorization: Bearer sk-test-master' \
          -H 'Content-Type: application/json' \
          -d '{
            "model": "MODEL",
            "messages": [{"role": "user", "content": "Hello!"}],
            "metadata": {"user_id": "user-123", "session_id": "session-456"}
          }'
        """;

    private const string ChatStreamed = """
        curl -X POST 'http://localhost:4000/v1/chat/completions' \
          -H 'Authorization: Bearer sk-test-master' \
          -H 'Content-Type: application/json' \
          -d '{
            "model": "MODEL",
            "messages": [{"role": "user", "content": "Tell me a story"}],
            "stream": true
          }'
        """;

    public static TheoryData<string, string> ConfigsAndModels => new()
    {
        { "braces.yaml", "office/atlas" },
        { "environ.yaml", "gpt-4o" },
        { "fallback-pool.yaml", "primary" },
        { "helm.yaml", "gpt-4-turbo" },
        { "local.yaml", "my-llamacpp" },
    };

    [Theory]
    [MemberData(nameof(ConfigsAndModels))]
    public async Task EveryConfig_ServesTheGuidesCommands(string config, string model)
    {
        await using var upstream = await MockServer.StartAsync(new MockServerOptions());
        await using var gateway = await StartAsync(config, upstream);
        foreach (var line in new[] { ChatWithVariable, ChatWithLongFlags, ChatWithMetadata })
        {
            var answer = await Curl.RunAsync(gateway, line.Replace("MODEL", model, StringComparison.Ordinal));
            answer.Status.ShouldBe(200, answer.Body);
            answer.Json.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString().ShouldNotBeNullOrEmpty();
        }

        var streamed = await Curl.RunAsync(gateway, ChatStreamed.Replace("MODEL", model, StringComparison.Ordinal));
        streamed.Status.ShouldBe(200, streamed.Body);
        streamed.Body.ShouldStartWith("data: {");
        streamed.Body.TrimEnd().ShouldEndWith("data: [DONE]");

        var models = await Curl.RunAsync(gateway, """curl http://localhost:4000/v1/models -H "Authorization: Bearer $KEY" """);
        Ids(models).ShouldContain(model);
    }

    [Fact]
    public async Task HealthCommands_WorkWithoutAKey()
    {
        await using var upstream = await MockServer.StartAsync(new MockServerOptions());
        await using var gateway = await StartAsync("environ.yaml", upstream);
        (await Curl.RunAsync(gateway, "curl http://localhost:4000/health/liveliness")).ShouldBe(new CurlAnswer(200, "\"I'm alive!\""));

        var ready = await Curl.RunAsync(gateway, "curl -s http://localhost:4000/health/readiness");
        ready.Status.ShouldBe(200);
        ready.Json.GetProperty("status").GetString().ShouldBe("connected");
        ready.Json.GetProperty("litellm_version").GetString().ShouldBe("1.81.0");

        (await Curl.RunAsync(gateway, "curl http://localhost:4000/health")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task HealthWithKey_AsksEveryDeployment()
    {
        await using var upstream = await MockServer.StartAsync(new MockServerOptions());
        await using var gateway = await StartAsync("environ.yaml", upstream);
        var health = await Curl.RunAsync(gateway, """curl http://localhost:4000/health -H "Authorization: Bearer $LITELLM_MASTER_KEY" """);
        health.Status.ShouldBe(200, health.Body);
        health.Json.GetProperty("healthy_count").GetInt32().ShouldBe(3);
        health.Json.GetProperty("unhealthy_count").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task ModelsWithoutKey_NeedThePublicRoute()
    {
        await using var upstream = await MockServer.StartAsync(new MockServerOptions());
        await using var closed = await StartAsync("environ.yaml", upstream);
        var refused = await Curl.RunAsync(closed, "curl http://localhost:4000/v1/models");
        refused.Status.ShouldBe(401);
        refused.Json.GetProperty("error").GetProperty("message").GetString()!.ShouldContain("No api key passed in");

        await using var open = await StartAsync("local.yaml", upstream);
        var answered = await Curl.RunAsync(open, "curl http://localhost:4000/v1/models");
        answered.Status.ShouldBe(200, answered.Body);
        Ids(answered).ShouldBe(["my-llamacpp"]);
    }

    [Theory]
    [InlineData("-H 'Authorization: Bearer sk-unknown'", "Invalid proxy server token passed")]
    [InlineData("-H 'Authorization: sk-test-master'", "Malformed API Key passed in. Ensure Key has `Bearer ` prefix.")]
    [InlineData("-H 'Authorization: Bearer not-a-key'", "expected to start with 'sk-'")]
    public async Task WrongKey_IsRefusedInKnownWords(string header, string words)
    {
        await using var upstream = await MockServer.StartAsync(new MockServerOptions());
        await using var gateway = await StartAsync("braces.yaml", upstream);
        var answer = await Curl.RunAsync(gateway, $"curl http://localhost:4000/v1/models {header}");
        answer.Status.ShouldBe(401, answer.Body);
        var error = answer.Json.GetProperty("error");
        error.GetProperty("message").GetString()!.ShouldContain(words);
        error.GetProperty("code").GetString().ShouldBe("401");
    }

    [Fact]
    public async Task ModelWithoutProvider_IsRefusedInKnownWords()
    {
        await using var upstream = await MockServer.StartAsync(new MockServerOptions());
        await using var gateway = await StartAsync("environ.yaml", upstream);
        var answer = await Curl.RunAsync(gateway, ChatWithVariable.Replace("MODEL", "no-such-model", StringComparison.Ordinal));
        answer.Status.ShouldBe(400, answer.Body);
        answer.Json.GetProperty("error").GetProperty("message").GetString()!.ShouldContain("Invalid model name passed in model=no-such-model");
    }

    private static async Task<GatewayProcess> StartAsync(string config, MockServer upstream)
    {
        // The address in local.yaml is written out as guides do; the fake upstream listens elsewhere.
        var text = await File.ReadAllTextAsync(GatewayFixture.ConfigFile($"Guides/{config}"));
        text = text.Replace("http://127.0.0.1:8080/", upstream.BaseAddress.ToString(), StringComparison.Ordinal);
        return await GatewayProcess.StartAsync(text, new Dictionary<string, string>
        {
            ["LITELLM_MASTER_KEY"] = GatewayProcess.MasterKey,
            ["UPSTREAM_BASE_URL"] = upstream.BaseAddress.ToString().TrimEnd('/'),
            ["UPSTREAM_API_KEY"] = "sk-upstream",
            ["OPENAI_BASE"] = $"{upstream.BaseAddress}v1",
            ["OPENAI_API_KEY_1"] = "sk-one",
            ["OPENAI_API_KEY_2"] = "sk-two",
        });
    }

    private static IEnumerable<string?> Ids(CurlAnswer models)
        => models.Json.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString());
}
