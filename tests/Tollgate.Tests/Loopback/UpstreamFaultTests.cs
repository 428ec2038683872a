using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Tollgate.Mock;

namespace Tollgate.Tests.Loopback;

/// <summary>Upstreams that misbehave when asked for a whole answer.</summary>
public sealed class UpstreamFaultTests(UpstreamFaultTests.Gateways shared) : IClassFixture<UpstreamFaultTests.Gateways>
{
    [Theory]
    [InlineData("html-200", 500, "InternalServerError: OpenAIException - Invalid response object: the upstream's answer is not JSON")]
    [InlineData("html-502", 502, "Upstream answered 502 with a page instead of JSON: ")]
    [InlineData("html-404", 404, "Upstream answered 404 with a page instead of JSON: ")]
    [InlineData("cut-headers", 500, "Connection error. The upstream closed the connection before its answer was complete.")]
    [InlineData("cut-status-line", 500, "Connection error. ")]
    [InlineData("cut-mid-headers", 500, "Connection error. ")]
    [InlineData("cut-mid-body", 500, "Connection error. ")]
    [InlineData("cut-after-chunks", 500, "Connection error. ")]
    [InlineData("reset-headers", 500, "Connection error. ")]
    [InlineData("reset-mid-body", 500, "Connection error. ")]
    [InlineData("error-in-200", 500, "Mock: the server had an error while processing your request.")]
    [InlineData("choices-null", 500, "Invalid response object: the upstream's answer lacks the content it should have.")]
    [InlineData("choices-empty", 500, "Invalid response object: the upstream's answer lacks the content it should have.")]
    [InlineData("refused", 500, "Connection error. The upstream refused the connection or could not be reached.")]
    [InlineData("unknown-host", 500, "Connection error. The upstream's host name could not be resolved.")]
    [InlineData("error-500", 500, "litellm.InternalServerError: InternalServerError: OpenAIException - Mock: the server had an error")]
    [InlineData("error-503", 503, "Mock: the engine is currently overloaded")]
    public async Task Fault_IsAnErrorOfTheRightClass(string model, int status, string message)
    {
        var answer = await shared.Gateway.ChatAsync(GatewayFixture.Chat(model));

        answer.ShouldBeError(status, message, null, status == 404 ? "invalid_request_error" : "internal_server_error");
        answer.Error.Message.ShouldContain($"Received Model Group={model}");
        answer.Header("x-litellm-model-group").ShouldBe(model);
        answer.Body.ShouldNotContain(GatewayFixture.UpstreamKey);
        await shared.Gateway.ShouldStillServeAsync();
    }

    [Theory]
    [InlineData("error-400", 400, "litellm.BadRequestError: OpenAIException - ", "invalid_request_error")]
    [InlineData("error-401", 401, "litellm.AuthenticationError: AuthenticationError: OpenAIException - ", "authentication_error")]
    [InlineData("error-403", 403, "litellm.PermissionDeniedError: ", "permission_error")]
    [InlineData("error-404", 404, "litellm.NotFoundError: ", "invalid_request_error")]
    [InlineData("error-422", 422, "litellm.UnprocessableEntityError: ", "invalid_request_error")]
    [InlineData("error-429", 429, "litellm.RateLimitError: RateLimitError: OpenAIException - ", "rate_limit_error")]
    public async Task RefusalOfTheUpstream_KeepsItsStatus(string model, int status, string message, string type)
    {
        var answer = await shared.Gateway.ChatAsync(GatewayFixture.Chat(model));

        answer.ShouldBeError(status, message, null, type);
        answer.Header("x-litellm-model-id").ShouldNotBeNullOrEmpty();
        answer.Header("llm_provider-x-request-id")!.ShouldStartWith("req_mock");
        await shared.Gateway.ShouldStillServeAsync();
    }

    [Fact]
    public async Task RateLimit_KeepsRetryAfter_AndTheUpstreamsOwnCode()
    {
        var answer = await shared.Gateway.ChatAsync(GatewayFixture.Chat("error-429"));

        answer.Header("retry-after").ShouldBe("1");
        answer.Json.GetProperty("error").GetProperty("provider_specific_fields").GetProperty("upstream").GetProperty("code").GetString()
            .ShouldBe("rate_limit_exceeded");
    }

    [Theory]
    [InlineData("stall-headers")]
    [InlineData("stall-mid-body")]
    public async Task Stall_EndsWith408AndLeavesTheUpstream(string model)
    {
        var answer = await shared.Gateway.ChatAsync(GatewayFixture.Chat(model, ",\"timeout\":0.2"));

        answer.ShouldBeError(408, "litellm.Timeout: APITimeoutError - Request timed out. ");
        answer.Header("x-litellm-timeout").ShouldBe("0.2");
        (await shared.Gateway.LastUpstreamRequest.Aborted.WaitAsync(TimeSpan.FromSeconds(60), GatewayFixture.Token)).ShouldBeTrue();
        await shared.Gateway.ShouldStillServeAsync();
    }

    [Theory]
    [InlineData("ok")]
    [InlineData("gzip")]
    [InlineData("bom")]
    [InlineData("split-1")]
    [InlineData("no-usage")]
    [InlineData("extra")]
    public async Task Oddity_IsServedAllTheSame(string model)
    {
        var answer = await shared.Gateway.ChatAsync(GatewayFixture.Chat(model));

        answer.Status.ShouldBe(200, answer.Body);
        answer.Text.ShouldBe(GatewayFixture.Text);
        answer.Json.GetProperty("model").GetString().ShouldBe(model);
        answer.Json.GetProperty("usage").GetProperty("total_tokens").GetInt32().ShouldBeGreaterThan(0);
        answer.Header("content-encoding").ShouldBeNull();
        answer.Body.ShouldStartWith("{");
        answer.Header("content-length").ShouldBe(Encoding.UTF8.GetByteCount(answer.Body).ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task UnknownMembers_ReachTheClient()
    {
        var direct = await DirectAsync(MockHeaders.Extra);
        var answer = await shared.Gateway.ChatAsync(GatewayFixture.Chat("extra"));

        answer.Json.EnumerateObject().Select(member => member.Name).ShouldBe(direct.Json.EnumerateObject().Select(member => member.Name));
    }

    [Theory]
    [InlineData("gzip", "not gzip at all")]
    [InlineData("deflate", "not deflate at all")]
    [InlineData("br", "not brotli at all")]
    public async Task BodyThatIsNotCompressedAsAnnounced_IsAnUpstreamError(string encoding, string body)
    {
        await using var raw = await RawScriptServer.StartAsync(_ => Script(
            $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: {encoding}\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
        await using var gateway = await GatewayFixture.StartAsync(new TestModel("ok"), new TestModel("raw") { ApiBase = raw.BaseAddress + "v1" });

        (await gateway.ChatAsync(GatewayFixture.Chat("raw"))).ShouldBeError(500, "litellm.InternalServerError: ", null, "internal_server_error");
        (await gateway.StreamAsync("raw")).ShouldBeError(500, "litellm.InternalServerError: ", null, "internal_server_error");
        await gateway.ShouldStillServeAsync();
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\r\n", "the upstream's answer is empty")]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", "the upstream's answer is empty")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", "Upstream answered with status 302; check api_base.")]
    [InlineData("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", "Upstream answered 500 InternalServerError without a body.")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnull", "lacks the content|not JSON|Invalid response object")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", "Connection error. The upstream's answer is not valid HTTP.")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "Connection error. ")]
    public async Task AnswerThatNoUpstreamShouldSend_IsAnUpstreamError(string wire, string message)
    {
        await using var raw = await RawScriptServer.StartAsync(_ => Script(wire));
        await using var gateway = await GatewayFixture.StartAsync(new TestModel("ok"), new TestModel("raw") { ApiBase = raw.BaseAddress + "v1" });
        var answer = await gateway.ChatAsync(GatewayFixture.Chat("raw"));

        answer.Status.ShouldBe(500, answer.Body);
        message.Split('|').ShouldContain(part => answer.Error.Message.Contains(part, StringComparison.Ordinal), answer.Body);
        await gateway.ShouldStillServeAsync();
    }

    [Fact]
    public async Task UpstreamThatRepeatsTheKey_DoesNotTellTheClient()
    {
        const string Body =
            """{"error":{"message":"Incorrect API key provided: sk-proj-abcdef123456. Authorization: Bearer tok-abcdef123456","type":"x"}}""";
        await using var raw = await RawScriptServer.StartAsync(_ => Script($"HTTP/1.1 401 No\r\nContent-Length: {Body.Length}\r\n\r\n{Body}"));
        await using var gateway = await GatewayFixture.StartAsync(new TestModel("ok"), new TestModel("raw") { ApiBase = raw.BaseAddress + "v1" });
        var answer = await gateway.ChatAsync(GatewayFixture.Chat("raw"));

        answer.Status.ShouldBe(401);
        answer.Body.ShouldNotContain("abcdef123456");
        answer.Error.Message.ShouldContain("Incorrect API key provided: sk-****");
    }

    [Fact]
    public async Task CompressedError_IsReadable()
    {
        var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync("""{"error":{"message":"too spicy","type":"invalid_request_error","code":null}}"""u8.ToArray(), GatewayFixture.Token);
        }

        byte[] wire = [.. Encoding.ASCII.GetBytes($"HTTP/1.1 400 No\r\nContent-Encoding: gzip\r\nContent-Length: {packed.Length}\r\n\r\n"), .. packed.ToArray()];
        await using var raw = await RawScriptServer.StartAsync(_ => Script(wire));
        await using var gateway = await GatewayFixture.StartAsync(new TestModel("raw") { ApiBase = raw.BaseAddress + "v1" });

        (await gateway.ChatAsync(GatewayFixture.Chat("raw"))).ShouldBeError(400, "litellm.BadRequestError: OpenAIException - too spicy");
    }

    private async Task<Answer> DirectAsync(string header)
    {
        using var client = new HttpClient { BaseAddress = shared.Gateway.Upstream.BaseAddress };
        client.DefaultRequestHeaders.Add(header, "true");
        using var response = await client.PostAsync("v1/chat/completions", new StringContent(GatewayFixture.Chat("up-model")), GatewayFixture.Token);
        return await Answer.ReadAsync(response);
    }

    private static IAsyncEnumerable<RawStep> Script(string wire) => Script(Encoding.UTF8.GetBytes(wire));

    private static async IAsyncEnumerable<RawStep> Script(byte[] wire)
    {
        await Task.CompletedTask;
        yield return RawStep.Send(wire);
        yield return RawStep.Close;
    }

    public sealed class Gateways : SharedGateway
    {
        private protected override GatewaySetup Setup => new()
        {
            Models =
            [
                new("ok"),
                new("html-200", (MockHeaders.Html, "200")),
                new("html-404", (MockHeaders.Html, "404")),
                new("html-502", (MockHeaders.Html, "502")),
                new("cut-headers", (MockHeaders.Cut, "headers")),
                new("cut-status-line", (MockHeaders.Cut, "status-line")),
                new("cut-mid-headers", (MockHeaders.Cut, "mid-headers")),
                new("cut-mid-body", (MockHeaders.Cut, "mid-body")),
                new("cut-after-chunks", (MockHeaders.Cut, "after-chunks:3")),
                new("reset-headers", (MockHeaders.Cut, "headers"), (MockHeaders.CutReset, "true")),
                new("reset-mid-body", (MockHeaders.Cut, "mid-body"), (MockHeaders.CutReset, "true")),
                new("error-in-200", (MockHeaders.ErrorIn200, "true")),
                new("choices-null", (MockHeaders.EmptyChoices, "null")),
                new("choices-empty", (MockHeaders.EmptyChoices, "empty")),
                new("stall-headers", (MockHeaders.Stall, "headers")),
                new("stall-mid-body", (MockHeaders.Stall, "after-chunks:1")),
                new("gzip", (MockHeaders.Gzip, "true")),
                new("bom", (MockHeaders.Bom, "true")),
                new("split-1", (MockHeaders.SplitBytes, "1")),
                new("no-usage", (MockHeaders.NoUsage, "true")),
                new("extra", (MockHeaders.Extra, "true")),
                new("refused") { ApiBase = $"http://127.0.0.1:{ClosedPort()}/v1" },
                new("unknown-host") { ApiBase = "http://no-such-host.invalid/v1" },
                .. new[] { 400, 401, 403, 404, 422, 429, 500, 503 }.Select(status => new TestModel($"error-{status}", (MockHeaders.ErrorStatus, $"{status}"))),
            ],
        };

        private static int ClosedPort()
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
    }
}
