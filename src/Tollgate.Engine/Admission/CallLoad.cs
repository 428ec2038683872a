using Tollgate.Engine.Configuration;

namespace Tollgate.Engine.Admission;

/// <summary>What a call takes from rate limits when it stands for many: the lines of a batch (routing.md 14.6).</summary>
/// <param name="Requests">Lines.</param>
/// <param name="InputTokens">Tokens of all prompts.</param>
/// <param name="OutputTokens">Tokens that their output limits allow.</param>
internal readonly record struct CallLoad(long Requests, long InputTokens, long OutputTokens)
{
    /// <summary>Tokens of the kind that is limited.</summary>
    public long TokensFor(BudgetSettings settings) => settings.TokenKind switch
    {
        "input" => InputTokens,
        "output" => OutputTokens,
        _ => InputTokens + OutputTokens,
    };
}
