using Tollgate.Engine.Upstream;
using Tollgate.Providers.Catalogue;

namespace Tollgate.Providers.Connections;

/// <summary>How LiteLLM words the errors of each provider (09-cross-cutting.md 1.1).</summary>
internal static class ErrorWords
{
    /// <summary>The wording of a row.</summary>
    public static ErrorWording Of(ProviderRow row) => row.Family switch
    {
        "openai" => row.Errors.QuotesBody ? ErrorWording.Body : ErrorWording.Message,
        "azure" => ErrorWording.MessageOnce,
        "anthropic" or "own:anthropic_text" => ErrorWording.BodyWithAdvice,
        "gemini" => ErrorWording.BodyWithClass,
        "bedrock" or "own:sagemaker" or "cohere" or "ollama" or "huggingface" or "databricks" or "openai_like" or "own:watsonx" or "own:replicate"
            or "own:cloudflare" or "own:nlp_cloud" or "own:predibase" or "own:aleph_alpha" => ErrorWording.BodyOnce,
        _ => ErrorWording.Message,
    };
}
