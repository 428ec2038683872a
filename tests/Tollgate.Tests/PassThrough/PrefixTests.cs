using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tollgate.Tests.Loopback;

namespace Tollgate.Tests.PassThrough;

/// <summary>Calls below a provider's prefix: bytes, headers, credentials, money.</summary>
public sealed class PrefixTests
{
    private const string Messages = """{"model":"claude-haiku-4-5-20251001","max_tokens":16,"messages":[{"role":"user","content":"Hi"}]}""";
    private const string MessagesAnswer =
        """{"id":"msg_1","type":"message","model":"claude-haiku-4-5-20251001","content":[],"usage":{"input_tokens":10,"cache_read_input_tokens":100,"output_tokens":5}}""";

    [Theory]
    [InlineData("GET", "/anthropic/v1/models?limit=2&after=a%2Fb", "/v1/models?limit=2&after=a%2Fb", "x-api-key", Relays.ProviderKey)]
    [InlineData("POST", "/anthropic/v1/messages", "/v1/messages", "x-api-key", Relays.ProviderKey)]
    [InlineData("DELETE", "/anthropic/v1/files/file%20x%2Fy", "/v1/files/file%20x%2Fy", "x-api-key", Relays.ProviderKey)]
    [InlineData("POST", "/openai/chat/completions", "/v1/chat/completions", "Authorization", "Bearer " + Relays.ProviderKey)]
    [InlineData("PUT", "/openai_passthrough/v1/chat/completions", "/v1/chat/completions", "Authorization", "Bearer " + Relays.ProviderKey)]
    [InlineData("PATCH", "/cohere/v2/chat", "/v2/chat", "Authorization", "Bearer " + Relays.ProviderKey)]
    [InlineData("POST", "/mistral/v1/fim/completions", "/v1/fim/completions", "Authorization", "Bearer " + Relays.ProviderKey)]
    [InlineData("POST", "/vllm/classify", "/classify", "Authorization", "Bearer fake-api-key")]
    [InlineData("POST", "/azure/openai/deployments/gpt/images/x?api-version=1", "/openai/deployments/gpt/images/x?api-version=1", "api-key", Relays.ProviderKey)]
    [InlineData("POST", "/langfuse/api/public/ingestion", "/api/public/ingestion", "Authorization", "Basic cGstbGY6cHJvdmlkZXItc2VjcmV0LTA4MTU=")]
    [InlineData("POST", "/gemini/v1beta/models/gemini-2.0-flash:generateContent?alt=json", "/v1beta/models/gemini-2.0-flash:generateContent?alt=json&key=" + Relays.ProviderKey, null, null)]
    public async Task Call_GoesToTheProviderWithTheOperatorsCredential(string method, string path, string target, string? header, string? value)
    {
        await using var api = await FakeApi.StartAsync("""{"ok":true}""");
        await using var gateway = await Relays.StartAsync(api);
        using var response = await gateway.SendAsync(
            new HttpMethod(method), path, method is "GET" or "DELETE" ? null : new StringContent("""{"a": 1 }""", Encoding.UTF8, "application/json"), ("anthropic-version", "2023-06-01"));

        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(GatewayFixture.Token));
        api.Last.Method.ShouldBe(method);
        api.Last.Target.ShouldBe(target);
        api.Last.Header("anthropic-version").ShouldBe("2023-06-01");
        if (header is not null)
        {
            api.Last.Header(header).ShouldBe(value);
        }

        Encoding.UTF8.GetString(api.Last.Body).ShouldBe(method is "GET" or "DELETE" ? "" : """{"a": 1 }""");
        api.Last.Everything.ShouldNotContain(GatewayFixture.MasterKey);
    }

    [Fact]
    public async Task GatewayKey_IsNeverSentOn_InWhateverFormItCame()
    {
        await using var api = await FakeApi.StartAsync("""{"ok":true}""");
        await using var gateway = await Relays.StartAsync(api, new GatewaySetup
        {
            General = "pass_through_endpoints: [{path: /own, target: '" + api.Address + "/there', forward_headers: true, include_subpath: true, headers: {litellm_user_api_key: x-my-key}}]",
        });
        const string Key = GatewayFixture.MasterKey;
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes("user:" + Key));
        (string Header, string Value)[] forms =
        [
            ("x-litellm-api-key", Key), ("x-litellm-api-key", "Bearer " + Key), ("Authorization", "Bearer " + Key), ("Authorization", "bearer " + Key),
            ("Authorization", $"AWS4-HMAC-SHA256 Credential={Key}/20260101/us-east-1/bedrock/aws4_request, Signature=1"),
            ("Authorization", $"AWS4-HMAC-SHA256 Credential=Bearer {Key}/20260101/x"), ("api-key", Key), ("x-api-key", Key), ("x-goog-api-key", Key),
            ("ocp-apim-subscription-key", Key), ("litellm_user_api_key", Key), ("Authorization", "Basic " + Key), ("Authorization", "Basic " + basic),
        ];
        foreach (var path in new[] { "/anthropic/v1/messages", "/openai/models", "/gemini/v1beta/models", "/cohere/v2/chat", "/azure/openai/models", "/langfuse/x", "/own/x" })
        {
            foreach (var (header, value) in forms)
            {
                if (path is "/own/x" && (header is "litellm_user_api_key" || value.EndsWith(basic, StringComparison.Ordinal)))
                {
                    continue;
                }

                // The key also where it is not looked for: a client that is careless in one place is so in two.
                (string, string)[] headers = [("Authorization", header is "Authorization" ? value : ""), (header is "Authorization" ? "x-none" : header, header is "Authorization" ? "" : value),
                    ("x-note", "my key is " + Key), ("x-pass-note", Key), ("x-pass-authorization", "Bearer mine"), ("Cookie", "k=" + Key), ("x-fine", "fine")];
                var before = api.Count;
                var answer = await gateway.GetAsync($"{path}?a=1&key={Key}&b={Key}&c=2", headers);
                answer.Status.ShouldBe(200, $"{path} {header}: {value} {answer.Body}");
                api.Count.ShouldBe(before + 1);
                api.Last.Everything.ShouldNotContain(Key, Case.Insensitive, $"{path} {header}: {value}");
                api.Last.Everything.ShouldNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(Key)).TrimEnd('='));
                api.Last.Everything.ShouldNotContain(basic);
                api.Last.Everything.ShouldNotContain("Bearer mine");
                api.Last.Target.ShouldContain("a=1");
                api.Last.Target.ShouldContain("c=2");
                api.Last.Header("x-fine").ShouldBe("fine");
            }
        }

        (await gateway.GetAsync($"/gemini/v1beta/models?key={Key}", ("Authorization", ""))).Status.ShouldBe(200);
        api.Last.Target.ShouldBe("/v1beta/models?key=" + Relays.ProviderKey);
        (await gateway.GetAsync($"/anthropic/v1/models?key={Key}", ("Authorization", ""))).Status.ShouldBe(401);
        (await gateway.GetAsync("/own/x", ("Authorization", ""), ("x-my-key", Key))).Status.ShouldBe(200);
        api.Last.Everything.ShouldNotContain(Key);
    }

    [Fact]
    public async Task WholeAnswer_IsRelayedAndPaidFor()
    {
        await using var api = await FakeApi.StartAsync(MessagesAnswer);
        await using var gateway = await Relays.StartAsync(api);
        var key = await gateway.NewKeyAsync("\"max_budget\":5");
        var answer = await gateway.PostAsync("/anthropic/v1/messages", Messages, ("Authorization", ""), ("x-api-key", key));

        answer.Status.ShouldBe(200);
        answer.Body.ShouldBe(MessagesAnswer);
        answer.Header("x-litellm-model-api-base").ShouldBe(api.Address);
        answer.Header("x-litellm-call-id").ShouldNotBeNull();
        double.Parse(answer.Header("x-litellm-response-cost")!, System.Globalization.CultureInfo.InvariantCulture).ShouldBeGreaterThan(0);
        answer.Header("x-litellm-key-spend").ShouldBe(answer.Header("x-litellm-response-cost"));
        Encoding.UTF8.GetString(api.Last.Body).ShouldBe(Messages);
        var row = (await gateway.LogAsync(1))[0];
        row["call_type"]!.GetValue<string>().ShouldBe("pass_through_endpoint");
        row["model"]!.GetValue<string>().ShouldBe("claude-haiku-4-5-20251001");
        row["custom_llm_provider"]!.GetValue<string>().ShouldBe("anthropic");
        row["prompt_tokens"]!.GetValue<long>().ShouldBe(110);
        row["completion_tokens"]!.GetValue<long>().ShouldBe(5);
        row["spend"]!.GetValue<double>().ShouldBeGreaterThan(0);
        row["request_id"]!.GetValue<string>().ShouldBe("msg_1");
    }

    [Fact]
    public async Task Stream_ComesChunkByChunk_UnchangedAndPaidFor()
    {
        var proceed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        const string Start = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_2\",\"model\":\"claude-haiku-4-5-20251001\",\"usage\":{\"input_tokens\":10,\"output_tokens\":1}}}\n\n";
        const string End = "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{},\"usage\":{\"output_tokens\":7}}\r\n\r\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
        await using var api = await FakeApi.StartAsync(async (http, _) =>
        {
            http.Response.ContentType = "text/event-stream; charset=utf-8";
            await http.Response.WriteAsync(Start, http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await proceed.Task.WaitAsync(http.RequestAborted);
            await http.Response.WriteAsync(End, http.RequestAborted);
        });
        await using var gateway = await Relays.StartAsync(api);
        using var response = await gateway.OpenAsync("/anthropic/v1/messages", Messages.Replace("\"max_tokens\"", "\"stream\":true,\"max_tokens\"", StringComparison.Ordinal));
        await using var stream = await response.Content.ReadAsStreamAsync(GatewayFixture.Token);
        var first = new byte[Start.Length];

        // Were it buffered, this would wait for ever: the upstream goes on only when the client has seen the first event.
        await stream.ReadExactlyAsync(first, GatewayFixture.Token);
        Encoding.UTF8.GetString(first).ShouldBe(Start);
        proceed.SetResult();
        using var rest = new StreamReader(stream);
        (await rest.ReadToEndAsync(GatewayFixture.Token)).ShouldBe(End);
        response.Content.Headers.ContentType!.ToString().ShouldBe("text/event-stream; charset=utf-8");
        var row = (await gateway.LogAsync(1))[0];
        row["completion_tokens"]!.GetValue<long>().ShouldBe(7);
        row["prompt_tokens"]!.GetValue<long>().ShouldBe(10);
        row["spend"]!.GetValue<double>().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Upload_IsNotBuffered()
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var api = await FakeApi.StartAsync(async (http, _) =>
        {
            var buffer = new byte[5];
            await http.Request.Body.ReadExactlyAsync(buffer, http.RequestAborted);
            arrived.SetResult();
            using var all = new MemoryStream();
            all.Write(buffer);
            await http.Request.Body.CopyToAsync(all, http.RequestAborted);
            await FakeApi.AnswerAsync(http, Convert.ToBase64String(all.ToArray()), type: "text/plain");
        });
        await using var gateway = await Relays.StartAsync(api);
        using var content = new SlowContent([1, 2, 3, 4, 5], arrived.Task, [6, 7, 0, 255]);
        using var response = await gateway.SendAsync(HttpMethod.Post, "/openai/files", content, ("x-unread", "1"));

        (await response.Content.ReadAsStringAsync(GatewayFixture.Token)).ShouldBe(Convert.ToBase64String([1, 2, 3, 4, 5, 6, 7, 0, 255]));
    }

    [Theory]
    [InlineData(400, """{"type":"error","error":{"type":"invalid_request_error","message":"no"}}""")]
    [InlineData(429, "not even JSON")]
    [InlineData(529, """{"type":"error"}""")]
    public async Task ErrorOfTheUpstream_IsRelayedUnchanged(int status, string body)
    {
        await using var api = await FakeApi.StartAsync(body, status);
        await using var gateway = await Relays.StartAsync(api);
        var answer = await gateway.PostAsync("/anthropic/v1/messages", Messages);

        answer.Status.ShouldBe(status);
        answer.Body.ShouldBe(body);
        var row = (await gateway.LogAsync(1))[0];
        row["status"]!.GetValue<string>().ShouldBe("failure");
        row["spend"]!.GetValue<double>().ShouldBe(0);
    }

    [Fact]
    public async Task OwnFailures_HaveTheOpenAiEnvelope()
    {
        await using var api = await FakeApi.StartAsync("{}");
        await using var gateway = await Relays.StartAsync(api, new GatewaySetup
        {
            Environment = [("MISTRAL_API_BASE", "http://127.0.0.1:1"), ("COHERE_API_KEY", "")],
        });
        (await gateway.PostAsync("/mistral/v1/chat/completions", "{}")).ShouldBeError(502, "could not be reached", type: "internal_server_error");
        (await gateway.PostAsync("/cohere/v2/chat", "{}")).ShouldBeError(500, "COHERE_API_KEY", type: "internal_server_error");
        (await gateway.PostAsync("/anthropic/v1/messages", Messages, ("Authorization", ""))).Status.ShouldBe(401);
        (await gateway.PostAsync("/anthropic/v1/messages", Messages, ("Authorization", "Bearer sk-unknown"))).Status.ShouldBe(401);
        (await gateway.GetAsync("/anthropic/v1/%252e%252e/x/..%2Fadmin")).ShouldBeError(400, "segments");
        api.Count.ShouldBe(0);
    }

    [Fact]
    public async Task BudgetsLimitsAndModels_HoldHereToo()
    {
        await using var api = await FakeApi.StartAsync(MessagesAnswer);
        await using var gateway = await Relays.StartAsync(api);
        async Task<Answer> Call(string members, string body = Messages)
        {
            var key = await gateway.NewKeyAsync(members);
            return await gateway.PostAsync("/anthropic/v1/messages", body, ("Authorization", "Bearer " + key));
        }

        (await Call("\"max_budget\":0")).ShouldBeError(400, "Budget", type: "budget_exceeded");
        (await Call("\"rpm_limit\":0")).Status.ShouldBe(429);
        (await Call("\"models\":[\"other\"]")).Status.ShouldBe(401);
        (await Call("\"models\":[\"other\"]", Messages.Replace("{\"model\"", "{\"model\":\"other\",\"model\"", StringComparison.Ordinal))).Status.ShouldBe(401);
        (await Call("\"allowed_routes\":[\"/v1/chat/completions\"]")).Status.ShouldBe(403);
        api.Count.ShouldBe(0);
        (await Call("\"models\":[\"claude-haiku-4-5-20251001\"]")).Status.ShouldBe(200);
        (await Call("\"models\":[\"anthropic/*\"]")).Status.ShouldBe(200);
        (await Call("\"allowed_routes\":[\"llm_api_routes\"]")).Status.ShouldBe(200);
        (await Call("\"allowed_routes\":[\"/anthropic\"]")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task DuplicateMember_ReachesTheUpstreamOnce()
    {
        await using var api = await FakeApi.StartAsync(MessagesAnswer);
        await using var gateway = await Relays.StartAsync(api);
        (await gateway.PostAsync("/anthropic/v1/messages", """{"model":"a","x":1,"model":"b","litellm_metadata":{"tags":["t"]}}""")).Status.ShouldBe(200);
        Encoding.UTF8.GetString(api.Last.Body).ShouldNotContain("\"a\"");
    }

    [Fact]
    public async Task DeploymentThatLendsItsCredentials_ComesBeforeTheEnvironment()
    {
        await using var api = await FakeApi.StartAsync("{}");
        await using var gateway = await Relays.StartAsync(api, new GatewaySetup
        {
            Models = [new("ok"), new("lender") { ApiBase = api.Address + "/v1", Params = "use_in_pass_through: true" }],
            Environment = [("OPENAI_API_BASE", "http://127.0.0.1:1")],
        });
        (await gateway.GetAsync("/openai/v1/assistants")).Status.ShouldBe(200);
        api.Last.Header("authorization").ShouldBe("Bearer " + GatewayFixture.UpstreamKey);
        api.Last.Target.ShouldBe("/v1/assistants");
    }

    private sealed class SlowContent : HttpContent
    {
        private readonly byte[] _first;
        private readonly Task _wait;
        private readonly byte[] _second;

        public SlowContent(byte[] first, Task wait, byte[] second)
        {
            (_first, _wait, _second) = (first, wait, second);
            Headers.ContentType = new("application/octet-stream");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(_first);
            await stream.FlushAsync();
            await _wait;
            await stream.WriteAsync(_second);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _first.Length + _second.Length;
            return true;
        }
    }
}
