namespace Tollgate.Data.Spend;

/// <summary>
/// Takes the name of a record that counts once only, the same on both engines. The row is that of the claim that was made before the work
/// (<see cref="Managed.ResourceStore"/>): what is <c>true</c> there is on record.
/// </summary>
internal static class OnceSql
{
    /// <summary>First part of the names of claims.</summary>
    public const string Prefix = "claim:";

    /// <summary>The statement; it returns a row to the one that took the name.</summary>
    /// <param name="table">The table's name on the engine.</param>
    public static string TakeIn(string table) =>
        $"""
        INSERT INTO {table} AS kv ("name", "value") VALUES (@name, 'true')
        ON CONFLICT ("name") DO UPDATE SET "value" = excluded."value" WHERE kv."value" <> excluded."value" RETURNING "name"
        """;
}
