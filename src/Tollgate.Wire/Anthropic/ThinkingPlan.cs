using System.Globalization;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Anthropic;

/// <summary>What is asked of a model's thinking in Anthropic's terms, by what the model can do (03-anthropic.md 2.6).</summary>
internal readonly record struct ThinkingPlan
{
    /// <summary>The provider refuses smaller budgets.</summary>
    private const long LeastBudget = 1024;

    /// <summary>Thinking with a budget; null for none.</summary>
    public long? Budget { get; private init; }

    /// <summary>The model decides how much it thinks.</summary>
    public bool IsAdaptive { get; private init; }

    /// <summary>Thinking is switched off in so many words.</summary>
    public bool IsDisabled { get; private init; }

    /// <summary><c>output_config.effort</c>; null for none.</summary>
    public string? Effort { get; private init; }

    /// <summary>Whether the thoughts are shown; null to leave it to the model's usual way.</summary>
    public bool? Shows { get; private init; }

    /// <summary>The model will think.</summary>
    public bool IsOn => Budget is not null || IsAdaptive;

    /// <summary>Decides.</summary>
    /// <exception cref="WireException">The model cannot think, or not as hard as it is asked to.</exception>
    public static ThinkingPlan Of(ReasoningRequest? asked, Conversation conversation, TargetModel target)
    {
        if (asked is null || (asked.Mode is ReasoningMode.Unstated && asked is { Effort: null or "none", BudgetTokens: null or 0 }))
        {
            return default;
        }

        if (asked.Mode is ReasoningMode.Disabled || asked.Effort is "none" || asked.BudgetTokens is 0)
        {
            return new ThinkingPlan { IsDisabled = asked.Mode is ReasoningMode.Disabled };
        }

        if (target.Can("reasoning") is false)
        {
            return target.DropParams ? default : throw new WireException(
                $"The model '{target.Model}' does not think: reasoning_effort and thinking are not supported. "
                + "To leave them out, set `litellm_settings.drop_params: true`.",
                "reasoning_effort");
        }

        var plan = Choose(asked, target);

        // A thinking model wants to see its sealed thoughts before calls of tools; who has lost them goes on without thinking.
        return target.ModifyParams && plan.Budget is not null && conversation.LastCallsLackThoughts ? plan with { Budget = null } : plan;
    }

    /// <summary>Writes <c>thinking</c>; nothing when nothing is to be said.</summary>
    public void WriteThinking(Utf8JsonWriter json)
    {
        if (!IsOn && !IsDisabled)
        {
            return;
        }

        json.WriteStartObject("thinking"u8);
        json.WriteString("type"u8, IsDisabled ? "disabled"u8 : IsAdaptive ? "adaptive"u8 : "enabled"u8);
        if (Budget is { } budget && !IsAdaptive)
        {
            json.WriteNumber("budget_tokens"u8, budget);
        }

        if (Shows is { } shows && IsOn)
        {
            json.WriteString("display"u8, shows ? "summarized"u8 : "omitted"u8);
        }

        json.WriteEndObject();
    }

    private static ThinkingPlan Choose(ReasoningRequest asked, TargetModel target)
    {
        var effort = EffortOf(asked.Effort, target);
        var adapts = target.Can("adaptive_thinking");
        var budget = Math.Max(LeastBudget, asked.BudgetTokens is { } given and > 0 ? given : BudgetFor(asked.Effort ?? "medium", target));
        var wantsBudget = asked.Mode is ReasoningMode.Enabled || asked.BudgetTokens > 0;

        // Models that know the highest effort but one take no budgets any more.
        var adaptive = wantsBudget
            ? target.Can("xhigh_reasoning_effort") is true
            : asked.Mode is ReasoningMode.Adaptive || asked.BudgetTokens is -1 ? adapts is not false : adapts is true;
        var takesEffort = adaptive || adapts is true || target.Can("output_config") is true;
        return new ThinkingPlan
        {
            Budget = adaptive ? null : budget,
            IsAdaptive = adaptive,
            Effort = takesEffort ? effort : null,
            Shows = asked.IncludeThoughts ?? (asked.Summary is not null && adaptive ? true : null),
        };
    }

    private static string? EffortOf(string? effort, TargetModel target) => effort switch
    {
        null or "low" or "medium" or "high" => effort,
        "minimal" => "low",
        "max" when target.Can("max_reasoning_effort") is not false => effort,
        "xhigh" when target.Can("xhigh_reasoning_effort") is not false => effort,
        "max" or "xhigh" => target.DropParams ? "high" : throw new WireException(
            $"reasoning_effort '{effort}' is not supported by the model '{target.Model}'; use 'high' or less.", "reasoning_effort"),
        _ => throw new WireException($"Unmapped reasoning effort: {effort}", "reasoning_effort"),
    };

    private static long BudgetFor(string effort, TargetModel target)
    {
        if (target.Options.TryGetValue(MessagesOptions.ThinkingBudgetPrefix + effort, out var stated)
            && long.TryParse(stated, NumberStyles.None, CultureInfo.InvariantCulture, out var tokens))
        {
            return tokens;
        }

        return effort switch
        {
            "minimal" or "low" => 1024,
            "medium" => 2048,
            _ => 4096,
        };
    }
}
