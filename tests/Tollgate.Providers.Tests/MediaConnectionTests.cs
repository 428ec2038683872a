using System.Collections.Frozen;
using Tollgate.Wire;
using Tollgate.Wire.Media.Shapes;

namespace Tollgate.Providers.Tests;

/// <summary>Where calls about pictures, sounds and documents go, with which key and in whose words.</summary>
public sealed class MediaConnectionTests
{
    [Theory]
    [InlineData("openai/whisper-1", Surface.Transcriptions, "https://api.openai.com/v1/audio/transcriptions")]
    [InlineData("openai/whisper-1", Surface.Translations, "https://api.openai.com/v1/audio/translations")]
    [InlineData("openai/gpt-image-1", Surface.ImageEdits, "https://api.openai.com/v1/images/edits")]
    [InlineData("groq/whisper-large-v3", Surface.Transcriptions, "https://api.groq.com/openai/v1/audio/transcriptions")]
    [InlineData("voyage/rerank-2", Surface.Rerank, "https://api.voyageai.com/v1/rerank")]
    [InlineData("jina_ai/jina-reranker-v2", Surface.Rerank, "https://api.jina.ai/v1/rerank")]
    [InlineData("together_ai/x", Surface.Rerank, "https://api.together.xyz/v1/rerank")]
    [InlineData("nvidia_nim/nvidia/rerank-1", Surface.Rerank, "https://ai.api.nvidia.com/v1/retrieval/nvidia/rerank-1/reranking")]
    [InlineData("deepinfra/Qwen/Reranker", Surface.Rerank, "https://api.deepinfra.com/v1/inference")]
    [InlineData("mixedbread/x", Surface.Rerank, "https://api.mixedbread.ai/v1/reranking")]
    [InlineData("elevenlabs/eleven_v3", Surface.Speech, "https://api.elevenlabs.io/v1/text-to-speech")]
    [InlineData("elevenlabs/scribe_v1", Surface.Transcriptions, "https://api.elevenlabs.io/v1/speech-to-text")]
    [InlineData("deepgram/nova-3", Surface.Transcriptions, "https://api.deepgram.com/v1/listen")]
    [InlineData("stability/core", Surface.ImageGenerations, "https://api.stability.ai/v2beta/stable-image/generate")]
    [InlineData("recraft/recraftv3", Surface.ImageEdits, "https://external.api.recraft.ai/v1/images/imageToImage")]
    [InlineData("gemini/imagen-4.0-generate-001", Surface.ImageGenerations, "https://generativelanguage.googleapis.com/v1beta/models/imagen-4.0-generate-001:predict")]
    [InlineData("gemini/gemini-2.5-flash-image", Surface.ImageGenerations, "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash-image:generateContent")]
    [InlineData("gemini/gemini-2.5-flash-image", Surface.ImageEdits, "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash-image:generateContent")]
    [InlineData("gemini/gemini-2.5-flash-preview-tts", Surface.Speech, "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash-preview-tts:generateContent")]
    [InlineData("bedrock/us-east-1/amazon.nova-canvas-v1:0", Surface.ImageEdits, "https://bedrock-runtime.us-east-1.amazonaws.com/model/amazon.nova-canvas-v1%3A0/invoke")]
    [InlineData("stability/inpaint", Surface.ImageEdits, "https://api.stability.ai/v2beta/stable-image")]
    [InlineData("fal_ai/fal-ai/flux/dev", Surface.ImageGenerations, "https://fal.run/")]
    public void Address_IsTheProviders(string model, Surface surface, string address)
        => Providers.Connect(model).UrlOf(surface).ShouldBe(address);

    [Theory]
    [InlineData("vertex_ai/imagen-3.0-generate-002", Surface.ImageGenerations, "https://europe-west1-aiplatform.googleapis.com/v1/projects/p/locations/europe-west1/publishers/google/models/imagen-3.0-generate-002:predict")]
    [InlineData("vertex_ai/imagen-3.0-capability-001", Surface.ImageEdits, "https://europe-west1-aiplatform.googleapis.com/v1/projects/p/locations/europe-west1/publishers/google/models/imagen-3.0-capability-001:predict")]
    [InlineData("vertex_ai/gemini-2.5-flash-image", Surface.ImageGenerations, "https://europe-west1-aiplatform.googleapis.com/v1/projects/p/locations/europe-west1/publishers/google/models/gemini-2.5-flash-image:generateContent")]
    [InlineData("vertex_ai/gemini-2.5-flash-preview-tts", Surface.Speech, "https://europe-west1-aiplatform.googleapis.com/v1/projects/p/locations/europe-west1/publishers/google/models/gemini-2.5-flash-preview-tts:generateContent")]
    [InlineData("vertex_ai/chirp", Surface.Speech, "https://texttospeech.googleapis.com/v1/text:synthesize")]
    [InlineData("vertex_ai/semantic-ranker-default@latest", Surface.Rerank, "https://discoveryengine.googleapis.com/v1/projects/p/locations/global/rankingConfigs/default_ranking_config:rank")]
    public void AddressAtVertex_IsByModel(string model, Surface surface, string address)
        => Providers.Connect(model, deployment => deployment with
        {
            ProviderParams = new Dictionary<string, string>(StringComparer.Ordinal) { ["vertex_project"] = "p", ["vertex_location"] = "europe-west1", ["vertex_credentials"] = "{}" }.ToFrozenDictionary(StringComparer.Ordinal),
        }).UrlOf(surface).ShouldBe(address);

    [Fact]
    public void PartnerAtVertex_MakesNoPictures()
        => Providers.Connect("vertex_ai/claude-sonnet-4").EndpointFor(Surface.ImageGenerations).Fault!.Message.ShouldContain("does not serve");

    [Theory]
    [InlineData("http://own:1/v1", "http://own:1/v1/ranking")]
    public void ServerOfOnesOwn_RanksBelowItsBase(string apiBase, string address)
        => Providers.Connect("nvidia_nim/x", deployment => deployment with { ApiBase = apiBase }).UrlOf(Surface.Rerank).ShouldBe(address);

    [Theory]
    [InlineData("https://r.openai.azure.com", "azure/dep", Surface.Transcriptions, "https://r.openai.azure.com/openai/deployments/dep/audio/transcriptions?api-version=")]
    [InlineData("https://r.services.ai.azure.com", "azure_ai/cohere-rerank-v3.5", Surface.Rerank, "https://r.services.ai.azure.com/v1/rerank")]
    [InlineData("https://r.services.ai.azure.com/models", "azure_ai/cohere-rerank-v3.5", Surface.Rerank, "https://r.services.ai.azure.com/v1/rerank")]
    [InlineData("https://r.services.ai.azure.com/v2", "azure_ai/cohere-rerank-v3.5", Surface.Rerank, "https://r.services.ai.azure.com/v2/rerank")]
    [InlineData("https://r.services.ai.azure.com", "azure_ai/dall-e-3", Surface.ImageGenerations, "https://r.services.ai.azure.com/openai/deployments/dall-e-3/images/generations")]
    public void AddressAtAzure_IsByResource(string apiBase, string model, Surface surface, string begins)
        => Providers.Connect(model, deployment => deployment with { ApiBase = apiBase }).UrlOf(surface).ShouldStartWith(begins);

    [Theory]
    [InlineData("elevenlabs/x", "xi-api-key", "sk-own")]
    [InlineData("deepgram/x", "Authorization", "Token sk-own")]
    [InlineData("fal_ai/x", "Authorization", "Key sk-own")]
    [InlineData("stability/x", "Authorization", "Bearer sk-own")]
    public async Task Key_IsWhereTheProviderWantsIt(string model, string header, string value)
    {
        using var message = new HttpRequestMessage();
        (await Providers.Connect(model).AuthorizeAsync(message, null, TestContext.Current.CancellationToken)).ShouldBeNull();

        message.Headers.GetValues(header).ShouldBe([value]);
    }

    [Fact]
    public void Words_AreTheProviders()
    {
        Providers.Connect("voyage/rerank-2").ShapeFor(Surface.Rerank).ShouldBe(RerankShape.Voyage);
        Providers.Connect("jina_ai/x").ShapeFor(Surface.Rerank).ShouldBe(RerankShape.Standard);
        Providers.Connect("deepgram/x").ShapeFor(Surface.Transcriptions).ShouldBe(DeepgramTranscription.Instance);
        Providers.Connect("openai/x").ShapeFor(Surface.ImageGenerations).ShouldBeNull();
    }

    [Theory]
    [InlineData("openai/gpt-image-1", """{"model":"gpt-image-1","prompt":"x"}""")]
    [InlineData("openai/dall-e-3", """{"model":"dall-e-3","prompt":"x","response_format":"url"}""")]
    public void FormatOfPictures_IsNotAskedOfModelsThatHaveOne(string model, string sent)
        => Providers.Connect(model).Rewrite("""{"model":"m","prompt":"x","response_format":"url"}""", surface: Surface.ImageGenerations).ShouldBe(sent);

    [Fact]
    public void StreamOfPictures_IsNotAskedForUsage()
        => Providers.Connect("openai/gpt-image-1").Rewrite("""{"model":"m","prompt":"x","stream":true}""", stream: true, surface: Surface.ImageGenerations)
            .ShouldBe("""{"model":"gpt-image-1","prompt":"x","stream":true}""");

    [Fact]
    public void SurfaceThatAProviderLacks_IsNamed()
        => Providers.Connect("voyage/x").EndpointFor(Surface.Speech).Fault!.Message.ShouldContain("does not serve /v1/audio/speech");
}
