using System.Globalization;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Gemini;

/// <summary>What is asked of a model's thinking: a budget up to generation 2.5, a level from 3 on (04-gemini-vertex.md section 2.2).</summary>
internal static class ThinkingConfig
{
    /// <summary>Options of the target that name another budget for an effort: <c>thinking_budget_low</c>.</summary>
    public const string BudgetOption = "thinking_budget_";

    /// <summary>Writes <c>thinkingConfig</c>; nothing when nothing is asked.</summary>
    public static void Write(ReasoningRequest? reasoning, TargetModel target, GeminiModel model, Utf8JsonWriter json)
    {
        if (reasoning is null)
        {
            return;
        }

        var isOff = reasoning.Mode is ReasoningMode.Disabled || reasoning.Effort is "none" or "disable" || reasoning.BudgetTokens is 0;
        var shown = reasoning.IncludeThoughts ?? (isOff ? false : IsAsked(reasoning) ? true : reasoning.Summary is not null ? true : null);
        json.WriteStartObject("thinkingConfig"u8);
        if (model.HasLevels)
        {
            json.WriteGiven("thinkingLevel"u8, isOff ? model.IsFlash ? "minimal" : "low" : Level(reasoning, model, target));
        }
        else
        {
            json.WriteGiven("thinkingBudget"u8, isOff ? 0 : Budget(reasoning, target));
        }

        json.WriteGiven("includeThoughts"u8, shown);
        json.WriteEndObject();
    }

    private static bool IsAsked(ReasoningRequest reasoning)
        => reasoning.Effort is not null || reasoning.BudgetTokens is > 0 or -1 || reasoning.Mode is ReasoningMode.Enabled or ReasoningMode.Adaptive;

    private static string? Level(ReasoningRequest reasoning, GeminiModel model, TargetModel target) => reasoning.Effort switch
    {
        null => null,
        "minimal" => model.IsFlash ? "minimal" : "low",
        "low" => "low",
        "medium" => model.IsFlash || target.Model.Contains("3.1-pro", StringComparison.OrdinalIgnoreCase) ? "medium" : "high",
        _ => "high",
    };

    private static long? Budget(ReasoningRequest reasoning, TargetModel target)
    {
        if (reasoning.BudgetTokens is { } tokens)
        {
            return tokens;
        }

        if (reasoning.Effort is not { } effort)
        {
            return reasoning.Mode is ReasoningMode.Adaptive ? -1 : null;
        }

        return target.Options.TryGetValue(BudgetOption + effort, out var own)
            && long.TryParse(own, NumberStyles.None, CultureInfo.InvariantCulture, out var set) ? set : effort switch
            {
                "minimal" => 512,
                "low" => 1024,
                "medium" => 2048,
                "high" => 4096,

                // Beyond what LiteLLM knows: as much as the model wants.
                _ => -1,
            };
    }
}
