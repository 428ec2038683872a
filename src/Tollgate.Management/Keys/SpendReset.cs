using System.Text.Json;
using System.Text.Json.Nodes;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Keys;

/// <summary>What spend may be set to (admin-api.md 5.10, 6.11).</summary>
internal static class SpendReset
{
    /// <summary>The amount of a request whose <c>reset_to</c> is required.</summary>
    public static double Read(Fields fields, double spent, double? maxBudget)
        => fields.Any("reset_to") is JsonValue value && value.GetValueKind() == JsonValueKind.Number
            ? Check(fields.Number("reset_to")!.Value, spent, maxBudget)
            : throw AdminException.Detail(400, "reset_to must be a float");

    /// <summary>The amount when it fits what was spent.</summary>
    public static double Check(double amount, double spent, double? maxBudget)
    {
        if (amount < 0)
        {
            throw AdminException.Detail(400, "reset_to must be >= 0");
        }

        if (amount > spent)
        {
            throw AdminException.Detail(400, $"reset_to ({BudgetRules.Show(amount)}) must be <= current spend ({BudgetRules.Show(spent)})");
        }

        return amount > maxBudget
            ? throw AdminException.Detail(400, $"reset_to ({BudgetRules.Show(amount)}) must be <= budget ({BudgetRules.Show(maxBudget.Value)})")
            : amount;
    }
}
