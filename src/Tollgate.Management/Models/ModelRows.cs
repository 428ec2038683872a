using System.Text.Json;
using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Configuration;
using Tollgate.Management.Credentials;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Models;

/// <summary>Rows of models and overrides: texts of <c>litellm_params</c> are encrypted one by one on the way in (database.md 2.10).</summary>
public sealed class ModelRows(ISecretBox secrets, TimeProvider time)
{
    /// <summary>The row with this id; null when there is none.</summary>
    public static Task<JsonObject?> FindAsync(IRowReader rows, string id) => rows.FindAsync(Tables.Models, id);

    /// <summary>Rows of a group.</summary>
    public static Task<IReadOnlyList<JsonObject>> OfGroupAsync(IRowReader rows, string modelName) =>
        rows.SelectAsync(Tables.Models, Filter.Equal("model_name", modelName), [new SortBy("created_at"), new SortBy("model_id")]);

    /// <summary>Texts encrypted, everything else as it is.</summary>
    public JsonObject Seal(JsonObject clear)
    {
        var sealedValues = new JsonObject();
        foreach (var (name, value) in clear)
        {
            sealedValues[name] = value is JsonValue text && text.GetValueKind() == JsonValueKind.String
                ? secrets.Protect(text.GetValue<string>())
                : value?.DeepClone();
        }

        return sealedValues;
    }

    /// <summary>Texts in clear; one that cannot be opened stays as stored, so that a change of another value does not lose it.</summary>
    public JsonObject Open(JsonNode? stored)
    {
        var clear = new JsonObject();
        foreach (var (name, value) in stored as JsonObject ?? [])
        {
            clear[name] = value is JsonValue text && text.GetValueKind() == JsonValueKind.String
                ? secrets.Unprotect(text.GetValue<string>()).Text ?? text.GetValue<string>()
                : value?.DeepClone();
        }

        return clear;
    }

    /// <summary>Values of a row with changes applied; what is not changed keeps its stored text.</summary>
    /// <param name="stored">Stored values.</param>
    /// <param name="changes">New values in clear; null removes when <paramref name="nullRemoves"/>.</param>
    /// <param name="nullRemoves">What a null means: remove, or leave.</param>
    public JsonObject Merge(JsonNode? stored, JsonObject changes, bool nullRemoves)
    {
        var merged = stored?.DeepClone() as JsonObject ?? [];
        foreach (var (name, value) in Seal(changes))
        {
            if (value is not null)
            {
                merged[name] = value.DeepClone();
            }
            else if (nullRemoves)
            {
                merged.Remove(name);
            }
        }

        return merged;
    }

    /// <summary>Now, as rows carry it.</summary>
    public string Now => Timestamps.Text(time.GetUtcNow());

    /// <summary>A row as it is answered: values in clear, secrets by their ends.</summary>
    public JsonObject Answer(JsonObject row)
    {
        var info = row["model_info"]?.DeepClone() as JsonObject ?? [];
        info["id"] = row["model_id"]?.DeepClone();
        info["db_model"] = true;
        return new JsonObject
        {
            ["model_id"] = row["model_id"]?.DeepClone(),
            ["model_name"] = row["model_name"]?.DeepClone(),
            ["litellm_params"] = SecretNames.Masked(Open(row["litellm_params"]), SecretNames.Ends),
            ["model_info"] = info,
            ["created_at"] = row["created_at"]?.DeepClone(),
            ["created_by"] = row["created_by"]?.DeepClone(),
            ["updated_at"] = row["updated_at"]?.DeepClone(),
            ["updated_by"] = row["updated_by"]?.DeepClone(),
            ["blocked"] = IsBlocked(row),
        };
    }

    /// <summary>True for a model that was switched off.</summary>
    public static bool IsBlocked(JsonObject row) =>
        row["blocked"] is JsonValue value && value.TryGetValue(out bool blocked) && blocked;

    /// <summary>A member as text; null when it is none.</summary>
    public static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
