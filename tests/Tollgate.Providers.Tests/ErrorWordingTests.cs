using Tollgate.Engine.Upstream;

namespace Tollgate.Providers.Tests;

/// <summary>How errors of each provider are worded, and statuses that some have a meaning of their own for (09-cross-cutting.md).</summary>
public sealed class ErrorWordingTests
{
    [Theory]
    [InlineData("openai/m", ErrorWording.Message, "OpenAIException")]
    [InlineData("together_ai/m", ErrorWording.Message, "Together_aiException")]
    [InlineData("groq/m", ErrorWording.Body, "GroqException")]
    [InlineData("hosted_vllm/m", ErrorWording.Body, "Hosted_vllmException")]
    [InlineData("openrouter/m", ErrorWording.Body, "OpenrouterException")]
    [InlineData("azure/m", ErrorWording.MessageOnce, "AzureException")]
    [InlineData("anthropic/claude-x", ErrorWording.BodyWithAdvice, "AnthropicException")]
    [InlineData("gemini/gemini-x", ErrorWording.BodyWithClass, "VertexAIException")]
    [InlineData("bedrock/anthropic.claude-3-5-sonnet-20240620-v1:0", ErrorWording.BodyOnce, "BedrockException")]
    [InlineData("ollama/m", ErrorWording.BodyOnce, "OllamaException")]
    [InlineData("databricks/m", ErrorWording.BodyOnce, "databricksException")]
    public void Provider_HasItsWording(string model, ErrorWording wording, string name)
    {
        var connection = Providers.Connect(model, static deployment => deployment with { ApiBase = "https://host.example" });
        (connection.Wording, connection.ExceptionName).ShouldBe((wording, name));
    }

    [Theory]
    [InlineData("cohere_chat/command-r", 498, UpstreamErrorKind.BadRequest)]
    [InlineData("cohere_chat/command-r", 500, UpstreamErrorKind.ServiceUnavailable)]
    [InlineData("replicate/meta/m", 500, UpstreamErrorKind.ServiceUnavailable)]
    [InlineData("nlp_cloud/m", 402, UpstreamErrorKind.RateLimit)]
    [InlineData("nlp_cloud/m", 403, UpstreamErrorKind.Authentication)]
    [InlineData("nlp_cloud/m", 422, UpstreamErrorKind.BadRequest)]
    [InlineData("nlp_cloud/m", 504, UpstreamErrorKind.ServiceUnavailable)]
    [InlineData("groq/m", 498, UpstreamErrorKind.ServiceUnavailable)]
    public void Status_MeansWhatTheProviderMeans(string model, int status, UpstreamErrorKind kind)
        => Providers.Connect(model).Classify(status, """{"message":"oops"}""").ShouldBe(kind);
}
