using Npgsql;
using Tollgate.Data.Changes;
using Tollgate.Data.Rows;
using Tollgate.Data.Schema;
using Tollgate.Engine.Keys;

namespace Tollgate.Data.Postgres;

/// <summary>
/// Row triggers that record what others change with SQL of their own (database.md 9.5). They watch policy columns only: one on what every
/// flush of spend writes would fire with each.
/// </summary>
internal static class ChangeTriggers
{
    private const string Name = "tollgate_note_change";

    // Definer's rights: who changes a key may know nothing of our schema. A failure here must never fail the change itself.
    private const string Function = $"""
        CREATE OR REPLACE FUNCTION tollgate.note_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        DECLARE
            changed jsonb;
            former text;
            object_id text;
        BEGIN
            IF TG_OP = 'DELETE' THEN
                changed := to_jsonb(OLD);
            ELSE
                changed := to_jsonb(NEW);
            END IF;
            object_id := changed ->> TG_ARGV[1];
            IF TG_NARGS > 2 THEN
                object_id := object_id || '|' || (changed ->> TG_ARGV[2]);
            END IF;
            INSERT INTO tollgate.change_log (at, kind, id, src) VALUES (clock_timestamp(), TG_ARGV[0], object_id, 'trigger');
            IF TG_OP = 'UPDATE' AND TG_NARGS = 2 THEN
                former := to_jsonb(OLD) ->> TG_ARGV[1];
                IF former IS DISTINCT FROM object_id THEN
                    INSERT INTO tollgate.change_log (at, kind, id, src) VALUES (clock_timestamp(), TG_ARGV[0], former, 'trigger');
                END IF;
            END IF;
            PERFORM pg_notify(CASE WHEN TG_ARGV[0] = 'Configuration' THEN '{ReplicaNotice.Configuration}' ELSE '{ReplicaNotice.Identity}' END, '');
            RETURN NULL;
        EXCEPTION WHEN OTHERS THEN
            RETURN NULL;
        END $$
        """;

    private static readonly string[] Volatile =
        ["spend", "total_spend", "model_spend", "last_active", "created_at", "created_by", "updated_at", "updated_by"];

    private static readonly (Table Table, ChangedObject Kind, string[] Id)[] Watched =
    [
        (Tables.Keys, ChangedObject.Key, ["token"]),
        (Tables.Users, ChangedObject.User, ["user_id"]),
        (Tables.Teams, ChangedObject.Team, ["team_id"]),
        (Tables.TeamMemberships, ChangedObject.TeamMember, ["team_id", "user_id"]),
        (Tables.Organizations, ChangedObject.Organization, ["organization_id"]),
        (Tables.Budgets, ChangedObject.Budget, ["budget_id"]),
        (Tables.Models, ChangedObject.Configuration, ["model_id"]),
        (Tables.Credentials, ChangedObject.Configuration, ["credential_name"]),
        (Tables.SearchTools, ChangedObject.Configuration, ["search_tool_id"]),
        (Tables.VectorStores, ChangedObject.Configuration, ["vector_store_id"]),
        (Tables.Config, ChangedObject.Configuration, ["param_name"]),
    ];

    /// <summary>Puts triggers on the tables that have none yet.</summary>
    public static async Task InstallAsync(
        NpgsqlConnection connection, DatabaseShape shape, PostgresDialect dialect, CancellationToken cancellationToken)
    {
        var missing = new List<string>();
        foreach (var (table, kind, id) in Watched.Where(watched => shape.Has(watched.Table)))
        {
            if (!await ExistsAsync(connection, dialect.NameOf(table), cancellationToken))
            {
                missing.Add(Create(dialect.NameOf(table), shape.Of(table), kind, id));
            }
        }

        if (missing.Count == 0)
        {
            return;
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            string.Join(";\n", [$"SELECT pg_advisory_xact_lock({PostgresMigrator.LockKey})", Function, .. missing]), connection, transaction);
        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static string Create(string table, TableShape shape, ChangedObject kind, string[] id)
    {
        var columns = shape.Columns.Select(column => column.Name).Except(Volatile, StringComparer.Ordinal).Select(SqlDialect.Quote);
        var arguments = string.Join(", ", id.Prepend(kind.ToString()).Select(argument => $"'{argument}'"));
        // Dropped first: another replica may have come before us.
        return $"DROP TRIGGER IF EXISTS {Name} ON {table};\n"
            + $"CREATE TRIGGER {Name} AFTER INSERT OR DELETE OR UPDATE OF {string.Join(", ", columns)} ON {table} "
            + $"FOR EACH ROW EXECUTE FUNCTION tollgate.note_change({arguments})";
    }

    private static async Task<bool> ExistsAsync(NpgsqlConnection connection, string table, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"SELECT count(*) FROM pg_catalog.pg_trigger WHERE tgrelid = to_regclass(@table) AND tgname = '{Name}'", connection);
        command.Parameters.AddWithValue("table", table);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))! > 0;
    }
}
