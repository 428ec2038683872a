using System.Text.Json.Nodes;
using Tollgate.Engine.Keys;

namespace Tollgate.Data.Identity;

/// <summary>Reads the column <c>metadata</c> (database.md 4.1, 4.2; admin-api.md 4.6).</summary>
internal static class MetadataColumn
{
    public static EntityMetadata Read(JsonObject? metadata)
    {
        if (metadata is not { Count: > 0 })
        {
            return EntityMetadata.None;
        }

        var expiry = Values.Time(metadata["temp_budget_expiry"]);
        return new EntityMetadata
        {
            Json = Values.Utf8(metadata),
            Tags = Values.Texts(metadata["tags"]),
            SpendLogsMetadata = Values.Json(metadata["spend_logs_metadata"]) is JsonObject spend ? Values.Utf8(spend) : default,
            ModelLimits = BudgetColumns.ModelLimits(metadata["model_rpm_limit"], metadata["model_tpm_limit"]),

            // An increase whose end cannot be read must not hold for ever.
            TemporaryBudgetIncrease = expiry is null ? 0 : Values.Number(metadata["temp_budget_increase"]) ?? 0,
            TemporaryBudgetExpiry = expiry,
            EnforcedParams = Values.Texts(metadata["enforced_params"]),
            PassThroughRoutes = Values.Texts(metadata["allowed_passthrough_routes"]),
        };
    }
}
