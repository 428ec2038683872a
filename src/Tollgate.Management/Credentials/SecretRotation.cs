using System.Text.Json;
using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.Keys;
using Tollgate.Management.Kernel;
using Tollgate.Management.Keys;
using Tollgate.Management.Models;

namespace Tollgate.Management.Credentials;

/// <summary>Encrypts everything in the database with another key, within the transaction that changes the master key (config.md 12.5).</summary>
public sealed class SecretRotation(ISecretBox secrets) : IMasterKeyRotation
{
    private static readonly (Table Table, string Column)[] OfLiteLlm =
    [
        (new Table("LiteLLM_SSOConfig", ["id"]), "sso_settings"), (new Table("LiteLLM_CacheConfig", ["id"]), "cache_settings"),
        (new Table("LiteLLM_MCPServerTable", ["server_id"]), "credentials"), (new Table("LiteLLM_MCPUserCredentials", ["id"]), "credential_b64"),
    ];

    /// <inheritdoc/>
    /// <exception cref="AdminException">400 when a value cannot be opened; nothing changes then.</exception>
    public async Task ReencryptAsync(IRowWriter rows, string newMasterKey, CancellationToken cancellationToken)
    {
        await secrets.PrepareAsync(cancellationToken);
        await RewriteAsync(rows, secrets.WithKey(newMasterKey));
        secrets.Expect(newMasterKey);
    }

    /// <summary>Encrypts everything as another box does: with its key, in its format.</summary>
    /// <returns>Values rewritten.</returns>
    /// <exception cref="AdminException">400 when a value cannot be opened; nothing changes then.</exception>
    public async Task<int> RewriteAsync(IRowWriter rows, ISecretBox to)
    {
        var tally = new Tally(secrets, to);
        await RotateAsync(rows, Tables.Models, "litellm_params", "model_id", tally);
        await RotateAsync(rows, Tables.Credentials, "credential_values", "credential_id", tally);
        await RotateNewerAsync(rows, Tables.SearchTools, "search_tool_id", tally);
        await RotateNewerAsync(rows, Tables.VectorStores, "vector_store_id", tally);
        await RotateVariablesAsync(rows, tally);
        await RotateOverridesAsync(rows, tally);
        await RotateEndpointsAsync(rows, tally);
        foreach (var (table, column) in OfLiteLlm)
        {
            await RotateForeignAsync(rows, table, column, tally);
        }

        if (tally.Skipped > 0)
        {
            throw AdminException.Of(
                ErrorGroup.Internal, 400, $"{tally.Skipped} values cannot be decrypted: wrong LITELLM_SALT_KEY? Nothing was changed.");
        }

        await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.Configuration, "encryption"));
        return tally.Rewritten;
    }

    /// <summary>Secrets that only LiteLLM writes: what is in clear there stays in clear.</summary>
    private static async Task RotateForeignAsync(IRowWriter rows, Table table, string column, Tally tally)
    {
        IReadOnlyList<JsonObject> found;
        try
        {
            found = await rows.SelectAsync(table, Filter.None);
        }
        catch (MissingTableException)
        {
            // An adopted database may be older than the table.
            return;
        }

        foreach (var row in found)
        {
            var rotated = row[column] switch
            {
                JsonObject values => tally.Reencrypted(values),
                JsonValue value when value.TryGetValue<string>(out var text) => tally.Reencrypted(text),
                _ => null,
            };
            if (rotated is not null)
            {
                await rows.UpdateAsync(table, Filter.Equal(table.Key[0], row[table.Key[0]]), new JsonObject { [column] = rotated });
            }
        }
    }

    private static async Task RotateAsync(IRowWriter rows, Table table, string column, string key, Tally tally)
    {
        foreach (var row in await rows.SelectAsync(table, Filter.None))
        {
            if (row[column] is JsonObject values && tally.Rotated(values) is { } rotated)
            {
                await rows.UpdateAsync(table, Filter.Equal(key, ModelRows.Text(row[key])), new JsonObject { [column] = rotated });
            }
        }
    }

    /// <summary>A table that an adopted database may be too old to have.</summary>
    private static async Task RotateNewerAsync(IRowWriter rows, Table table, string key, Tally tally)
    {
        try
        {
            await RotateAsync(rows, table, "litellm_params", key, tally);
        }
        catch (MissingTableException)
        {
            // Nothing is kept where there is no table.
        }
    }

    private static async Task RotateVariablesAsync(IRowWriter rows, Tally tally)
    {
        var row = await rows.FindAsync(Tables.Config, "environment_variables");
        if (row?["param_value"] is JsonObject values && tally.Rotated(values) is { } rotated)
        {
            await rows.UpdateAsync(
                Tables.Config, Filter.Equal("param_name", "environment_variables"), new JsonObject { ["param_value"] = rotated });
        }
    }

    private static async Task RotateOverridesAsync(IRowWriter rows, Tally tally)
    {
        foreach (var row in await rows.SelectAsync(Tables.ModelOverrides, Filter.None))
        {
            if (row["data"] is JsonObject data && data["litellm_params"] is JsonObject values && tally.Rotated(values) is { } rotated)
            {
                var changed = data.DeepClone().AsObject();
                changed["litellm_params"] = rotated;
                await rows.UpsertAsync(
                    Tables.ModelOverrides,
                    new JsonObject { ["scope"] = row["scope"]?.DeepClone(), ["id"] = row["id"]?.DeepClone(), ["data"] = changed });
            }
        }
    }

    private static async Task RotateEndpointsAsync(IRowWriter rows, Tally tally)
    {
        const string Section = "general_settings";
        const string Endpoints = "pass_through_endpoints";
        if ((await rows.FindAsync(Tables.Config, Section))?["param_value"] is JsonObject values && values[Endpoints] is { } endpoints)
        {
            var changed = values.DeepClone().AsObject();
            changed[Endpoints] = EndpointSecrets.Rotated(endpoints, tally.Rotated);
            await rows.UpdateAsync(Tables.Config, Filter.Equal("param_name", Section), new JsonObject { ["param_value"] = changed });
        }
    }

    private sealed class Tally(ISecretBox from, ISecretBox to)
    {
        public int Skipped { get; private set; }

        public int Rewritten { get; private set; }

        /// <summary>Values under the new key where they were encrypted under the old one; null when none was.</summary>
        public JsonObject? Reencrypted(JsonObject values)
        {
            var rotated = values.DeepClone().AsObject();
            var isChanged = false;
            foreach (var (name, value) in values)
            {
                if (value?.GetValueKind() == JsonValueKind.String && Reencrypted(value.GetValue<string>()) is { } fresh)
                {
                    rotated[name] = fresh;
                    isChanged = true;
                }
            }

            return isChanged ? rotated : null;
        }

        /// <summary>A value under the new key; null when it was never encrypted, or cannot be opened.</summary>
        public JsonNode? Reencrypted(string stored)
        {
            if (from.Unprotect(stored).Text is not { } clear)
            {
                Skipped++;
                return null;
            }

            return string.Equals(clear, stored, StringComparison.Ordinal) ? null : JsonValue.Create(Sealed(clear));
        }

        /// <summary>Values under the new key, each read back before it counts; null when there is no text among them.</summary>
        public JsonObject? Rotated(JsonObject values)
        {
            var rotated = values.DeepClone().AsObject();
            var isChanged = false;
            foreach (var (name, value) in values)
            {
                if (value is null || value.GetValueKind() != JsonValueKind.String)
                {
                    continue;
                }

                if (from.Unprotect(value.GetValue<string>()).Text is { } clear)
                {
                    rotated[name] = Sealed(clear);
                    isChanged = true;
                }
                else
                {
                    Skipped++;
                }
            }

            return isChanged ? rotated : null;
        }

        /// <summary>A value under the new key; the same one when it cannot be opened.</summary>
        /// <param name="stored">The value.</param>
        /// <param name="isClear">It was never encrypted.</param>
        public string Rotated(string stored, bool isClear)
        {
            if ((isClear ? stored : from.Unprotect(stored).Text) is { } clear)
            {
                return Sealed(clear);
            }

            Skipped++;
            return stored;
        }

        private string Sealed(string clear)
        {
            var stored = to.Protect(clear);
            Rewritten++;
            return string.Equals(to.Unprotect(stored).Text, clear, StringComparison.Ordinal)
                ? stored : throw new InvalidOperationException("A value that was just encrypted does not open again.");
        }
    }
}
