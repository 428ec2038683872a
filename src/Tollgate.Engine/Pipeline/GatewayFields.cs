using System.Collections.Frozen;
using System.Text;

namespace Tollgate.Engine.Pipeline;

/// <summary>Body fields that are meant for the gateway and that the envelope reads (llm-api.md section 6).</summary>
internal static class GatewayFields
{
    private const int LongestName = 44;

    private static readonly FrozenSet<string> Names = new[]
    {
        "timeout", "request_timeout", "stream_timeout", "num_retries", "max_retries", "disable_fallbacks", "fallbacks", "api_key", "api_base",
        "base_url", "api_version", "drop_params", "merge_reasoning_content_in_choices", "additional_drop_params", "allowed_openai_params",
        "mock_response", "mock_delay", "mock_timeout", "mock_testing_fallbacks", "mock_testing_context_fallbacks",
        "mock_testing_context_window_fallbacks", "mock_testing_content_policy_fallbacks", "mock_testing_rate_limit_error",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> ByChars = Names.GetAlternateLookup<ReadOnlySpan<char>>();

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
