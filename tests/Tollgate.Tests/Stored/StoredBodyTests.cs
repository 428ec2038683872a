using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Tests.Loopback;

namespace Tollgate.Tests.Stored;

/// <summary>Bodies in the rows of the logs, where the operator wants them there (database.md 4.5).</summary>
public sealed class StoredBodyTests
{
    private const string On = "store_prompts_in_spend_logs: true";

    private static readonly TestModel Ok = new("ok") { Params = "use_chat_completions_api: true" };

    public static TheoryData<DatabaseKind> Engines => StoredGateway.Engines;

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task SwitchedOn_RowHoldsWhatWasSaidWithoutSecretsAndCut(DatabaseKind kind)
    {
        await using var gateway = await StoredGateway.StartAsync(kind, new GatewaySetup { Models = [Ok], General = On });
        var text = new string('a', 400) + new string('b', 1600);
        var body = GatewayFixture.Chat("ok", $$$""","metadata":{"note":"{{{text}}}"},"extra_body":{"api_key":"sk-very-secret","deep":{"password":"sk-very-secret"}}""");
        (await gateway.ChatAsync(body)).Status.ShouldBe(200);

        var row = await gateway.SpendLogAsync();
        var request = row["proxy_server_request"].ShouldBeOfType<JsonObject>();
        request["messages"]!.ToJsonString().ShouldBe(GatewayFixture.Messages);
        request["metadata"]!["note"]!.GetValue<string>().ShouldBe(
            new string('a', 350) + "... (litellm_truncated skipped 1000 chars) ..." + new string('b', 650));
        request["extra_body"]!["api_key"]!.GetValue<string>().ShouldBe("****");
        row.ToJsonString().ShouldNotContain("sk-very-secret");
        row["response"]!["choices"]![0]!["message"]!["content"]!.GetValue<string>().ShouldBe(GatewayFixture.Text);
        row["response"]!["model"]!.GetValue<string>().ShouldBe("ok");
    }

    [Theory]
    [InlineData("v1/chat/completions", "choices[0].message.content", "object", "chat.completion")]
    [InlineData("v1/completions", "choices[0].text", "object", "text_completion")]
    [InlineData("v1/messages", "content[0].text", "type", "message")]
    [InlineData("v1/responses", "output[0].content[0].text", "object", "response")]
    public async Task Stream_IsKeptAsTheWholeAnswerThatItMade(string path, string said, string member, string type)
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup { Models = [Ok], General = On });
        const string Prompt = ",\"input\":\"Hi\"";
        var more = path.EndsWith("responses", StringComparison.Ordinal) ? Prompt : ",\"max_tokens\":100,\"prompt\":\"Hi\"";
        (await gateway.PostAsync(path, GatewayFixture.Chat("ok", more + ",\"stream\":true"))).Status.ShouldBe(200);

        var row = await gateway.SpendLogAsync();
        var response = row["response"].ShouldBeOfType<JsonObject>();
        response[member]!.GetValue<string>().ShouldBe(type);
        At(response, said)!.GetValue<string>().Trim().ShouldBe(GatewayFixture.Text.Trim());
        (response["usage"] ?? row["metadata"]!["usage_object"]).ShouldNotBeNull();
        row["proxy_server_request"]!["stream"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Theory]
    [InlineData("", "", "", "")]
    [InlineData(On, "", ",\"no-log\":true", "")]
    [InlineData("store_prompts_in_spend_logs: false", "", "", "STORE_PROMPTS_IN_SPEND_LOGS")]
    public async Task NotStored_WhereNobodyOrTheClientDoesNotWantIt(string general, string litellm, string more, string variable)
    {
        var setup = new GatewaySetup { Models = [Ok], General = general, Litellm = litellm };
        await using var gateway = await GatewayFixture.StartAsync(variable.Length == 0 ? setup : setup with { Environment = [(variable, "true")] });
        (await gateway.ChatAsync(GatewayFixture.Chat("ok", more))).Status.ShouldBe(200);
        var row = await gateway.SpendLogAsync();
        row["proxy_server_request"]!.ToJsonString().ShouldBe("{}");
        row["response"]!.ToJsonString().ShouldBe("{}");
    }

    [Fact]
    public async Task Variable_SwitchesItOn_AndNoLogMayBeForbidden()
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup
        {
            Models = [Ok],
            Litellm = "global_disable_no_log_param: true",
            Environment = [("STORE_PROMPTS_IN_SPEND_LOGS", "true")],
        });
        (await gateway.ChatAsync(GatewayFixture.Chat("ok", ",\"no-log\":true"))).Status.ShouldBe(200);
        (await gateway.SpendLogAsync())["response"]!["choices"].ShouldNotBeNull();
    }

    [Theory]
    [InlineData("turn_off_message_logging: true", "")]
    [InlineData("", "true")]
    public async Task Redaction_LeavesOutWhatWasSaid(string litellm, string header)
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup { Models = [Ok], General = On, Litellm = litellm });
        (await gateway.ChatAsync(GatewayFixture.Chat("ok"), ("x-litellm-enable-message-redaction", header))).Status.ShouldBe(200);
        var row = await gateway.SpendLogAsync();
        row["proxy_server_request"]!["messages"]!.ToJsonString().ShouldBe("""[{"role":"user","content":"redacted-by-litellm"}]""");
        row["response"]!["choices"]![0]!["message"]!["content"]!.GetValue<string>().ShouldBe("redacted-by-litellm");
        row["response"]!["usage"]!["total_tokens"]!.GetValue<int>().ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("", new[] { "mine", "User-Agent: claude-cli", "User-Agent: claude-cli/1.0.30" })]
    [InlineData("disable_add_user_agent_to_request_tags: true", new[] { "mine" })]
    public async Task Program_IsATagUnlessSwitchedOff(string litellm, string[] tags)
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup { Models = [Ok], Litellm = litellm });
        await gateway.ChatAsync(
            GatewayFixture.Chat("ok", ",\"metadata\":{\"tags\":[\"mine\"]}"), ("User-Agent", "claude-cli/1.0.30 (external, \"cli\")"));
        var row = await gateway.SpendLogAsync();
        row["request_tags"]!.AsArray().Select(static tag => tag!.GetValue<string>()).ShouldBe(tags);
        row["metadata"]!["user_agent"]!.GetValue<string>().ShouldBe("claude-cli/1.0.30 (external, \"cli\")");
    }

    /// <summary>Follows a path like <c>a[0].b</c>.</summary>
    private static JsonNode? At(JsonNode? from, string path)
    {
        foreach (var step in path.Replace("[", ".[", StringComparison.Ordinal).Split('.'))
        {
            from = step.StartsWith('[') ? from![int.Parse(step.Trim('[', ']'))] : from![step];
        }

        return from;
    }
}
