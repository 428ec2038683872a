using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tollgate.Mock;

namespace Tollgate.Tests.Loopback;

/// <summary>Responses that go on from an earlier one, and what that one answered.</summary>
public sealed class FollowUpTests
{
    private const string Chat = "use_chat_completions_api: true";

    private static readonly TestModel[] Models =
        [new("one-*") { UpstreamModel = "*", Params = Chat }, new("two") { UpstreamModel = "two-up", Params = Chat }];

    [Fact]
    public async Task ConversationKeptHere_GoesOnWithTheModelAskedFor()
    {
        await using var gateway = await GatewayFixture.StartAsync(Models);
        var next = await GoOnAsync(gateway, "two");
        Sent(gateway).GetProperty("model").GetString().ShouldBe("two-up");
        Sent(gateway).GetProperty("messages").GetArrayLength().ShouldBe(3);
        next.Json.GetProperty("model").GetString().ShouldBe("two");
    }

    [Fact]
    public async Task ConversationOfAPattern_GoesOnWithAnotherModelOfIt()
    {
        await using var gateway = await GatewayFixture.StartAsync(Models);
        await GoOnAsync(gateway, "one-b");
        Sent(gateway).GetProperty("model").GetString().ShouldBe("b");
    }

    [Fact]
    public async Task ConversationAtAProvider_NeverGoesToAModelThatNobodyNamed()
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup
        {
            Models = [.. Models.Select(static model => model with { Params = "" })],
            Upstream = new MockServerOptions { Script = AnswerAsync },
        });
        await GoOnAsync(gateway, "two");
        Sent(gateway).GetProperty("model").GetString().ShouldBe("two-up");
        Sent(gateway).GetProperty("previous_response_id").GetString().ShouldBe("resp_up1");
    }

    [Fact]
    public async Task InputItems_ArePaged()
    {
        await using var gateway = await GatewayFixture.StartAsync(Models);
        var id = await StartAsync(gateway, """[{"role":"user","content":"a"},{"id":"msg_b","role":"assistant","content":"b"},{"role":"user","content":"c"}]""");
        (await TextsAsync(gateway, id, "")).ShouldBe(["c", "b", "a"]);
        (await TextsAsync(gateway, id, "?order=asc")).ShouldBe(["a", "b", "c"]);
        (await TextsAsync(gateway, id, "?order=asc&after=msg_b")).ShouldBe(["c"]);
        (await TextsAsync(gateway, id, "?order=asc&before=msg_b")).ShouldBe(["a"]);
        var first = (await gateway.GetAsync($"v1/responses/{id}/input_items?limit=2")).Json;
        first.GetProperty("has_more").GetBoolean().ShouldBeTrue();
        first.GetProperty("first_id").GetString().ShouldBe(first.GetProperty("data")[0].GetProperty("id").GetString());
        first.GetProperty("data")[0].GetProperty("type").GetString().ShouldBe("message");
        (await TextsAsync(gateway, id, "?limit=2&after=" + first.GetProperty("last_id").GetString())).ShouldBe(["a"]);
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("limit=many", "limit")]
    [InlineData("order=up", "order")]
    [InlineData("after=nobody", "after")]
    [InlineData("before=nobody", "before")]
    public async Task BadPage_Is400NamingTheParameter(string query, string param)
    {
        await using var gateway = await GatewayFixture.StartAsync(Models);
        var id = await StartAsync(gateway, "\"a\"");
        (await gateway.GetAsync($"v1/responses/{id}/input_items?{query}")).ShouldBeError(400, "Invalid value for", param);
    }

    private static async Task<Answer> GoOnAsync(GatewayFixture gateway, string model)
    {
        var id = await StartAsync(gateway, "\"Hello\"");
        var next = await gateway.PostAsync("v1/responses", $$"""{"model":"{{model}}","input":"And?","previous_response_id":"{{id}}"}""");
        next.Status.ShouldBe(200, next.Body);
        return next;
    }

    private static async Task<string> StartAsync(GatewayFixture gateway, string input)
    {
        var first = await gateway.PostAsync("v1/responses", $$"""{"model":"one-a","input":{{input}}}""");
        first.Status.ShouldBe(200, first.Body);
        return first.Json.GetProperty("id").GetString()!;
    }

    private static async Task<List<string?>> TextsAsync(GatewayFixture gateway, string id, string query)
    {
        var page = await gateway.GetAsync($"v1/responses/{id}/input_items{query}");
        page.Status.ShouldBe(200, page.Body);
        return [.. page.Json.GetProperty("data").EnumerateArray().Select(static item => item.GetProperty("content").GetString())];
    }

    private static async Task<bool> AnswerAsync(HttpContext http, MockScriptContext context)
    {
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync("""{"id":"resp_up1","object":"response","status":"completed","model":"m","output":[],"usage":{"input_tokens":3,"output_tokens":2,"total_tokens":5}}""");
        return true;
    }

    private static JsonElement Sent(GatewayFixture gateway) => JsonDocument.Parse(gateway.LastUpstreamRequest.BodyText).RootElement;
}
