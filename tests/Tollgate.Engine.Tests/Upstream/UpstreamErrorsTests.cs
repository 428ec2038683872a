using System.Net;
using System.Text;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;
using Tollgate.Engine.Upstream;

namespace Tollgate.Engine.Tests.Upstream;

public class UpstreamErrorsTests
{
    private static readonly Deployment Deployment = new(Calls.Deployment("a", "m"), new FakeConnection("x"), "m");

    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void ErrorObject_IsReadWhole()
    {
        var outcome = FromBody(429, """{"error":{"message":"slow down","type":"requests","param":"p","code":"rate_limit_exceeded"}}""");
        outcome.Kind.ShouldBe(UpstreamErrorKind.RateLimit);
        outcome.Status.ShouldBe(429);
        outcome.Message.ShouldBe("slow down");
        (outcome.UpstreamType, outcome.UpstreamParam, outcome.UpstreamCode).ShouldBe(("requests", "p", "rate_limit_exceeded"));
        outcome.Succeeded.ShouldBeFalse();
        outcome.IsOurs.ShouldBeFalse();
    }

    [Theory]
    [InlineData("""{"error":{"message":"m","code":429}}""", 429)]
    [InlineData("""{"error":{"message":"m","code":"503"}}""", 503)]
    [InlineData("""{"error":{"message":"m","code":"overloaded"}}""", 500)]
    [InlineData("""{"error":{"message":"m","code":200}}""", 500)]
    [InlineData("""{"error":"m"}""", 500)]
    public void ErrorUnderStatus200_HasTheStatusOfItsCode(string body, int status) => FromBody(200, body).Status.ShouldBe(status);

    [Theory]
    [InlineData("""{"detail":"Not Found"}""", "Not Found")]
    [InlineData("""{"detail":[{"loc":["body","messages",0],"msg":"field required"},{"msg":"bad"}]}""", "body.messages.0: field required; bad")]
    [InlineData("""{"detail":[1]}""", "[1]")]
    [InlineData("""{"errors":[{"code":"x","message":"no such model"}],"trace":"t"}""", "no such model")]
    [InlineData("""{"error_message":"m"}""", "m")]
    [InlineData("""{"Message":"m"}""", "m")]
    [InlineData("""{"base_resp":{"status_code":1004,"status_msg":"login fail"}}""", "login fail")]
    [InlineData("plain text", "plain text")]
    [InlineData("", "Upstream answered 500 InternalServerError without a body.")]
    [InlineData(" \r\n", "Upstream answered 500 InternalServerError without a body.")]
    [InlineData("""{"error":{"message":""}}""", """{"error":{"message":""}}""")]
    [InlineData("<html><head><style>p { x }</style><script>alert(1)</script></head>\n<body><h1>502  Bad\nGateway</h1>nginx</body></html>", "Upstream answered 500 with a page instead of JSON: 502 Bad Gateway nginx")]
    public void OtherBodies_BecomeText(string body, string message) => FromBody(500, body).Message.ShouldBe(message);

    [Theory]
    [InlineData("Incorrect API key provided: sk-abcdef123456.", "Incorrect API key provided: sk-****")]
    [InlineData("Incorrect API key provided: sk-proj-abc_DEF*****xyz, see", "Incorrect API key provided: sk-****, see")]
    [InlineData("bad header 'Authorization: Bearer abc.def-ghi'", "bad header 'Authorization: Bearer ****'")]
    [InlineData("GET https://x/v1?key=AIzaSyA1234567&alt=sse failed", "GET https://x/v1?key=****&alt=sse failed")]
    [InlineData("bearer of bad news", "bearer of bad news")]
    [InlineData("task-specific disk-storage-01", "task-specific disk-storage-01")]
    [InlineData("key gsk_abcdefgh1234 and xai-abcdefgh1234", "key gsk_**** and xai-****")]
    [InlineData("key AIzaSyA1234567", "key AIza****")]
    [InlineData("user AKIAIOSFODNN7EXAMPLE is not", "user AKIA**** is not")]
    public void Keys_AreMasked(string message, string masked)
        => FromBody(401, $$$"""{"error":{"message":"{{{message}}}"}}""").Message.ShouldBe(masked);

    [Fact]
    public void EndlessMessages_AreCut()
    {
        FromBody(500, $$"""{"error":"{{new string('x', 50_000)}}"}""").Message.Length.ShouldBe(2001);
        FromBody(500, new string('y', 50_000)).Message.Length.ShouldBe(2001);
        FromBody(500, "<p>" + new string('z', 50_000)).Message.Length.ShouldBeLessThan(300);
    }

    [Theory]
    [InlineData("retry-after", "7", 7.0)]
    [InlineData("retry-after", "0", 0.0)]
    [InlineData("retry-after", "Thu, 01 Jan 2026 00:01:30 GMT", 90.0)]
    [InlineData("retry-after", "soon", null)]
    [InlineData("retry-after-ms", "250", 0.25)]
    [InlineData("retry-after-ms", "1500.5", 1.5005)]
    [InlineData("retry-after-ms", "-1", null)]
    [InlineData("retry-after-ms", "many", null)]
    [InlineData("x-other", "7", null)]
    public void RetryAfter_IsReadInAllItsForms(string name, string value, double? seconds)
    {
        using var response = new HttpResponseMessage();
        response.Headers.TryAddWithoutValidation(name, value);
        UpstreamErrors.RetryAfterOf(response.Headers, _time)?.TotalSeconds.ShouldBe(seconds!.Value);
        (UpstreamErrors.RetryAfterOf(response.Headers, _time) is null).ShouldBe(seconds is null);
    }

    [Theory]
    [InlineData(429, "Rate limit reached. Please try again in 1.2s. Visit", 1.2)]
    [InlineData(429, "Please try again in 250ms.", 0.25)]
    [InlineData(429, "Please try again later.", null)]
    [InlineData(500, "Please try again in 1.2s.", null)]
    public void MessageOfARateLimit_MaySayHowLong(int status, string message, double? seconds)
        => FromBody(status, $$$"""{"error":{"message":"{{{message}}}"}}""").RetryAfter?.TotalSeconds.ShouldBe(seconds!.Value);

    [Fact]
    public void Cause_IsKept()
        => FromBody(400, """{"error":{"message":"m","code":"content_filter","innererror":{"code":"ResponsibleAIPolicyViolation"}}}""")
            .InnerError.ShouldBe("""{"code":"ResponsibleAIPolicyViolation"}""");

    [Fact]
    public void Milliseconds_WinOverSeconds()
    {
        using var response = new HttpResponseMessage();
        response.Headers.TryAddWithoutValidation("retry-after", "7");
        response.Headers.TryAddWithoutValidation("retry-after-ms", "100");
        UpstreamErrors.RetryAfterOf(response.Headers, _time).ShouldBe(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public async Task Response_KeepsItsHeadersAndReadsOnlySoMuch()
    {
        using var response = new HttpResponseMessage(HttpStatusCode.TooManyRequests);
        response.Headers.TryAddWithoutValidation("retry-after", "7");
        using var body = new MemoryStream(Encoding.UTF8.GetBytes(new string('x', 1_000_000)));
        var outcome = await UpstreamErrors.FromResponseAsync(Deployment, response, body, _time, CancellationToken.None);
        outcome.RetryAfter.ShouldBe(TimeSpan.FromSeconds(7));
        outcome.RetryAfterHeader.ShouldBe("7");
        outcome.Headers.ShouldBeSameAs(response.Headers);
        body.Position.ShouldBeLessThan(100_000);
    }

    [Theory]
    [InlineData(HttpRequestError.NameResolutionError, "Connection error. The upstream's host name could not be resolved.")]
    [InlineData(HttpRequestError.ConnectionError, "Connection error. The upstream refused the connection or could not be reached.")]
    [InlineData(HttpRequestError.SecureConnectionError, "Connection error. The TLS handshake with the upstream failed.")]
    [InlineData(HttpRequestError.Unknown, "Connection error. The connection to the upstream broke.")]
    public void TransportFailure_IsDescribedWithoutAddresses(HttpRequestError error, string message)
    {
        using var clock = Clock(default);
        var outcome = UpstreamErrors.FromException(Deployment, new HttpRequestException(error, "secret.internal:8443"), clock);
        (outcome.Kind, outcome.Status, outcome.Message).ShouldBe((UpstreamErrorKind.Connection, 500, message));
    }

    [Theory]
    [InlineData(2, "Request timed out. No first chunk within 2 seconds.")]
    [InlineData(20, "Request timed out. No complete answer within 10 seconds.")]
    public void Timeout_SaysWhichLimitWasOverrun(double first, string message)
    {
        using var clock = new AttemptClock(
            _time, new CallTimeouts(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(Math.Min(first, 10)), TimeSpan.FromSeconds(5)), default);
        _time.Advance(10);
        var outcome = UpstreamErrors.FromException(Deployment, new OperationCanceledException(), clock);
        (outcome.Kind, outcome.Status, outcome.Message).ShouldBe((UpstreamErrorKind.Timeout, 408, message));
    }

    [Fact]
    public void SilentStream_IsATimeoutOfItsOwn()
    {
        using var clock = Clock(default);
        clock.Touch();
        _time.Advance(5);
        UpstreamErrors.FromException(Deployment, new OperationCanceledException(), clock).Message.ShouldBe("Request timed out. No further chunk within 5 seconds.");
    }

    [Fact]
    public void ClientThatLeft_IsNobodysFailure()
    {
        using var clock = Clock(new CancellationToken(canceled: true));
        var outcome = UpstreamErrors.FromException(Deployment, new OperationCanceledException(), clock);
        (outcome.Kind, outcome.Status, outcome.Message).ShouldBe((UpstreamErrorKind.ClientGone, 499, "Client disconnected the request"));
    }

    [Fact]
    public void FaultOfTheConnection_IsOurs()
    {
        var outcome = UpstreamErrors.FromFault(Deployment, new ConnectionFault(UpstreamErrorKind.Authentication, "no key"));
        (outcome.Kind, outcome.Status, outcome.Message, outcome.IsOurs).ShouldBe((UpstreamErrorKind.Authentication, 401, "no key", true));
    }

    private AttemptClock Clock(CancellationToken client)
        => new(_time, new CallTimeouts(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5)), client);

    private AttemptOutcome FromBody(int status, string body) => UpstreamErrors.FromBody(Deployment, status, Encoding.UTF8.GetBytes(body), null, _time);
}
