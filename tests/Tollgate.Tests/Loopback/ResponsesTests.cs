using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tollgate.Mock;

namespace Tollgate.Tests.Loopback;

/// <summary>The Responses dialect: over providers that have it, and over those that know only chat.</summary>
public sealed class ResponsesTests
{
    private const string Native = """
        {"id":"resp_up1","object":"response","created_at":1,"status":"completed","model":"up-model","error":null,"output":[{"type":"message","id":"msg_1","role":"assistant","status":"completed","content":[{"type":"output_text","text":"Hi","annotations":[]}]}],"previous_response_id":null,"usage":{"input_tokens":3,"output_tokens":2,"total_tokens":5}}
        """;

    private static readonly string[] Stream =
    [
        """{"type":"response.created","sequence_number":0,"response":{"id":"resp_up1","status":"in_progress","model":"up-model","output":[]}}""",
        """{"type":"response.output_item.added","sequence_number":1,"output_index":0,"item":{"type":"message","id":"msg_1"}}""",
        """{"type":"response.output_text.delta","sequence_number":2,"output_index":0,"content_index":0,"item_id":"msg_1","delta":"Hi"}""",
        """{"type":"response.completed","sequence_number":3,"response":{"id":"resp_up1","status":"completed","model":"up-model","output":[],"usage":{"input_tokens":3,"output_tokens":2,"total_tokens":5}}}""",
    ];

    [Fact]
    public async Task Native_IsRelayed_UnderAnIdThatLeadsBack()
    {
        await using var gateway = await StartNativeAsync();
        var first = await gateway.PostAsync("v1/responses", """{"model":"ok","input":"Hello","metadata":{"a":"b"},"unheard_of":1}""");
        first.Status.ShouldBe(200, first.Body);
        gateway.LastUpstreamRequest.Target.ShouldBe("/v1/responses");
        Sent(gateway).GetProperty("model").GetString().ShouldBe("up-model");
        Sent(gateway).GetProperty("unheard_of").GetInt32().ShouldBe(1);
        Sent(gateway).GetProperty("metadata").GetProperty("a").GetString().ShouldBe("b");
        var id = first.Json.GetProperty("id").GetString()!;
        id.ShouldStartWith("resp_");
        id.ShouldNotBe("resp_up1");
        first.Json.GetProperty("model").GetString().ShouldBe("ok");

        var second = await gateway.PostAsync("v1/responses", $$"""{"model":"ok","input":"And?","previous_response_id":"{{id}}"}""");
        second.Status.ShouldBe(200, second.Body);
        Sent(gateway).GetProperty("previous_response_id").GetString().ShouldBe("resp_up1");
    }

    [Fact]
    public async Task Native_IsStreamed()
    {
        await using var gateway = await StartNativeAsync();
        var answer = await gateway.PostAsync("responses", """{"model":"ok","input":"Hello","stream":true}""");
        answer.Status.ShouldBe(200, answer.Body);
        Sent(gateway).TryGetProperty("stream_options", out _).ShouldBeFalse();
        answer.Body.ShouldContain("event: response.output_text.delta\ndata: " + Stream[2] + "\n\n");
        answer.Body.ShouldContain("\"model\":\"ok\"");
        answer.Body.ShouldNotContain("resp_up1");
        answer.Body.ShouldEndWith("data: [DONE]\n\n");
        var ids = EventsOf(answer).Where(static json => json.TryGetProperty("response", out _))
            .Select(static json => json.GetProperty("response").GetProperty("id").GetString()).Distinct();
        ids.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task FollowUp_GoesToTheDeploymentThatAnswered()
    {
        await using var gateway = await StartNativeAsync(
            [new TestModel("ok") { UpstreamModel = "a", Entry = "model_info: {id: 'd-a'}" }, new TestModel("ok") { UpstreamModel = "b", Entry = "model_info: {id: 'd-b'}" }]);
        var first = await gateway.PostAsync("v1/responses", """{"model":"ok","input":"Hello"}""");
        var answered = first.Header("x-litellm-model-id");
        var id = first.Json.GetProperty("id").GetString();
        for (var i = 0; i < 8; i++)
        {
            (await gateway.PostAsync("v1/responses", $$"""{"model":"ok","input":"And?","previous_response_id":"{{id}}"}"""))
                .Header("x-litellm-model-id").ShouldBe(answered);
        }
    }

    [Fact]
    public async Task NativeAnswer_CanBeHadAgain_AndForgotten()
    {
        await using var gateway = await StartNativeAsync();
        var id = (await gateway.PostAsync("v1/responses", """{"model":"ok","input":"Hello"}""")).Json.GetProperty("id").GetString()!;
        var again = await gateway.GetAsync($"v1/responses/{id}?include=x");
        again.Status.ShouldBe(200, again.Body);
        again.Json.GetProperty("id").GetString().ShouldBe(id);
        gateway.LastUpstreamRequest.Target.ShouldBe("/v1/responses/resp_up1?include=x");
        gateway.LastUpstreamRequest.Header("authorization").ShouldBe("Bearer " + GatewayFixture.UpstreamKey);
        (await SendAsync(gateway, HttpMethod.Get, $"openai/v1/responses/{id}/input_items")).Status.ShouldBe(200);
        gateway.LastUpstreamRequest.Target.ShouldBe("/v1/responses/resp_up1/input_items");
        (await SendAsync(gateway, HttpMethod.Post, $"responses/{id}/cancel")).Status.ShouldBe(200);
        gateway.LastUpstreamRequest.Target.ShouldBe("/v1/responses/resp_up1/cancel");
        (await SendAsync(gateway, HttpMethod.Delete, $"v1/responses/{id}")).Status.ShouldBe(200);
        gateway.LastUpstreamRequest.Method.ShouldBe("DELETE");
        (await gateway.GetAsync("v1/responses/resp_foreign")).ShouldBeError(404, "not found", "response_id");
    }

    [Fact]
    public async Task Compaction_GoesWhereTheProviderHasIt()
    {
        await using var gateway = await StartNativeAsync();
        (await gateway.PostAsync("v1/responses/compact", """{"model":"ok","input":"Hello"}""")).Status.ShouldBe(200);
        gateway.LastUpstreamRequest.Target.ShouldBe("/v1/responses/compact");
        await using var chat = await StartChatAsync();
        (await chat.PostAsync("v1/responses/compact", """{"model":"ok","input":"Hello"}""")).ShouldBeError(400, "does not serve /responses/compact");
    }

    [Fact]
    public async Task Tokens_AreCountedByTheProvider_OrHere()
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup
        {
            Upstream = new MockServerOptions
            {
                Script = static async (http, _) =>
                {
                    http.Response.ContentType = "application/json";
                    http.Response.StatusCode = http.Request.Path.Value!.EndsWith("/input_tokens", StringComparison.Ordinal) ? 200 : 404;
                    await http.Response.WriteAsync("""{"object":"response.input_tokens","input_tokens":4711}""");
                    return true;
                },
            },
        });
        var counted = await gateway.PostAsync("v1/responses/input_tokens", """{"model":"ok","input":"Hello","instructions":"Be brief.","stream":true,"metadata":{"a":"b"}}""");
        counted.Body.ShouldBe("""{"object":"response.input_tokens","input_tokens":4711}""");
        gateway.LastUpstreamRequest.Target.ShouldBe("/v1/responses/input_tokens");
        gateway.LastUpstreamRequest.BodyText.ShouldBe("""{"model":"up-model","input":"Hello","instructions":"Be brief."}""");

        await using var chat = await StartChatAsync();
        var estimate = await chat.PostAsync("responses/input_tokens", """{"model":"ok","input":"How much is it?"}""");
        estimate.Json.GetProperty("object").GetString().ShouldBe("response.input_tokens");
        estimate.Json.GetProperty("input_tokens").GetInt32().ShouldBeInRange(3, 30);
        chat.Upstream.Requests.Count.ShouldBe(0);
        (await chat.PostAsync("responses/input_tokens", """{"model":"nobody","input":"x"}""")).ShouldBeError(400, "nobody");
        (await chat.PostAsync("responses/input_tokens", """{"model":"ok","input":[{"type":"function_call_output","call_id":"c1","output":"x"}]}"""))
            .ShouldBeError(400, "c1", "input[0].call_id");
    }

    [Fact]
    public async Task OverChat_ConversationGoesOn()
    {
        await using var gateway = await StartChatAsync();
        const string tools = ""","tools":[{"type":"function","name":"look","parameters":{"type":"object","properties":{}}}]""";
        var first = await gateway.PostAsync("v1/responses", """{"model":"ok","instructions":"Be brief.","input":"Look"%tools%}""".Replace("%tools%", tools, StringComparison.Ordinal));
        first.Status.ShouldBe(200, first.Body);
        gateway.LastUpstreamRequest.Target.ShouldBe("/v1/chat/completions");
        var call = first.Json.GetProperty("output").EnumerateArray().Single();
        call.GetProperty("type").GetString().ShouldBe("function_call");
        first.Json.GetProperty("instructions").GetString().ShouldBe("Be brief.");
        var id = first.Json.GetProperty("id").GetString();

        var second = await gateway.PostAsync(
            "v1/responses",
            $$"""{"model":"ok","previous_response_id":"{{id}}","input":[{"type":"function_call_output","call_id":"{{call.GetProperty("call_id").GetString()}}","output":"a cat"}]}""");
        second.Status.ShouldBe(200, second.Body);
        second.Json.GetProperty("previous_response_id").GetString().ShouldBe(id);
        second.Json.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString().ShouldBe(GatewayFixture.Text);
        Sent(gateway).GetProperty("messages").EnumerateArray().Select(static message => message.GetProperty("role").GetString())
            .ShouldBe(["user", "assistant", "tool"]);

        var streamed = await gateway.PostAsync(
            "v1/responses", $$"""{"model":"ok","previous_response_id":"{{second.Json.GetProperty("id").GetString()}}","input":"Thanks","stream":true}""");
        streamed.Status.ShouldBe(200, streamed.Body);
        Sent(gateway).GetProperty("messages").GetArrayLength().ShouldBe(5);
        var last = EventsOf(streamed)[^1].GetProperty("response");
        last.GetProperty("status").GetString().ShouldBe("completed");

        var again = await gateway.GetAsync("v1/responses/" + last.GetProperty("id").GetString());
        again.Json.GetProperty("output").GetRawText().ShouldBe(last.GetProperty("output").GetRawText());
        var items = await gateway.GetAsync($"v1/responses/{last.GetProperty("id").GetString()}/input_items");
        items.Json.GetProperty("data").GetArrayLength().ShouldBe(5);
        (await SendAsync(gateway, HttpMethod.Delete, "v1/responses/" + last.GetProperty("id").GetString())).Json.GetProperty("deleted").GetBoolean().ShouldBeTrue();
        (await gateway.GetAsync("v1/responses/" + last.GetProperty("id").GetString())).Status.ShouldBe(404);
    }

    [Fact]
    public async Task OverChat_UnkeptAnswer_IsAFreshStart()
    {
        await using var gateway = await StartChatAsync();
        var first = await gateway.PostAsync("v1/responses", """{"model":"ok","input":"Hello","store":false}""");
        var next = await gateway.PostAsync(
            "v1/responses", $$"""{"model":"ok","input":"And?","previous_response_id":"{{first.Json.GetProperty("id").GetString()}}"}""");
        next.Status.ShouldBe(200, next.Body);
        Sent(gateway).GetProperty("messages").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task OverChat_BadInput_NamesTheField()
    {
        await using var gateway = await StartChatAsync();
        (await gateway.PostAsync("v1/responses", """{"model":"ok"}""")).ShouldBeError(400, "Missing required parameter: 'input'", "input");
        var orphan = await gateway.PostAsync("v1/responses", """{"model":"ok","input":[{"type":"function_call_output","call_id":"c1","output":"x"}]}""");
        orphan.ShouldBeError(400, "No tool call found for function call output with call_id c1", "input[0].call_id");
    }

    [Fact]
    public async Task ResponsesModel_ServesChatClients()
    {
        await using var gateway = await StartNativeAsync([new TestModel("ok") { UpstreamModel = "responses/up-model" }]);
        var answer = await gateway.ChatAsync(GatewayFixture.Chat("ok", ",\"max_tokens\":5"));
        answer.Status.ShouldBe(200, answer.Body);
        answer.Text.ShouldBe("Hi");
        answer.Json.GetProperty("usage").GetProperty("total_tokens").GetInt32().ShouldBe(5);
        gateway.LastUpstreamRequest.Target.ShouldBe("/v1/responses");
        Sent(gateway).GetProperty("model").GetString().ShouldBe("up-model");
        Sent(gateway).GetProperty("max_output_tokens").GetInt32().ShouldBe(16);
        var streamed = await gateway.StreamAsync("ok");
        streamed.Text.ShouldBe("Hi");
    }

    [Fact]
    public async Task ResponsesModel_ServesAnthropicsClients()
    {
        await using var gateway = await StartNativeAsync([new TestModel("ok") { UpstreamModel = "responses/up-model" }]);
        var answer = await gateway.PostAsync(
            "v1/messages",
            """{"model":"ok","max_tokens":100,"system":"Be brief.","thinking":{"type":"enabled","budget_tokens":5000},"messages":[{"role":"user","content":"Hello"}]}""");
        answer.Status.ShouldBe(200, answer.Body);
        answer.Json.GetProperty("content")[0].GetProperty("text").GetString().ShouldBe("Hi");
        gateway.LastUpstreamRequest.Target.ShouldBe("/v1/responses");
        Sent(gateway).GetProperty("instructions").GetString().ShouldBe("Be brief.");
        Sent(gateway).GetProperty("reasoning").GetProperty("effort").GetString().ShouldBe("medium");
    }

    [Fact]
    public async Task Completions_AreServedFromChat_WhereTheModelKnowsOnlyThat()
    {
        await using var gateway = await GatewayFixture.StartAsync(new TestModel("ok") { Params = "custom_llm_provider: groq" });
        var answer = await gateway.PostAsync("v1/completions", """{"model":"ok","prompt":"Once","max_tokens":5}""");
        answer.Status.ShouldBe(200, answer.Body);
        answer.Text.ShouldBe(GatewayFixture.Text);
        answer.Json.GetProperty("object").GetString().ShouldBe("text_completion");
        gateway.LastUpstreamRequest.Target.ShouldBe("/v1/chat/completions");
        var streamed = await gateway.PostAsync("v1/completions", """{"model":"ok","prompt":"Once","stream":true}""");
        streamed.Text.ShouldBe(GatewayFixture.Text);
    }

    private static Task<GatewayFixture> StartChatAsync()
        => GatewayFixture.StartAsync(new TestModel("ok") { Params = "use_chat_completions_api: true" });

    private static Task<GatewayFixture> StartNativeAsync(IReadOnlyList<TestModel>? models = null) => GatewayFixture.StartAsync(new GatewaySetup
    {
        Models = models ?? [new TestModel("ok")],
        Upstream = new MockServerOptions { Script = AnswerAsync },
    });

    private static async Task<bool> AnswerAsync(HttpContext http, MockScriptContext context)
    {
        if (!context.Operation.StartsWith("responses", StringComparison.Ordinal))
        {
            return false;
        }

        if (context.Body.Length > 0 && JsonDocument.Parse(context.Body).RootElement.TryGetProperty("stream", out var stream) && stream.ValueKind is JsonValueKind.True)
        {
            http.Response.ContentType = "text/event-stream";
            foreach (var data in Stream)
            {
                await http.Response.WriteAsync($"event: {JsonDocument.Parse(data).RootElement.GetProperty("type").GetString()}\ndata: {data}\n\n");
            }

            return true;
        }

        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(Native);
        return true;
    }

    private static async Task<Answer> SendAsync(GatewayFixture gateway, HttpMethod method, string path)
    {
        using var response = await gateway.SendAsync(method, path, null);
        return await Answer.ReadAsync(response);
    }

    private static JsonElement Sent(GatewayFixture gateway) => JsonDocument.Parse(gateway.LastUpstreamRequest.BodyText).RootElement;

    private static List<JsonElement> EventsOf(Answer answer) =>
        [.. answer.Body.Split('\n').Where(static line => line.StartsWith("data: {", StringComparison.Ordinal)).Select(static line => JsonDocument.Parse(line[6..]).RootElement)];
}
