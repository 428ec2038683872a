using System.Collections.Frozen;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;

namespace Tollgate.Providers.Tests.Google;

public class VertexTests
{
    private const string Project = "projects/p1/locations/us-east5";

    [Theory]
    [InlineData("gemini-2.5-pro", Surface.GenerateContent, false, $"/v1/{Project}/publishers/google/models/gemini-2.5-pro:generateContent")]
    [InlineData("gemini-2.5-pro", Surface.GenerateContent, true, $"/v1/{Project}/publishers/google/models/gemini-2.5-pro:streamGenerateContent?alt=sse")]
    [InlineData("123456", Surface.GenerateContent, false, $"/v1/{Project}/endpoints/123456:generateContent")]
    [InlineData("gemini/123456", Surface.GenerateContent, false, $"/v1/{Project}/endpoints/123456:generateContent")]
    [InlineData("claude-sonnet-4@20250514", Surface.Messages, false, $"/v1/{Project}/publishers/anthropic/models/claude-sonnet-4%4020250514:rawPredict")]
    [InlineData("claude-sonnet-4@20250514", Surface.Messages, true, $"/v1/{Project}/publishers/anthropic/models/claude-sonnet-4%4020250514:streamRawPredict")]
    [InlineData("mistral-large-2411", Surface.Chat, false, $"/v1/{Project}/publishers/mistralai/models/mistral-large-2411:rawPredict")]
    [InlineData("mistralai/codestral-2", Surface.Chat, true, $"/v1/{Project}/publishers/mistralai/models/codestral-2:streamRawPredict")]
    [InlineData("jamba-1.5-mini", Surface.Chat, false, $"/v1/{Project}/publishers/ai21/models/jamba-1.5-mini:rawPredict")]
    [InlineData("meta/llama-4-maverick-17b-128e-instruct-maas", Surface.Chat, true, $"/v1/{Project}/endpoints/openapi/chat/completions")]
    [InlineData("openai/gpt-oss-20b-maas", Surface.Chat, false, $"/v1/{Project}/endpoints/openapi/chat/completions")]
    [InlineData("openai/99887766", Surface.Chat, false, $"/v1/{Project}/endpoints/99887766/chat/completions")]
    [InlineData("text-embedding-005", Surface.Embeddings, false, $"/v1/{Project}/publishers/google/models/text-embedding-005:predict")]
    public void Address_IsThePublishers(string model, Surface surface, bool stream, string expected)
    {
        var connection = Connect(model);
        connection.EndpointFor(surface, stream, null).Uri!.AbsoluteUri.ShouldBe("https://us-east5-aiplatform.googleapis.com" + expected);
        (surface is Surface.Embeddings || connection.SpokenFor(Surface.Chat) == surface).ShouldBeTrue();
    }

    [Theory]
    [InlineData("global", "https://aiplatform.googleapis.com/")]
    [InlineData("eu", "https://aiplatform.eu.rep.googleapis.com/")]
    [InlineData(null, "https://us-central1-aiplatform.googleapis.com/")]
    public void Location_IsTheHost(string? location, string expected)
        => Connect("gemini-2.5-pro", ("vertex_location", location)).EndpointFor(Surface.GenerateContent, stream: false, null).Uri!.AbsoluteUri.ShouldStartWith(expected);

    [Theory]
    [InlineData("priority", "priority")]
    [InlineData("flex", "flex")]
    [InlineData("standard", null)]
    public void ClassOfService_StandsInAHeader(string tier, string? header)
    {
        var connection = Connect("gemini-2.5-pro");
        var body = $$"""{"contents":[],"service_tier":"{{tier}}"}""";
        connection.Rewrite(body, surface: Surface.GenerateContent).ShouldBe("""{"contents":[]}""");
        var json = System.Text.Encoding.UTF8.GetBytes(body);
        var members = new Wire.Json.JsonMembers();
        Wire.Json.JsonScanner.Scan(json, members).IsNone.ShouldBeTrue();
        using var message = new HttpRequestMessage();
        connection.CompleteHeaders(new UpstreamRequest(json, members, Surface.GenerateContent, false, Wire.OpenAi.RequestPolicy.Default, null), message.Headers);
        message.Headers.TryGetValues("X-Vertex-AI-LLM-Shared-Request-Type", out var values).ShouldBe(header is not null);
        (values?.Single()).ShouldBe(header);
    }

    [Fact]
    public void Beta_HasItsVersion() => Providers.Connect("vertex_ai_beta/gemini-2.5-pro", static deployment => With(deployment))
        .EndpointFor(Surface.GenerateContent, stream: false, null).Uri!.AbsolutePath.ShouldStartWith("/v1beta1/");

    [Theory]
    [InlineData("https://gw.example/vertex/gemini", null, "https://gw.example/vertex/gemini:generateContent")]
    [InlineData("https://proxy.example", null, $"https://proxy.example/v1/{Project}/publishers/google/models/gemini-2.5-pro:generateContent")]
    [InlineData("https://10.0.0.1", "true", $"https://10.0.0.1/v1/{Project}/endpoints/gemini-2.5-pro:generateContent")]
    public void OwnAddress_IsTheModelsOrTheHosts(string apiBase, string? psc, string expected)
    {
        var connection = Providers.Connect(
            "vertex_ai/gemini-2.5-pro", deployment => With(deployment, ("use_psc_endpoint_format", psc)) with { ApiBase = apiBase });
        connection.EndpointFor(Surface.GenerateContent, stream: false, null).Uri!.AbsoluteUri.ShouldBe(expected);
    }

    [Theory]
    [InlineData("vertex_location", "evil.example/x")]
    [InlineData("vertex_project", "p/../q")]
    public void PlaceThatLeadsElsewhere_IsRefused(string name, string value)
        => Connect("gemini-2.5-pro", (name, value)).EndpointFor(Surface.GenerateContent, stream: false, null).Fault!.Kind.ShouldBe(UpstreamErrorKind.BadRequest);

    [Fact]
    public void BodyOfOpenModels_NamesTheModelWithItsPublisher()
        => Connect("meta/llama-4-maverick").Rewrite("""{"model":"x","messages":[]}""").ShouldBe("""{"model":"meta/llama-4-maverick","messages":[]}""");

    [Fact]
    public void BodyOfClaude_HasTheVersionAndNoModel()
    {
        var body = Connect("claude-sonnet-4").Rewrite("""{"model":"x","max_tokens":1,"messages":[],"stream":true}""", stream: true, surface: Surface.Messages);
        body.ShouldContain("\"anthropic_version\":\"vertex-2023-10-16\"");
        body.ShouldContain("\"stream\":true");
        body.ShouldNotContain("\"model\"");
    }

    [Theory]
    [InlineData("text-embedding-005", """{"instances":[{"content":"a","task_type":"RETRIEVAL_DOCUMENT"},{"content":"b","task_type":"RETRIEVAL_DOCUMENT"}],"parameters":{"outputDimensionality":8}}""")]
    [InlineData("77", """{"instances":[{"inputs":"a"},{"inputs":"b"}]}""")]
    public void Embeddings_ArePredictions(string model, string expected)
        => GeminiTests.Write(Connect(model), GeminiTests.Read("""{"model":"x","input":["a","b"],"dimensions":8,"input_type":"search_document"}""")).ShouldBe(expected);

    [Fact]
    public void AnswerOfEmbeddings_IsCounted()
    {
        var response = GeminiTests.ReadAnswer(
            Connect("text-embedding-005"),
            """{"predictions":[{"embeddings":{"values":[1],"statistics":{"token_count":2}}},{"embeddings":{"values":[3],"statistics":{"token_count":4}}}]}""");
        response.Vectors.ShouldBe([[1f], [3f]]);
        response.PromptTokens.ShouldBe(6);
    }

    [Fact]
    public void NewestTextModel_TakesOneInputARequest()
    {
        var connection = Connect("gemini-embedding-001");
        connection.Embeddings!.MostInputs(connection.TargetFor(Surface.Embeddings)).ShouldBe(1);
    }

    [Theory]
    [InlineData("gs://b/a.png", """{"instances":[{"image":{"gcsUri":"gs://b/a.png"}}]}""")]
    [InlineData("gs://b/a.mp4", """{"instances":[{"video":{"gcsUri":"gs://b/a.mp4"}}]}""")]
    [InlineData("data:image/png;base64,iVBO", """{"instances":[{"image":{"bytesBase64Encoded":"iVBO"}}]}""")]
    [InlineData("words", """{"instances":[{"text":"words"}]}""")]
    public void MixedEmbeddings_KnowMedia(string input, string expected)
        => GeminiTests.Write(Connect("multimodalembedding@001"), GeminiTests.Read($$"""{"model":"x","input":"{{input}}"}""")).ShouldBe(expected);

    [Fact]
    public async Task Key_IsExpressMode()
    {
        var connection = Providers.Connect("vertex_ai/gemini-2.5-pro");
        connection.EndpointFor(Surface.GenerateContent, stream: false, null).Uri!.AbsoluteUri
            .ShouldBe("https://aiplatform.googleapis.com/v1/publishers/google/models/gemini-2.5-pro:generateContent");
        (await connection.AuthorizeAsync()).Headers["x-goog-api-key"].ShouldBe("sk-own");
    }

    internal static IUpstreamConnection Connect(string model, params (string Name, string? Value)[] changed)
        => Providers.Connect("vertex_ai/" + model, deployment => With(deployment, changed));

    internal static Engine.Configuration.DeploymentConfig With(Engine.Configuration.DeploymentConfig deployment, params (string Name, string? Value)[] changed)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["vertex_project"] = "p1",
            ["vertex_location"] = "us-east5",
            ["vertex_credentials"] = """{"type":"authorized_user"}""",
        };
        foreach (var (name, value) in changed)
        {
            settings.Remove(name);
            if (value is not null)
            {
                settings[name] = value;
            }
        }

        return deployment with { ApiKey = null, Model = deployment.Model, ProviderParams = settings.ToFrozenDictionary(StringComparer.Ordinal) };
    }
}
