using System.Text;
using System.Text.Json;

namespace Tollgate.Tests.Loopback;

/// <summary>Bodies that cannot be served: the answer says what is wrong, the gateway lives on, the upstream hears nothing.</summary>
public sealed class BadBodyTests(BadBodyTests.Gateways shared) : IClassFixture<BadBodyTests.Gateways>
{
    private const string Start = """{"model":"ok","messages":[{"role":"user","content":"Hello"}]""";

    [Theory]
    [InlineData("{\"model\":\"ok\",\"messages\":[", "unexpected end of text")]
    [InlineData("{\"model\":\"ok", "unexpected end of text")]
    [InlineData(Start + "} x", "data behind the end")]
    [InlineData(Start + "}{}", "data behind the end")]
    [InlineData("{'model':'ok'}", "unexpected character")]
    [InlineData(Start + ",\"temperature\":NaN}", "unexpected character")]
    [InlineData(Start + ",\"temperature\":01}", "")]
    [InlineData(Start + ",\"temperature\":1.}", "malformed number")]
    [InlineData(Start + ",}", "unexpected character")]
    [InlineData(Start + ",\"user\":\"a\nb\"}", "unescaped control character")]
    [InlineData(Start + ",\"user\":\"\\x\"}", "bad escape")]
    [InlineData(Start + " // comment\n}", "unexpected character")]
    [InlineData("[]", "the body must be a JSON object")]
    [InlineData("\"x\"", "the body must be a JSON object")]
    [InlineData("null", "the body must be a JSON object")]
    [InlineData("17", "the body must be a JSON object")]
    public Task NotAJsonObject_Is400WithTheReason(string body, string reason) =>
        ShouldBeRefusedAsync("v1/chat/completions", body, "Invalid JSON payload: " + reason);

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"messages":[]}""")]
    [InlineData("""{"model":null,"messages":[]}""")]
    [InlineData("""{"model":"","messages":[]}""")]
    public Task NoModel_Is400NamingIt(string body) =>
        ShouldBeRefusedAsync("v1/chat/completions", body, "/chat/completions: Missing required parameter: 'model'.", "model");

    [Theory]
    [InlineData("1", "a number")]
    [InlineData("true", "a boolean")]
    [InlineData("[\"ok\"]", "an array")]
    [InlineData("{}", "an object")]
    public Task ModelOfWrongType_Is400NamingIt(string model, string got) => ShouldBeRefusedAsync(
        "v1/chat/completions", $$"""{"model":{{model}},"messages":[]}""", $"Invalid type for 'model': expected a string, but got {got} instead.", "model");

    [Theory]
    [InlineData("{\"model\":\"ok\"}", "/chat/completions: Missing required parameter: 'messages'.", "messages")]
    [InlineData("{\"model\":\"ok\",\"messages\":null}", "/chat/completions: Missing required parameter: 'messages'.", "messages")]
    [InlineData("{\"model\":\"ok\",\"messages\":\"Hello\"}", "Invalid type for 'messages'", "messages")]
    [InlineData("{\"model\":\"ok\",\"messages\":{}}", "Invalid type for 'messages'", "messages")]
    [InlineData("{\"model\":\"ok\",\"messages\":[\"Hello\"]}", "Invalid type for 'messages[0]'", "messages[0]")]
    public Task BadMessages_Are400NamingThem(string body, string message, string param) =>
        ShouldBeRefusedAsync("v1/chat/completions", body, message, param);

    [Theory]
    [InlineData("\"stream\":\"true\"", "stream")]
    [InlineData("\"stream\":1", "stream")]
    [InlineData("\"stream\":{}", "stream")]
    [InlineData("\"stream_options\":true", "stream_options")]
    [InlineData("\"stream_options\":[]", "stream_options")]
    [InlineData("\"stream_options\":{\"include_usage\":\"yes\"}", "stream_options.include_usage")]
    [InlineData("\"timeout\":\"soon\"", "timeout")]
    [InlineData("\"timeout\":0", "timeout")]
    [InlineData("\"timeout\":-1", "timeout")]
    [InlineData("\"timeout\":true", "timeout")]
    [InlineData("\"timeout\":[]", "timeout")]
    [InlineData("\"request_timeout\":{}", "request_timeout")]
    [InlineData("\"stream_timeout\":\"\"", "stream_timeout")]
    [InlineData("\"num_retries\":-1", "num_retries")]
    [InlineData("\"num_retries\":1.5", "num_retries")]
    [InlineData("\"num_retries\":\"two\"", "num_retries")]
    [InlineData("\"num_retries\":99999999999", "num_retries")]
    [InlineData("\"max_retries\":[]", "max_retries")]
    [InlineData("\"fallbacks\":1", "fallbacks")]
    [InlineData("\"fallbacks\":{}", "fallbacks")]
    [InlineData("\"fallbacks\":[1]", "fallbacks[]")]
    [InlineData("\"fallbacks\":[{}]", "fallbacks")]
    [InlineData("\"fallbacks\":[{\"model\":1}]", "fallbacks[].model")]
    [InlineData("\"disable_fallbacks\":\"no\"", "disable_fallbacks")]
    [InlineData("\"drop_params\":\"yes\"", "drop_params")]
    [InlineData("\"additional_drop_params\":{}", "additional_drop_params")]
    [InlineData("\"allowed_openai_params\":[1]", "allowed_openai_params")]
    [InlineData("\"mock_timeout\":\"yes\"", "mock_timeout")]
    [InlineData("\"mock_delay\":\"long\"", "mock_delay")]
    [InlineData("\"mock_response\":5", "mock_response")]
    public Task GatewayFieldOfWrongType_Is400NamingIt(string member, string param) =>
        ShouldBeRefusedAsync("v1/chat/completions", $"{Start},{member}}}", "Invalid ", param, orElse: "fallbacks[]: 'model' is required.");

    [Theory]
    [InlineData("{\"model\":\"ok\"}", "/embeddings: Missing required parameter: 'input'.")]
    [InlineData("{\"model\":\"ok\",\"input\":null}", "/embeddings: Missing required parameter: 'input'.")]
    [InlineData("{\"model\":\"ok\",\"input\":17}", "Invalid type for 'input': expected a string or an array, but got a number instead.")]
    [InlineData("{\"model\":\"ok\",\"input\":{}}", "Invalid type for 'input': expected a string or an array, but got an object instead.")]
    public Task BadInput_Is400NamingIt(string body, string message) => ShouldBeRefusedAsync("v1/embeddings", body, message, "input");

    [Fact]
    public async Task UnknownModel_Is400WithTheNearestName()
    {
        var answer = await shared.Gateway.ChatAsync(GatewayFixture.Chat("gpt-4o-mimi"));

        answer.ShouldBeError(
            400,
            "/chat/completions: Invalid model name passed in model=gpt-4o-mimi. Call `/v1/models` to view available models for your key. Did you mean 'gpt-4o-mini'?");
        await shared.Gateway.ShouldStillServeAsync();
    }

    [Theory]
    [InlineData("v1/completions", "/completions")]
    [InlineData("v1/embeddings", "/embeddings")]
    public async Task UnknownModel_NamesTheRoute(string path, string route)
    {
        var answer = await shared.Gateway.PostAsync(path, """{"model":"none-such-at-all","prompt":"x","input":"x"}""");

        answer.ShouldBeError(400, route + ": Invalid model name passed in model=none-such-at-all. Call `/v1/models`");
    }

    [Fact]
    public async Task UnknownModelOfAbsurdLength_IsRefusedQuickly()
    {
        var answer = await shared.Gateway.ChatAsync(GatewayFixture.Chat(new string('x', 1_000_000)));

        answer.Status.ShouldBe(400);
        await shared.Gateway.ShouldStillServeAsync();
    }

    [Theory]
    [InlineData(257)]
    [InlineData(300)]
    [InlineData(100_000)]
    public Task NestingTooDeep_Is400(int depth) => ShouldBeRefusedAsync(
        "v1/chat/completions", Nested(depth), "Invalid JSON payload: nesting deeper than 256 levels");

    [Fact]
    public async Task NestingUpToTheLimit_Passes()
    {
        await shared.Gateway.ChatAsync(Nested(256));

        shared.Gateway.LastUpstreamRequest.BodyText.ShouldContain(new string('[', 255) + new string(']', 255));
    }

    [Theory]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0xC3 })]
    [InlineData(new byte[] { 0xC0, 0xAF })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xF5, 0x80, 0x80, 0x80 })]
    public async Task InvalidUtf8_Is400(byte[] bytes)
    {
        byte[] body = [.. "{\"model\":\"ok\",\"messages\":[{\"role\":\"user\",\"content\":\""u8, .. bytes, .. "\"}]}"u8];
        using var response = await shared.Gateway.SendAsync(HttpMethod.Post, "v1/chat/completions", new ByteArrayContent(body));

        (await Answer.ReadAsync(response)).ShouldBeError(400, "Invalid JSON payload: the text is not valid UTF-8");
        await shared.Gateway.ShouldStillServeAsync();
    }

    [Theory]
    [InlineData("\"\\u0000\"")]
    [InlineData("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"")]
    [InlineData("\"\U0001F600\"")]
    public async Task OddButValidText_ReachesTheUpstreamAsItIs(string text)
    {
        var answer = await shared.Gateway.ChatAsync($$"""{"model":"ok","messages":[{"role":"user","content":{{text}}}]}""");

        answer.Status.ShouldBe(200, answer.Body);
        shared.Gateway.LastUpstreamRequest.BodyText.ShouldContain(text);
    }

    [Fact]
    public async Task EscapedMemberNames_AreUnderstood()
    {
        var answer = await shared.Gateway.ChatAsync("""{"m\u006fdel":"ok","m\u0065ssages":[{"role":"user","content":"Hello"}],"str\u0065am":true}""");

        answer.Status.ShouldBe(200, answer.Body);
        answer.IsStream.ShouldBeTrue();
        answer.Text.ShouldBe(GatewayFixture.Text);
        JsonDocument.Parse(shared.Gateway.LastUpstreamRequest.Body).RootElement.GetProperty("model").GetString().ShouldBe("up-model");
    }

    [Fact]
    public async Task DuplicateMembers_LastOneCounts_UpstreamSeesOne()
    {
        var answer = await shared.Gateway.ChatAsync(
            """{"model":"none","messages":[],"user":"a","model":"ok","messages":[{"role":"user","content":"Hello"}],"user":"b"}""");

        answer.Status.ShouldBe(200, answer.Body);
        using var seen = JsonDocument.Parse(shared.Gateway.LastUpstreamRequest.Body);
        seen.RootElement.EnumerateObject().Select(member => member.Name).ShouldBeUnique();
        seen.RootElement.GetProperty("model").GetString().ShouldBe("up-model");
        seen.RootElement.GetProperty("messages").GetArrayLength().ShouldBe(1);
        seen.RootElement.GetProperty("user").GetString().ShouldBe("b");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/octet-stream")]
    [InlineData(null)]
    public async Task ContentTypeOtherThanJson_IsReadAsJson(string? contentType)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(GatewayFixture.Chat("ok")));
        content.Headers.ContentType = contentType is null ? null : new(contentType);
        using var response = await shared.Gateway.SendAsync(HttpMethod.Post, "v1/chat/completions", content);

        (await Answer.ReadAsync(response)).Text.ShouldBe(GatewayFixture.Text);
        shared.Gateway.LastUpstreamRequest.Header("content-type")!.ShouldStartWith("application/json");
    }

    [Fact]
    public async Task ByteOrderMark_IsAccepted()
    {
        byte[] body = [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(GatewayFixture.Chat("ok"))];
        using var response = await shared.Gateway.SendAsync(HttpMethod.Post, "v1/chat/completions", new ByteArrayContent(body));

        (await Answer.ReadAsync(response)).Text.ShouldBe(GatewayFixture.Text);
    }

    private async Task ShouldBeRefusedAsync(string path, string body, string message, string? param = null, string? orElse = null)
    {
        var before = shared.Gateway.Upstream.Statistics.Requests;
        var answer = await shared.Gateway.PostAsync(path, body);

        answer.ShouldBeError(400, orElse is not null && answer.Body.Contains(orElse, StringComparison.Ordinal) ? orElse : message, param);
        answer.Header("x-litellm-call-id").ShouldNotBeNullOrEmpty();
        shared.Gateway.Upstream.Statistics.Requests.ShouldBe(before);
        await shared.Gateway.ShouldStillServeAsync();
    }

    /// <summary>A body whose deepest array is at this level, the root object counting as one.</summary>
    private static string Nested(int depth) => $"{Start},\"x\":{new string('[', depth - 1)}{new string(']', depth - 1)}}}";

    public sealed class Gateways : SharedGateway
    {
        private protected override GatewaySetup Setup => new() { Models = [new("ok"), new("gpt-4o-mini"), new("claude")] };
    }
}
