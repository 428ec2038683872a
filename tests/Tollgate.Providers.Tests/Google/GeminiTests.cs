using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;

namespace Tollgate.Providers.Tests.Google;

public class GeminiTests
{
    [Theory]
    [InlineData(null, false, "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent")]
    [InlineData(null, true, "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse")]
    [InlineData("https://gw.example/google/v1", false, "https://gw.example/google/v1/models/gemini-2.5-flash:generateContent")]
    [InlineData("https://gw.example/v1beta/models", true, "https://gw.example/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse")]
    [InlineData("https://gw.example", false, "https://gw.example/v1beta/models/gemini-2.5-flash:generateContent")]
    public void Address_HoldsTheModel(string? apiBase, bool stream, string expected)
        => Connect("gemini/gemini-2.5-flash", apiBase).EndpointFor(Surface.GenerateContent, stream, null).Uri!.AbsoluteUri.ShouldBe(expected);

    [Fact]
    public void PromptThatIsBlocked_IsOneOfPolicy()
        => Providers.Connect("gemini/tts").Classify(200, """{"promptFeedback":{"blockReason":"SAFETY"}}""").ShouldBe(UpstreamErrorKind.ContentPolicyViolation);

    [Fact]
    public void TunedModel_HasAPathOfItsOwn()
        => Connect("gemini/tunedModels/x").EndpointFor(Surface.GenerateContent, stream: false, null).Uri!.AbsolutePath.ShouldBe("/v1beta/tunedModels/x:generateContent");

    [Fact]
    public void ModelThatLeadsElsewhere_IsRefused()
        => Connect("gemini/../../x").EndpointFor(Surface.GenerateContent, stream: false, null).Fault!.Kind.ShouldBe(UpstreamErrorKind.BadRequest);

    [Theory]
    [InlineData(Surface.Chat)]
    [InlineData(Surface.Messages)]
    [InlineData(Surface.Responses)]
    [InlineData(Surface.GenerateContent)]
    public void ChatCalls_AreSpokenInGooglesDialect(Surface surface)
        => Connect("gemini/gemini-2.5-flash").SpokenFor(surface).ShouldBe(Surface.GenerateContent);

    [Fact]
    public async Task Key_IsAHeader()
    {
        var (headers, fault) = await Connect("gemini/gemini-2.5-flash").AuthorizeAsync();
        fault.ShouldBeNull();
        headers["x-goog-api-key"].ShouldBe("sk-own");
        headers.ShouldNotContainKey("Authorization");
    }

    [Fact]
    public async Task OperatorsOwnToken_TakesTheKeysPlace()
    {
        var connection = Providers.Connect("gemini/gemini-2.5-flash", static deployment => deployment with
        {
            ExtraHeaders = new Dictionary<string, string>(StringComparer.Ordinal) { ["Authorization"] = "Bearer ya29.x" }.ToFrozenDictionary(),
        });
        var (headers, fault) = await connection.AuthorizeAsync();
        fault.ShouldBeNull();
        headers["Authorization"].ShouldBe("Bearer ya29.x");
        headers.ShouldNotContainKey("x-goog-api-key");
    }

    [Fact]
    public async Task WithoutKey_TheCallIsRefused()
    {
        var connection = Providers.Connect("gemini/gemini-2.5-flash", static deployment => deployment with { ApiKey = null });
        (await connection.AuthorizeAsync()).Fault!.Kind.ShouldBe(UpstreamErrorKind.Authentication);
    }

    [Fact]
    public void BodyOfTheSameDialect_LosesWhatIsNotGooglesAndNothingElse()
    {
        var connection = Providers.Connect("gemini/gemini-2.5-flash", static deployment => deployment with
        {
            ExtraBody = [new JsonMember("labels", "{\"a\":\"b\"}"u8.ToArray())],
            DefaultParams = [new JsonMember("temperature", "0.5"u8.ToArray())],
        });
        connection.Rewrite(
            """{"model":"m","contents":[{"parts":[{"text":"x"}]}],"stream":true,"metadata":{"a":1},"litellm_trace_id":"t","somethingNew":1}""",
            surface: Surface.GenerateContent)
            .ShouldBe("""{"contents":[{"parts":[{"text":"x"}]}],"somethingNew":1,"labels":{"a":"b"}}""");
    }

    [Theory]
    [InlineData(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", UpstreamErrorKind.Authentication)]
    [InlineData(400, "INVALID_ARGUMENT", "The input token count (9) exceeds the maximum number of tokens allowed (8).", UpstreamErrorKind.ContextWindowExceeded)]
    [InlineData(400, "INVALID_ARGUMENT", "bad", UpstreamErrorKind.BadRequest)]
    [InlineData(403, "PERMISSION_DENIED", "no", UpstreamErrorKind.PermissionDenied)]
    [InlineData(429, "RESOURCE_EXHAUSTED", "slow", UpstreamErrorKind.RateLimit)]
    [InlineData(503, "UNAVAILABLE", "busy", UpstreamErrorKind.ServiceUnavailable)]
    [InlineData(504, "DEADLINE_EXCEEDED", "late", UpstreamErrorKind.Timeout)]
    [InlineData(500, "INTERNAL", "oh", UpstreamErrorKind.InternalServer)]
    [InlineData(200, "RESOURCE_EXHAUSTED", "slow", UpstreamErrorKind.RateLimit)]
    public void Error_IsClassified(int status, string word, string message, UpstreamErrorKind expected)
        => Connect("gemini/gemini-2.5-flash").Classify(status, $$"""{"error":{"code":{{status}},"message":"{{message}}","status":"{{word}}"} }""").ShouldBe(expected);

    [Theory]
    [InlineData("""{"error":{"code":429,"details":[{"@type":"x"},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"17.5s"}]}}""", 17.5)]
    [InlineData("""[{"error":{"code":429,"details":[{"retryDelay":"3s"}]}}]""", 3.0)]
    [InlineData("""{"error":{"code":429,"details":[{"retryDelay":"soon"}]}}""", null)]
    [InlineData("<html>", null)]
    public void RetryInfo_SaysHowLongToWait(string body, double? seconds)
        => Connect("gemini/gemini-2.5-flash").RetryAfterIn(Encoding.UTF8.GetBytes(body)).ShouldBe(seconds is { } given ? TimeSpan.FromSeconds(given) : null);

    [Fact]
    public void BudgetsOfTheEnvironment_ReachTheCodec()
    {
        var connection = Providers.Connect(
            "gemini/gemini-2.5-pro",
            config: Providers.Config(("DEFAULT_REASONING_EFFORT_LOW_THINKING_BUDGET", "9"), ("DEFAULT_REASONING_EFFORT_MINIMAL_THINKING_BUDGET_GEMINI_2_5_PRO", "7")));
        var options = connection.TargetFor(Surface.GenerateContent).Options;
        options["thinking_budget_low"].ShouldBe("9");
        options["thinking_budget_minimal"].ShouldBe("7");
    }

    [Fact]
    public void Embeddings_AreSentAsABatch()
    {
        var connection = Connect("gemini/gemini-embedding-001");
        connection.EndpointFor(Surface.Embeddings, stream: false, null).Uri!.AbsolutePath.ShouldBe("/v1beta/models/gemini-embedding-001:batchEmbedContents");
        var request = Read("""{"model":"x","input":["a","b"],"dimensions":8,"input_type":"search_query","title":"t"}""");
        Write(connection, request).ShouldBe(
            """{"requests":[{"model":"models/gemini-embedding-001","content":{"parts":[{"text":"a"}]},"taskType":"RETRIEVAL_QUERY","outputDimensionality":8,"title":"t"},{"model":"models/gemini-embedding-001","content":{"parts":[{"text":"b"}]},"taskType":"RETRIEVAL_QUERY","outputDimensionality":8,"title":"t"}]}""");
        ReadAnswer(connection, """{"embeddings":[{"values":[1,2]},{"values":[3,4]}]}""").Vectors.ShouldBe([[1f, 2f], [3f, 4f]]);
        Should.Throw<WireException>(() => ReadAnswer(connection, """{"embeddings":[{"values":"x"}]}"""));
    }

    internal static EmbeddingRequest Read(string json) => EmbeddingBodies.Read(JsonDocument.Parse(json).RootElement);

    internal static string Write(IUpstreamConnection connection, EmbeddingRequest request)
    {
        var written = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(written, HubJson.Writing))
        {
            connection.Embeddings!.WriteRequest(request, connection.TargetFor(Surface.Embeddings), json);
        }

        return Encoding.UTF8.GetString(written.WrittenSpan);
    }

    internal static EmbeddingResponse ReadAnswer(IUpstreamConnection connection, string json)
        => connection.Embeddings!.ReadResponse(JsonDocument.Parse(json).RootElement, connection.TargetFor(Surface.Embeddings));

    private static IUpstreamConnection Connect(string model, string? apiBase = null)
        => Providers.Connect(model, deployment => deployment with { ApiBase = apiBase });
}
