#pragma warning disable RS0030 // Rows travel as JSON trees: this runs when rows are loaded or shown, never for a call.
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Tollgate.Data.Rows;

namespace Tollgate.Configuration;

/// <summary>Everything of the database that is configuration, as stored: texts of models and credentials are still encrypted.</summary>
internal sealed record DatabaseRows
{
    public IReadOnlyList<JsonObject> Models { get; init; } = [];

    public IReadOnlyList<JsonObject> Credentials { get; init; } = [];

    public IReadOnlyList<JsonObject> Settings { get; init; } = [];

    public IReadOnlyList<JsonObject> Overrides { get; init; } = [];

    public IReadOnlyList<JsonObject> SearchTools { get; init; } = [];

    public IReadOnlyList<JsonObject> VectorStores { get; init; } = [];

    /// <summary>True for a database that Tollgate made.</summary>
    public bool IsOwnDatabase { get; init; }

    /// <summary>The value of a settings row; null when there is none.</summary>
    public JsonNode? Setting(string name) =>
        Settings.FirstOrDefault(row => string.Equals(row["param_name"]?.GetValue<string>(), name, StringComparison.Ordinal))?["param_value"];

    /// <summary>Names of the variables that rows set.</summary>
    public IEnumerable<string> VariableNames => (Setting("environment_variables") as JsonObject ?? []).Select(static member => member.Key);

    /// <summary>Equal for equal rows: says whether a poll found anything new.</summary>
    public string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var rows in (IReadOnlyList<JsonObject>[])[Models, Credentials, Settings, Overrides, SearchTools, VectorStores])
        {
            foreach (var row in rows)
            {
                hash.AppendData(Encoding.UTF8.GetBytes(row.ToJsonString()));
            }

            hash.AppendData("|"u8);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Reads all of it on one connection.</summary>
    public static Task<DatabaseRows> ReadAsync(IDatabase database, bool isOwnDatabase, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async rows => new DatabaseRows
            {
                Models = await rows.SelectAsync(Tables.Models, Filter.None, [new SortBy("created_at"), new SortBy("model_id")]),
                Credentials = await rows.SelectAsync(Tables.Credentials, Filter.None, [new SortBy("credential_name")]),
                Settings = await rows.SelectAsync(Tables.Config, Filter.None, [new SortBy("param_name")]),
                Overrides = await rows.SelectAsync(Tables.ModelOverrides, Filter.None, [new SortBy("scope"), new SortBy("id")]),
                SearchTools = await NewerAsync(rows, Tables.SearchTools, "search_tool_name"),
                VectorStores = await NewerAsync(rows, Tables.VectorStores, "vector_store_id"),
                IsOwnDatabase = isOwnDatabase,
            },
            cancellationToken);

    /// <summary>Rows of a table that an adopted database may be too old to have.</summary>
    private static async Task<IReadOnlyList<JsonObject>> NewerAsync(IRowReader rows, Table table, string order)
    {
        try
        {
            return await rows.SelectAsync(table, Filter.None, [new SortBy(order)]);
        }
        catch (MissingTableException)
        {
            return [];
        }
    }
}
