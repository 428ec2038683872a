using System.Collections.Frozen;
using System.Text;

namespace Tollgate.Engine.Pipeline;

/// <summary>Body fields that are meant for the gateway and that the envelope reads (llm-api.md section 6).</summary>
internal static class GatewayFields
{
    private const int LongestName = 44;

    /// <summary>Where a provider is and with whose rights it is called, and whose observability service is told: the operator decides that.</summary>
    private static readonly string[] Credentials =
    [
        "aws_sts_endpoint", "aws_web_identity_token", "aws_role_name", "vertex_credentials", "aws_bedrock_runtime_endpoint", "s3_endpoint_url",
        "sagemaker_base_url", "deployment_url", "langfuse_host", "langfuse_public_key", "langfuse_secret", "langfuse_secret_key",
        "langsmith_api_key", "langsmith_base_url", "arize_api_key", "arize_space_key", "arize_space_id", "gcs_bucket_name",
        "gcs_path_service_account", "posthog_api_key", "posthog_host",
    ];

    private static readonly FrozenSet<string> Names = ((string[])
    [
        "timeout", "request_timeout", "stream_timeout", "num_retries", "max_retries", "disable_fallbacks", "fallbacks", "api_key", "api_base",
        "base_url", "api_version", "drop_params", "merge_reasoning_content_in_choices", "additional_drop_params", "allowed_openai_params",
        "mock_response", "mock_delay", "mock_timeout", "mock_testing_fallbacks", "mock_testing_context_fallbacks",
        "mock_testing_context_window_fallbacks", "mock_testing_content_policy_fallbacks", "mock_testing_rate_limit_error",
        .. Credentials,
    ]).ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> ByChars = Names.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>True for a name that only an operator's leave makes a client's to use (llm-api.md 2.6).</summary>
    public static bool IsCredential(string name) => Array.IndexOf(Credentials, name) >= 0;

    /// <summary>True when a root member's name is one of them.</summary>
    public static bool IsKnown(ReadOnlySpan<byte> name)
    {
        if (name.Length > LongestName)
        {
            return false;
        }

        Span<char> chars = stackalloc char[LongestName];
        return ByChars.Contains(chars[..Encoding.Latin1.GetChars(name, chars)]);
    }
}
