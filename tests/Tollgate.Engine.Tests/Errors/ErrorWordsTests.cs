using System.Text;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Routing;
using Tollgate.Engine.Upstream;

namespace Tollgate.Engine.Tests.Errors;

/// <summary>The texts that clients search for (09-cross-cutting.md 1.1).</summary>
public sealed class ErrorWordsTests
{
    private const string Body = """{"error":{"message":"boom sk-abcdef123456"}}""";

    private const string Masked = """{"error":{"message":"boom sk-****"}}""";

    [Theory]
    [InlineData(UpstreamErrorKind.BadRequest, "litellm.BadRequestError: FakeException - boom sk-****")]
    [InlineData(
        UpstreamErrorKind.ContextWindowExceeded,
        "litellm.ContextWindowExceededError: litellm.BadRequestError: ContextWindowExceededError: FakeException - boom sk-****")]
    [InlineData(
        UpstreamErrorKind.ContentPolicyViolation,
        "litellm.BadRequestError: litellm.ContentPolicyViolationError: ContentPolicyViolationError: FakeException - boom sk-****")]
    [InlineData(UpstreamErrorKind.Authentication, "litellm.AuthenticationError: AuthenticationError: FakeException - boom sk-****")]
    [InlineData(UpstreamErrorKind.PermissionDenied, "litellm.PermissionDeniedError: PermissionDeniedError: FakeException - boom sk-****")]
    [InlineData(UpstreamErrorKind.NotFound, "litellm.NotFoundError: NotFoundError: FakeException - boom sk-****")]
    [InlineData(UpstreamErrorKind.RateLimit, "litellm.RateLimitError: RateLimitError: FakeException - boom sk-****")]
    [InlineData(UpstreamErrorKind.InternalServer, "litellm.InternalServerError: InternalServerError: FakeException - boom sk-****")]
    [InlineData(UpstreamErrorKind.ServiceUnavailable, "litellm.ServiceUnavailableError: ServiceUnavailableError: FakeException - boom sk-****")]
    [InlineData(UpstreamErrorKind.Connection, "litellm.APIConnectionError: APIConnectionError: FakeException - boom sk-****")]
    [InlineData(UpstreamErrorKind.Timeout, "litellm.Timeout: Timeout Error: FakeException - boom sk-****")]
    [InlineData(UpstreamErrorKind.UnprocessableEntity, "litellm.UnprocessableEntityError: FakeException - boom sk-****")]
    public void OpenAi_SaysTheClassTwice(UpstreamErrorKind kind, string text) => ErrorWords.Of(Outcome(ErrorWording.Message, kind)).ShouldBe(text);

    [Theory]
    [InlineData(ErrorWording.Body, UpstreamErrorKind.RateLimit, "litellm.RateLimitError: RateLimitError: FakeException - " + Masked)]
    [InlineData(ErrorWording.MessageOnce, UpstreamErrorKind.RateLimit, "litellm.RateLimitError: FakeException - boom sk-****")]
    [InlineData(ErrorWording.MessageOnce, UpstreamErrorKind.Authentication, "litellm.AuthenticationError: FakeException AuthenticationError - boom sk-****")]
    [InlineData(ErrorWording.BodyOnce, UpstreamErrorKind.RateLimit, "litellm.RateLimitError: FakeException - " + Masked)]
    [InlineData(ErrorWording.BodyWithClass, UpstreamErrorKind.BadRequest, "litellm.BadRequestError: FakeException BadRequestError - " + Masked)]
    [InlineData(ErrorWording.BodyWithClass, UpstreamErrorKind.RateLimit, "litellm.RateLimitError: FakeException - " + Masked)]
    [InlineData(ErrorWording.BodyWithAdvice, UpstreamErrorKind.Authentication, "litellm.AuthenticationError: FakeException - " + Masked)]
    [InlineData(
        ErrorWording.BodyWithAdvice, UpstreamErrorKind.ContextWindowExceeded,
        "litellm.ContextWindowExceededError: litellm.BadRequestError: FakeError - " + Masked)]
    [InlineData(
        ErrorWording.BodyWithAdvice, UpstreamErrorKind.ServiceUnavailable,
        "litellm.ServiceUnavailableError: FakeException - " + Masked + ". Handle with `litellm.ServiceUnavailableError`.")]
    public void OthersQuoteTheBody(ErrorWording wording, UpstreamErrorKind kind, string text) => ErrorWords.Of(Outcome(wording, kind)).ShouldBe(text);

    [Fact]
    public void OverloadedProvider_HasNoAdvice()
        => ErrorWords.Of(Outcome(ErrorWording.BodyWithAdvice, UpstreamErrorKind.InternalServer, """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"""))
            .ShouldBe("""litellm.InternalServerError: FakeError - {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""");

    [Fact]
    public void UnknownModelOfOpenAi_IsSaidOnce()
        => ErrorWords.Of(Outcome(ErrorWording.Message, UpstreamErrorKind.NotFound, """{"error":{"message":"m","code":"model_not_found"}}"""))
            .ShouldBe("litellm.NotFoundError: FakeException - m");

    [Theory]
    [InlineData(504, 504)]
    [InlineData(408, 408)]
    [InlineData(524, 408)]
    public void Timeout_KeepsTheGatewaysStatus(int upstream, int status) => ErrorClasses.StatusOf(UpstreamErrorKind.Timeout, upstream).ShouldBe(status);

    private static AttemptOutcome Outcome(ErrorWording wording, UpstreamErrorKind kind, string body = Body)
    {
        var deployment = new Deployment(Calls.Deployment("a", "m"), new FakeConnection("x") { Wording = wording }, "m");
        var read = UpstreamErrors.FromBody(deployment, 400, Encoding.UTF8.GetBytes(body), null, TimeProvider.System);
        return new AttemptOutcome
        {
            Deployment = deployment,
            Kind = kind,
            Status = 500,
            Message = read.Message,
            Quoted = read.Quoted,
            UpstreamType = read.UpstreamType,
            UpstreamCode = read.UpstreamCode,
        };
    }
}
