using System.Net;
using System.Text;
using Tollgate.Mock;

namespace Tollgate.Tests.Loopback;

/// <summary>Bodies and headers of unusual size, and numbers in headers that are none.</summary>
public sealed class RequestSizeTests(RequestSizeTests.Gateways shared) : IClassFixture<RequestSizeTests.Gateways>
{
    private const int Megabyte = 1024 * 1024;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task BodyOf50Megabytes_ReachesTheUpstream(bool chunked)
    {
        var body = BodyOf(50 * Megabyte);
        var answer = await SendAsync(body, chunked);

        answer.Status.ShouldBe(200, answer.Body);
        answer.Text.ShouldBe(GatewayFixture.Text);
        shared.Gateway.LastUpstreamRequest.Body.Length.ShouldBe(body.Length - "ok".Length + "up-model".Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task BodyAboveTheLimit_IsRefused(bool chunked)
    {
        var before = shared.Gateway.Upstream.Statistics.Requests;
        var answer = await SendAsync(BodyOf(52 * Megabyte), chunked);

        answer.ShouldBeError(400, "Request size is too large. Request size is ", "content-length", "bad_request_error");
        answer.Error.Message.ShouldEndWith(" MB. Max size is 51 MB");
        if (!chunked)
        {
            answer.Error.Message.ShouldBe("Request size is too large. Request size is 52 MB. Max size is 51 MB");
        }

        shared.Gateway.Upstream.Statistics.Requests.ShouldBe(before);
        await shared.Gateway.ShouldStillServeAsync();
    }

    [Fact]
    public async Task HeadersBeyondTheLimit_Are431()
    {
        using var response = await shared.Gateway.OpenAsync("v1/chat/completions", GatewayFixture.Chat("ok"), ("x-huge", new string('x', 200_000)));

        response.StatusCode.ShouldBe(HttpStatusCode.RequestHeaderFieldsTooLarge);
        await shared.Gateway.ShouldStillServeAsync();
    }

    [Fact]
    public async Task TooManyHeaders_Are431()
    {
        var headers = Enumerable.Range(0, 2000).Select(i => ($"x-many-{i}", "1")).ToArray();
        using var response = await shared.Gateway.OpenAsync("v1/chat/completions", GatewayFixture.Chat("ok"), headers);

        response.StatusCode.ShouldBe(HttpStatusCode.RequestHeaderFieldsTooLarge);
        await shared.Gateway.ShouldStillServeAsync();
    }

    [Fact]
    public async Task LongButLegalHeader_IsServed()
    {
        var answer = await shared.Gateway.ChatAsync(GatewayFixture.Chat("ok"), ("Cookie", new string('x', 40_000)));

        answer.Text.ShouldBe(GatewayFixture.Text);
    }

    [Theory]
    [InlineData("x-litellm-timeout", "soon")]
    [InlineData("x-litellm-timeout", "0")]
    [InlineData("x-litellm-timeout", "-5")]
    [InlineData("x-litellm-timeout", "NaN")]
    [InlineData("x-litellm-timeout", "Infinity")]
    [InlineData("x-litellm-stream-timeout", "1,5")]
    [InlineData("x-litellm-num-retries", "-1")]
    [InlineData("x-litellm-num-retries", "1.5")]
    [InlineData("x-litellm-num-retries", "many")]
    public async Task NumberHeaderThatIsNone_Is400NamingIt(string name, string value)
    {
        var answer = await shared.Gateway.ChatAsync(GatewayFixture.Chat("ok"), (name, value));

        answer.ShouldBeError(400, $"'{name}'", name);
        await shared.Gateway.ShouldStillServeAsync();
    }

    [Theory]
    [InlineData("x-litellm-timeout", "1e9")]
    [InlineData("x-litellm-timeout", "2.5")]
    [InlineData("x-litellm-num-retries", "0")]
    public async Task NumberHeaderThatIsOne_IsAccepted(string name, string value)
    {
        var answer = await shared.Gateway.ChatAsync(GatewayFixture.Chat("ok"), (name, value));

        answer.Text.ShouldBe(GatewayFixture.Text);
    }

    [Fact]
    public async Task AnswerAboveTheResponseLimit_IsRefused()
    {
        var answer = await shared.Gateway.ChatAsync(GatewayFixture.Chat("talkative"));

        answer.ShouldBeError(400, "Response size is too large. Response size is at least ");
        answer.Error.Message.ShouldContain("Max size is 2 MB");
        await shared.Gateway.ShouldStillServeAsync();
    }

    [Fact]
    public async Task StreamAboveTheResponseLimit_IsServed()
    {
        var answer = await shared.Gateway.StreamAsync("talkative");

        answer.Events[^1].ShouldBe(Answer.Done);
        answer.Text.Length.ShouldBeGreaterThan(3 * Megabyte);
    }

    private async Task<Answer> SendAsync(byte[] body, bool chunked)
    {
        HttpContent content = chunked ? new ChunkedContent(body) : new ByteArrayContent(body);
        using var response = await shared.Gateway.SendAsync(HttpMethod.Post, "v1/chat/completions", content);
        return await Answer.ReadAsync(response);
    }

    private static byte[] BodyOf(int size)
    {
        var frame = """{"model":"ok","messages":[{"role":"user","content":""}]}""";
        var at = frame.IndexOf("\"\"", StringComparison.Ordinal) + 1;
        return Encoding.ASCII.GetBytes(frame.Insert(at, new string('x', size - frame.Length)));
    }

    /// <summary>A body that does not say how long it is.</summary>
    private sealed class ChunkedContent(byte[] body) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (var i = 0; i < body.Length; i += Megabyte)
            {
                await stream.WriteAsync(body.AsMemory(i, Math.Min(Megabyte, body.Length - i)));
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    public sealed class Gateways : SharedGateway
    {
        private protected override GatewaySetup Setup => new()
        {
            Models = [new("ok"), new("talkative", (MockHeaders.Text, new string('t', 3000)), (MockHeaders.BigEventBytes, $"{3 * Megabyte}"))],
            General = "max_request_size_mb: 51, max_response_size_mb: 2",
        };
    }
}
