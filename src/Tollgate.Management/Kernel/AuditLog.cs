using System.Text.Json.Nodes;
using Tollgate.Data.Rows;

namespace Tollgate.Management.Kernel;

/// <summary>What was done to an object.</summary>
public enum AuditAction
{
    Created,
    Updated,
    Deleted,
    Blocked,
    Unblocked,
    Rotated,
}

/// <summary>Records changes in <c>LiteLLM_AuditLog</c>, within the transaction that makes them.</summary>
public sealed class AuditLog(TimeProvider time)
{
    private static readonly HashSet<string> Secrets = new(StringComparer.Ordinal)
    {
        "key", "password", "credential_values", "litellm_params", "api_key", "new_master_key",
    };

    /// <summary>False when the operator switched the audit log off.</summary>
    public bool IsOn { get; set; } = true;

    /// <summary>Records a change.</summary>
    /// <param name="rows">The transaction.</param>
    /// <param name="caller">Who did it.</param>
    /// <param name="action">What.</param>
    /// <param name="table">Table of the object.</param>
    /// <param name="objectId">Its primary key.</param>
    /// <param name="before">The row before; null for a creation.</param>
    /// <param name="after">The row after (or the changed members); null for a deletion.</param>
    public Task RecordAsync(
        IRowWriter rows, AdminCaller caller, AuditAction action, Table table, string objectId, JsonObject? before, JsonObject? after)
    {
        if (!IsOn)
        {
            return Task.CompletedTask;
        }

        return rows.InsertAsync(Tables.AuditLog, new JsonObject
        {
            ["id"] = Guid.NewGuid().ToString(),
            ["updated_at"] = Timestamps.Text(time.GetUtcNow().UtcDateTime),
            ["changed_by"] = caller.ChangedBy,
            ["changed_by_api_key"] = caller.KeyHash,
            ["action"] = NameOf(action),
            ["table_name"] = table.Name,
            ["object_id"] = objectId,
            ["before_value"] = WithoutSecrets(before),
            ["updated_values"] = WithoutSecrets(after),
        });
    }

    private static string NameOf(AuditAction action) => action switch
    {
        AuditAction.Created => "created",
        AuditAction.Updated => "updated",
        AuditAction.Deleted => "deleted",
        AuditAction.Blocked => "blocked",
        AuditAction.Unblocked => "unblocked",
        _ => "rotated",
    };

    private static JsonObject? WithoutSecrets(JsonObject? row)
    {
        if (row is null)
        {
            return null;
        }

        var copy = (JsonObject)row.DeepClone();
        foreach (var name in Secrets)
        {
            copy.Remove(name);
        }

        return copy;
    }
}
