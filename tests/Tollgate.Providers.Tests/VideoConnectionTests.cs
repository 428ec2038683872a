using System.Collections.Frozen;
using System.Net;
using System.Text;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Tests.Natives;
using Tollgate.Wire;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Tests;

/// <summary>Where films are made and documents read, and where they are asked for.</summary>
public sealed class VideoConnectionTests
{
    private const string VertexModel = "/v1/projects/p/locations/us-central1/publishers/google/models/veo-3.1-generate-001";

    [Theory]
    [InlineData("openai/sora-2", Surface.Videos, "https://api.openai.com/v1/videos")]
    [InlineData("gemini/veo-3.1-generate-preview", Surface.Videos, "https://generativelanguage.googleapis.com/v1beta/models/veo-3.1-generate-preview:predictLongRunning")]
    [InlineData("vertex_ai/veo-3.1-generate-001", Surface.Videos, "https://us-central1-aiplatform.googleapis.com" + VertexModel + ":predictLongRunning")]
    [InlineData("runwayml/gen4_turbo", Surface.Videos, "https://api.dev.runwayml.com/v1")]
    [InlineData("fal_ai/fal-ai/veo3", Surface.Videos, "https://queue.fal.run/")]
    [InlineData("fal_ai/fal-ai/flux/dev", Surface.ImageGenerations, "https://fal.run/")]
    [InlineData("bedrock/us-east-1/amazon.nova-reel-v1:1", Surface.Videos, "https://bedrock-runtime.us-east-1.amazonaws.com/async-invoke")]
    [InlineData("bedrock/async_invoke/us-east-1/amazon.nova-reel-v1:1", Surface.Videos, "https://bedrock-runtime.us-east-1.amazonaws.com/async-invoke")]
    [InlineData("mistral/mistral-ocr-latest", Surface.Ocr, "https://api.mistral.ai/v1/ocr")]
    [InlineData("vertex_ai/mistral-ocr-2505", Surface.Ocr, "https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/us-central1/publishers/mistralai/models/mistral-ocr-2505:rawPredict")]
    [InlineData("vertex_ai/deepseek-ai/deepseek-ocr-maas", Surface.Ocr, "https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/us-central1/endpoints/openapi/chat/completions")]
    [InlineData("reducto/parse-v3", Surface.Ocr, "https://platform.reducto.ai/parse")]
    public void Address_IsTheProviders(string model, Surface surface, string address)
        => Connect(model).UrlOf(surface).ShouldBe(address);

    [Theory]
    [InlineData("azure/sora-2", "https://r.openai.azure.com", null, Surface.Videos, "https://r.openai.azure.com/openai/v1/videos")]
    [InlineData("azure/sora-2", "https://r.openai.azure.com/openai/v1/", "preview", Surface.Videos, "https://r.openai.azure.com/openai/v1/videos?api-version=preview")]
    [InlineData("azure/sora-2", "https://r.openai.azure.com/openai/deployments/x", "2024-10-21", Surface.Videos, "https://r.openai.azure.com/openai/v1/videos")]
    [InlineData("azure_ai/mistral-document-ai-2505", "https://r.services.ai.azure.com/models", null, Surface.Ocr, "https://r.services.ai.azure.com/providers/mistral/azure/ocr")]
    [InlineData("azure_ai/mistral-document-ai-2505", "https://r.openai.azure.com", null, Surface.Ocr, "https://r.openai.azure.com/providers/mistral/azure/ocr")]
    [InlineData("azure_ai/doc-intelligence/prebuilt-read", "https://r.cognitiveservices.azure.com/", null, Surface.Ocr, "https://r.cognitiveservices.azure.com/documentintelligence/documentModels/prebuilt-read:analyze?api-version=2024-11-30")]
    public void AddressAtAzure_IsBelowTheResource(string model, string apiBase, string? version, Surface surface, string address)
        => Providers.Connect(model, deployment => deployment with { ApiBase = apiBase, ApiVersion = version }).UrlOf(surface).ShouldBe(address);

    [Theory]
    [InlineData("gemini/gemini-2.5-pro", Surface.Videos)]
    [InlineData("vertex_ai/gemini-2.5-pro", Surface.Ocr)]
    [InlineData("vertex_ai/mistral-large", Surface.Ocr)]
    [InlineData("bedrock/amazon.nova-pro-v1:0", Surface.Videos)]
    [InlineData("groq/llama", Surface.Videos)]
    [InlineData("openai/gpt-4o", Surface.Ocr)]
    [InlineData("reducto/parse-v3", Surface.Chat)]
    [InlineData("azure_ai/doc-intelligence/prebuilt-read", Surface.Chat)]
    public void ModelOfAnotherKind_IsRefused(string model, Surface surface)
        => Connect(model).EndpointFor(surface).Fault.ShouldNotBeNull().Kind.ShouldBe(UpstreamErrorKind.BadRequest);

    [Theory]
    [InlineData("gemini/veo-3", "models/veo-3/operations/o1", "GET https://generativelanguage.googleapis.com/v1beta/models/veo-3/operations/o1")]
    [InlineData("runwayml/gen4", "17f20503-6c24", "GET https://api.dev.runwayml.com/v1/tasks/17f20503-6c24")]
    [InlineData("fal_ai/fal-ai/veo3/fast", "fal-ai/veo3/requests/r1", "GET https://queue.fal.run/fal-ai/veo3/requests/r1/status")]
    [InlineData("bedrock/us-east-1/amazon.nova-reel-v1:1", "arn:aws:bedrock:us-east-1:1:async-invoke/i", "GET https://bedrock-runtime.us-east-1.amazonaws.com/async-invoke/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Aasync-invoke%2Fi")]
    [InlineData("vertex_ai/veo-3.1-generate-001", "projects/p/locations/us-central1/publishers/google/models/veo-3.1-generate-001/operations/o1", "POST https://us-central1-aiplatform.googleapis.com" + VertexModel + ":fetchPredictOperation")]
    public void Film_IsAskedForWhereItIsMade(string model, string id, string question)
    {
        var asked = Connect(model).Videos.ShouldNotBeNull().StatusOf(id);
        $"{asked.Method} {asked.Address!.AbsoluteUri}".ShouldBe(question);
        (asked.Body is { } body ? Encoding.UTF8.GetString(body) : "").ShouldBe(question.StartsWith("POST", StringComparison.Ordinal) ? $$"""{"operationName":"{{id}}"}""" : "");
    }

    [Theory]
    [InlineData("gemini/veo-3", "https://generativelanguage.googleapis.com/v1beta/files/f:download?alt=media", "x-goog-api-key")]
    [InlineData("gemini/veo-3", "https://elsewhere.example/f", null)]
    [InlineData("runwayml/gen4", "https://dnznrvs05pmza.cloudfront.net/f.mp4?_jwt=x", null)]
    [InlineData("fal_ai/fal-ai/veo3", "https://v3.fal.media/files/f.mp4", null)]
    public async Task FilesCredential_GoesToTheProviderOnly(string model, string address, string? header)
    {
        var (message, fault) = await Connect(model).Videos!.OpenFileAsync(address, TestContext.Current.CancellationToken);
        fault.ShouldBeNull();
        using (message)
        {
            message!.RequestUri!.AbsoluteUri.ShouldBe(address);
            (message is ForeignRequest).ShouldBe(header is null);
            message.Headers.NonValidated.Select(static pair => pair.Key.ToLowerInvariant()).Where(static name => name is not "user-agent").ShouldBe(header is null ? [] : [header], ignoreOrder: true);
        }
    }

    [Theory]
    [InlineData("gemini/veo-3", "http://generativelanguage.googleapis.com/f")]
    [InlineData("runwayml/gen4", "file:///etc/passwd")]
    [InlineData("fal_ai/fal-ai/veo3", "no address")]
    public async Task FileAtAnUnsafePlace_IsNotFetched(string model, string address)
        => (await Connect(model).Videos!.OpenFileAsync(address, TestContext.Current.CancellationToken)).Fault.ShouldNotBeNull();

    [Fact]
    public async Task FilmsInBuckets_AreFetchedFromTheStore()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var reel = Providers.Connect(
            "bedrock/us-east-1/amazon.nova-reel-v1:1",
            static deployment => deployment with
            {
                ApiKey = null,
                ProviderParams = new Dictionary<string, string> { ["aws_access_key_id"] = "AKID", ["aws_secret_access_key"] = "secret" }
                    .ToFrozenDictionary(StringComparer.Ordinal),
            });
        var (file, fault) = await reel.Videos!.OpenFileAsync("s3://bucket/films/i/output.mp4", cancellationToken);
        fault.ShouldBeNull();
        using (file)
        {
            file!.RequestUri!.AbsoluteUri.ShouldBe("https://bucket.s3.us-east-1.amazonaws.com/films/i/output.mp4");
            file.Headers.NonValidated["Authorization"].ToString().ShouldContain("/us-east-1/s3/aws4_request");
        }

        var (stored, _) = await Connect("vertex_ai/veo-3").Videos!.OpenFileAsync("gs://bucket/a.mp4", cancellationToken);
        using (stored)
        {
            stored!.RequestUri!.AbsoluteUri.ShouldBe("https://storage.googleapis.com/bucket/a.mp4");
        }
    }

    [Theory]
    [InlineData("s3://169.254.169.254#/x/y")]
    [InlineData("s3://key@169.254.169.254?/x/y")]
    [InlineData("s3://host:80/x/y")]
    public async Task BucketThatWouldBeAnotherHost_IsNotAsked(string address)
    {
        var reel = Providers.Connect("bedrock/us-east-1/amazon.nova-reel-v1:1");
        (await reel.Videos!.OpenFileAsync(address, TestContext.Current.CancellationToken)).Fault.ShouldNotBeNull();
    }

    [Fact]
    public async Task AnalysisElsewhere_IsNotAsked()
    {
        using var azure = new Issuer(static (_, _) => (HttpStatusCode.Accepted, ""));
        using var answer = await ExchangeAsync(new Moving(azure, "https://evil.example/r"), "azure_ai/doc-intelligence/prebuilt-read");
        answer.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        azure.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task ResultThatReductoKeeps_IsFetchedWithoutTheKey()
    {
        var keyed = new List<bool>();
        using var reducto = new Issuer((request, _) =>
        {
            keyed.Add(request.Headers.Contains("X-Test-Key"));
            (request is ForeignRequest).ShouldBe(request.Method == HttpMethod.Get);
            return (HttpStatusCode.OK, request.Method == HttpMethod.Post
                ? """{"usage":{"num_pages":1},"result":{"type":"url","url":"https://store.example/r.json"}}""" : """[{"content":"One"}]""");
        });
        using var answer = await ExchangeAsync(reducto, "reducto/parse-v3");
        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))
            .ShouldBe("""{"usage":{"num_pages":1},"result":{"chunks":[{"content":"One"}]}}""");
        keyed.ShouldBe([true, false]);
    }

    private static IUpstreamConnection Connect(string model) => Providers.Connect(model, deployment => deployment with
    {
        ApiBase = model.StartsWith("azure_ai", StringComparison.Ordinal) ? "https://r.services.ai.azure.com" : null,
        ApiKey = model.StartsWith("vertex_ai", StringComparison.Ordinal) ? null : "sk-own",
        ExtraHeaders = model.StartsWith("vertex_ai", StringComparison.Ordinal)
            ? new Dictionary<string, string> { ["Authorization"] = "Bearer t" }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase) : deployment.ExtraHeaders,
        ProviderParams = new Dictionary<string, string> { ["vertex_project"] = "p" }.ToFrozenDictionary(StringComparer.Ordinal),
    });

    private static async Task<HttpResponseMessage> ExchangeAsync(HttpMessageHandler provider, string model)
    {
        var json = "{}"u8.ToArray();
        var members = new JsonMembers();
        JsonScanner.Scan(json, members).IsNone.ShouldBeTrue();
        using var http = new HttpMessageInvoker(provider, disposeHandler: false);
        using var message = new HttpRequestMessage(HttpMethod.Post, "https://r.services.ai.azure.com/parse") { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        message.Headers.Add("X-Test-Key", "k");
        return await Connect(model).ExchangeAsync(
            http, message, new UpstreamRequest(json, members, Surface.Ocr, false, RequestPolicy.Default, null), TestContext.Current.CancellationToken);
    }

    /// <summary>Adds the address of an operation to whatever a provider answers.</summary>
    private sealed class Moving(HttpMessageHandler inner, string address) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            answer.Headers.Add("Operation-Location", address);
            return answer;
        }
    }
}
