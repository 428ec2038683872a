using Tollgate.Engine.Upstream;

namespace Tollgate.Providers.Tests;

public sealed class ClassifyTests
{
    [Theory]
    [InlineData(400, UpstreamErrorKind.BadRequest)]
    [InlineData(401, UpstreamErrorKind.Authentication)]
    [InlineData(402, UpstreamErrorKind.Api)]
    [InlineData(403, UpstreamErrorKind.PermissionDenied)]
    [InlineData(404, UpstreamErrorKind.NotFound)]
    [InlineData(405, UpstreamErrorKind.BadRequest)]
    [InlineData(408, UpstreamErrorKind.Timeout)]
    [InlineData(409, UpstreamErrorKind.Conflict)]
    [InlineData(413, UpstreamErrorKind.ContextWindowExceeded)]
    [InlineData(418, UpstreamErrorKind.Api)]
    [InlineData(422, UpstreamErrorKind.UnprocessableEntity)]
    [InlineData(424, UpstreamErrorKind.BadRequest)]
    [InlineData(429, UpstreamErrorKind.RateLimit)]
    [InlineData(498, UpstreamErrorKind.ServiceUnavailable)]
    [InlineData(500, UpstreamErrorKind.InternalServer)]
    [InlineData(502, UpstreamErrorKind.BadGateway)]
    [InlineData(503, UpstreamErrorKind.ServiceUnavailable)]
    [InlineData(504, UpstreamErrorKind.Timeout)]
    [InlineData(521, UpstreamErrorKind.ServiceUnavailable)]
    [InlineData(524, UpstreamErrorKind.Timeout)]
    [InlineData(529, UpstreamErrorKind.InternalServer)]
    [InlineData(599, UpstreamErrorKind.InternalServer)]
    public void Status_Decides(int status, UpstreamErrorKind kind)
    {
        var connection = Providers.Connect("openai/m");
        connection.Classify(status, "").ShouldBe(kind);
        connection.Classify(status, "<html>\0 not json").ShouldBe(kind);
        connection.Classify(status, """{"error":{"message":"oops","type":"x"}}""").ShouldBe(kind);
    }

    [Theory]
    [InlineData(400, """{"error":{"code":"context_length_exceeded","message":"too long"}}""", UpstreamErrorKind.ContextWindowExceeded)]
    [InlineData(
        400, """{"error":{"message":"This model's maximum context length is 8192 tokens."}}""", UpstreamErrorKind.ContextWindowExceeded)]
    [InlineData(
        400, """{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}}""",
        UpstreamErrorKind.ContextWindowExceeded)]
    [InlineData(500, """{"message":"prompt is too long: 300000 tokens"}""", UpstreamErrorKind.ContextWindowExceeded)]
    [InlineData(
        400, """{"error":{"code":"content_filter","innererror":{"code":"ResponsibleAIPolicyViolation"}}}""",
        UpstreamErrorKind.ContentPolicyViolation)]
    [InlineData(
        400, """{"error":{"type":"invalid_request_error","code":"content_policy_violation"}}""", UpstreamErrorKind.ContentPolicyViolation)]
    [InlineData(400, """{"error":{"message":"Incorrect API key provided: sk-1"}}""", UpstreamErrorKind.Authentication)]
    [InlineData(400, """{"error":{"type":"invalid_request_error","code":"model_not_found"}}""", UpstreamErrorKind.NotFound)]
    [InlineData(400, """{"message":"Rate limit reached"}""", UpstreamErrorKind.RateLimit)]
    [InlineData(500, """{"message":"upstream said 429, rate limit"}""", UpstreamErrorKind.InternalServer)]
    [InlineData(429, """{"message":"maximum context length"}""", UpstreamErrorKind.RateLimit)]
    [InlineData(503, """{"message":"maximum context length"}""", UpstreamErrorKind.ServiceUnavailable)]
    [InlineData(429, """{"error":{"message":"litellm.RateLimitError: RateLimitError: x"}}""", UpstreamErrorKind.RateLimit)]
    [InlineData(
        400, """{"error":{"message":"litellm.ContextWindowExceededError: litellm.BadRequestError: x"}}""",
        UpstreamErrorKind.ContextWindowExceeded)]
    [InlineData(500, """{"error":{"message":"you wrote litellm.AuthenticationError in the prompt"}}""", UpstreamErrorKind.InternalServer)]
    [InlineData(400, """{"error":{"message":"litellm.NonsenseError: x"}}""", UpstreamErrorKind.BadRequest)]
    [InlineData(200, """{"error":{"type":"rate_limit_error"}}""", UpstreamErrorKind.RateLimit)]
    [InlineData(200, """{"error":{"type":"invalid_request_error"}}""", UpstreamErrorKind.BadRequest)]
    [InlineData(200, """{"error":{"type":"authentication_error"}}""", UpstreamErrorKind.Authentication)]
    [InlineData(200, """{"error":"?"}""", UpstreamErrorKind.InternalServer)]
    [InlineData(0, """{"error":{"message":"This model's maximum context length is 1"}}""", UpstreamErrorKind.ContextWindowExceeded)]
    public void Texts_RefineWhatTheStatusLeavesOpen(int status, string body, UpstreamErrorKind kind)
        => Providers.Connect("openai/m").Classify(status, body).ShouldBe(kind);

    [Theory]
    [InlineData("groq/m", 413, "Request too large for model", UpstreamErrorKind.RateLimit)]
    [InlineData("groq/m", 400, "Please reduce the length of the messages or completion.", UpstreamErrorKind.ContextWindowExceeded)]
    [InlineData("xai/m", 403, "Content violates usage guidelines", UpstreamErrorKind.ContentPolicyViolation)]
    [InlineData("openai/m", 403, "Content violates usage guidelines", UpstreamErrorKind.PermissionDenied)]
    [InlineData("together_ai/m", 400, "invalid private key", UpstreamErrorKind.Authentication)]
    [InlineData("github/m", 413, "tokens_limit_reached", UpstreamErrorKind.ContextWindowExceeded)]
    [InlineData(
        "mistral/m", 400, "Prompt contains 9 tokens, too large for model with 8 maximum context length",
        UpstreamErrorKind.ContextWindowExceeded)]
    public void Rows_AddTheirOwnTexts(string model, int status, string body, UpstreamErrorKind kind)
        => Providers.Connect(model).Classify(status, body).ShouldBe(kind);

    [Fact]
    public void HugeBody_IsReadInPart()
        => Providers.Connect("openai/m").Classify(500, new string('x', 5_000_000)).ShouldBe(UpstreamErrorKind.InternalServer);
}
