using System.Collections.Frozen;
using Tollgate.Providers.Connections;
using Tollgate.Wire.Gemini;

namespace Tollgate.Providers.Google;

/// <summary>Settings that the dialect's codec needs to know.</summary>
internal static class GoogleOptions
{
    private static readonly string[] Efforts = ["minimal", "low", "medium", "high"];

    /// <summary>Budgets of thinking that the environment changes (04-gemini-vertex.md section 2.2).</summary>
    public static IReadOnlyDictionary<string, string> Of(ConnectionDraft draft)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var effort in Efforts)
        {
            var name = $"DEFAULT_REASONING_EFFORT_{effort.ToUpperInvariant()}_THINKING_BUDGET";
            var value = (effort is "minimal" ? draft.Env($"{name}{OfModel(draft.Model)}") : null) ?? draft.Env(name);
            if (value is not null)
            {
                found["thinking_budget_" + effort] = value;
            }
        }

        if (draft.Config.Models.SafetySettings is { } safety)
        {
            found[GenerateContentCodec.SafetyOption] = safety;
        }

        return found.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static string OfModel(string model) => model switch
    {
        _ when model.Contains("gemini-2.5-flash-lite", StringComparison.OrdinalIgnoreCase) => "_GEMINI_2_5_FLASH_LITE",
        _ when model.Contains("gemini-2.5-flash", StringComparison.OrdinalIgnoreCase) => "_GEMINI_2_5_FLASH",
        _ when model.Contains("gemini-2.5-pro", StringComparison.OrdinalIgnoreCase) => "_GEMINI_2_5_PRO",
        _ => "",
    };
}
