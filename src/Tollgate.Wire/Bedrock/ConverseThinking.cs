using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Bedrock;

/// <summary>What a model is told about thinking (03-anthropic.md section 2.6 for Claude).</summary>
/// <param name="IsOn">The model is to think.</param>
/// <param name="IsAdaptive">Claude decides how long.</param>
/// <param name="Budget">Tokens for Claude's thoughts; null when it decides or does not think.</param>
/// <param name="Effort">The effort in the model's own word; null for none.</param>
internal readonly record struct ConverseThinking(bool IsOn, bool IsAdaptive, long? Budget, string? Effort)
{
    /// <summary>Bedrock refuses less.</summary>
    private const long LeastBudget = 1024;

    /// <summary>Tokens for the answer besides the thoughts, where the client gave no limit.</summary>
    private const long AnswerTokens = 4096;

    /// <summary>A limit that leaves room for the answer; null when any will do.</summary>
    public long? LeastOutputTokens => Budget + AnswerTokens;

    /// <summary>Works it out.</summary>
    /// <exception cref="WireException">The effort is none that the model knows.</exception>
    public static ConverseThinking Of(ChatRequest request, in ConverseTraits traits)
    {
        if (request.Reasoning is not { } asked || asked.Mode is ReasoningMode.Disabled || asked.Effort is "none" || asked.BudgetTokens is 0
            || asked is { Mode: ReasoningMode.Unstated, Effort: null, BudgetTokens: null })
        {
            return default;
        }

        return traits.Family switch
        {
            ModelFamily.Claude => OfClaude(asked, traits),
            ModelFamily.Nova2 => new ConverseThinking(IsOn: true, IsAdaptive: false, Budget: null, Level(asked)),
            ModelFamily.GptOss => new ConverseThinking(IsOn: false, IsAdaptive: false, Budget: null, Level(asked)),
            _ => default,
        };
    }

    private static ConverseThinking OfClaude(ReasoningRequest asked, in ConverseTraits traits)
    {
        var decides = asked.Mode is ReasoningMode.Adaptive || asked.BudgetTokens is < 0;
        if (traits.AdaptiveThinking && (decides || asked.BudgetTokens is null || traits.Version >= 47))
        {
            return new ConverseThinking(IsOn: true, IsAdaptive: true, Budget: null, ClaudeEffort(asked.Effort));
        }

        var budget = asked.BudgetTokens is > 0 and var stated ? stated : asked.Effort switch
        {
            "minimal" or "low" => 1024,
            "medium" or null => 2048,
            "high" => 4096,
            _ => throw Unknown(asked.Effort),
        };
        return new ConverseThinking(IsOn: true, IsAdaptive: false, Math.Max(budget, LeastBudget), Effort: null);
    }

    private static string? ClaudeEffort(string? effort) => effort switch
    {
        null or "low" or "medium" or "high" or "max" or "xhigh" => effort,
        "minimal" => "low",
        _ => throw Unknown(effort),
    };

    private static string Level(ReasoningRequest asked) => asked.Effort switch
    {
        "minimal" or "low" => "low",
        "medium" => "medium",
        "high" or "xhigh" or "max" => "high",
        null => asked.BudgetTokens switch
        {
            >= 10000 => "high",
            null or < 0 or >= 5000 => "medium",
            _ => "low",
        },
        _ => throw Unknown(asked.Effort),
    };

    // COMPAT: LiteLLM's words.
    private static WireException Unknown(string? effort) => new($"Unmapped reasoning effort: {effort}", "reasoning_effort");
}
