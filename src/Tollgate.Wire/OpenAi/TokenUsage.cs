using System.Buffers.Text;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.OpenAi;

/// <summary>Token counts of one answer, as the upstream reported them.</summary>
/// <param name="PromptTokens">Tokens of the prompt, cached ones included.</param>
/// <param name="CompletionTokens">Tokens produced, reasoning included.</param>
/// <param name="TotalTokens">Their sum as reported.</param>
/// <param name="CachedTokens">Part of the prompt read from the provider's cache.</param>
/// <param name="ReasoningTokens">Part of the completion that was reasoning.</param>
public readonly record struct TokenUsage(long PromptTokens, long CompletionTokens, long TotalTokens, long CachedTokens, long ReasoningTokens)
{
    /// <summary>No answer has so many; such a count is a mistake, and sums of smaller ones cannot overflow.</summary>
    private const long MostTokens = 1_000_000_000_000_000;

    /// <summary>Reads a <c>usage</c> object; members that are absent or no numbers count as zero.</summary>
    /// <param name="json">The text it stands in.</param>
    /// <param name="start">Offset of its opening brace.</param>
    public static TokenUsage Read(ReadOnlySpan<byte> json, int start)
    {
        var usage = default(TokenUsage);
        var walker = new JsonWalker(json, start);
        while (walker.MoveNext())
        {
            if (walker.NameIs("prompt_tokens"u8))
            {
                usage = usage with { PromptTokens = Number(walker.Value) };
            }
            else if (walker.NameIs("completion_tokens"u8))
            {
                usage = usage with { CompletionTokens = Number(walker.Value) };
            }
            else if (walker.NameIs("total_tokens"u8))
            {
                usage = usage with { TotalTokens = Number(walker.Value) };
            }
            else if (walker.NameIs("prompt_tokens_details"u8))
            {
                usage = usage with { CachedTokens = Member(json, walker.Current, "cached_tokens"u8) };
            }
            else if (walker.NameIs("completion_tokens_details"u8))
            {
                usage = usage with { ReasoningTokens = Member(json, walker.Current, "reasoning_tokens"u8) };
            }
        }

        return usage.TotalTokens == 0 ? usage with { TotalTokens = usage.PromptTokens + usage.CompletionTokens } : usage;
    }

    private static long Member(ReadOnlySpan<byte> json, in MemberSpan parent, ReadOnlySpan<byte> name)
        => parent.Kind == JsonKind.Object && JsonWalker.TryFind(json, parent.ValueStart, name, out var member)
            ? Number(json.Slice(member.ValueStart, member.ValueLength))
            : 0;

    private static long Number(ReadOnlySpan<byte> value)
    {
        if (Utf8Parser.TryParse(value, out long whole, out var used) && used == value.Length)
        {
            return whole is >= 0 and < MostTokens ? whole : 0;
        }

        return Utf8Parser.TryParse(value, out double real, out used) && used == value.Length && real is >= 0 and < MostTokens ? (long)real : 0;
    }
}
