using System.Text;
using Tollgate.Data.Rows;

namespace Tollgate.Data.Identity;

/// <summary>
/// The statements that identities are read with, made for the columns that this database has: an adopted one may lack newer columns and
/// whole tables. Every join is by primary key, so a cold key costs a handful of index look-ups in one round trip.
/// </summary>
internal sealed class IdentityStatements
{
    private const string LimitColumns = "max_budget tpm_limit rpm_limit max_parallel_requests budget_duration budget_reset_at";
    private const string Objects = "vector_stores search_tools";
    private const string BudgetRow = "budget_id soft_budget model_max_budget allowed_models " + LimitColumns;

    private readonly DatabaseKind _kind;
    private readonly PresentColumns _present;

    public IdentityStatements(DatabaseKind kind, PresentColumns present)
    {
        _kind = kind;
        _present = present;
        Key = KeyStatement();
        Customer = CustomerStatement();
        Tag = new Join(this, Tables.Tags, "c", "tag_name spend budget_id")
            .Left(Tables.Budgets, "b", BudgetRow, ("budget_id", "c.budget_id"))
            .Build("WHERE c.\"tag_name\" = @name");
        Global = new Join(this, Tables.Users, "u", "spend max_budget budget_duration budget_reset_at")
            .Build("WHERE u.\"user_id\" = @id");
    }

    /// <summary>A key and all it belongs to. Parameter: <c>hash</c>.</summary>
    public string Key { get; }

    /// <summary>A customer and its budget row; one row also for a customer that has none. Parameters: <c>id</c>, <c>fallback</c>.</summary>
    public string Customer { get; }

    /// <summary>A tag and its budget row. Parameter: <c>name</c>.</summary>
    public string Tag { get; }

    /// <summary>The row that keeps the spend of the whole gateway. Parameter: <c>id</c>.</summary>
    public string Global { get; }

    private string KeyStatement()
    {
        var join = new Join(this, Tables.Keys, "k",
                "token key_name key_alias spend expires models aliases user_id team_id agent_id permissions metadata blocked allowed_routes "
                + "model_max_budget budget_limits " + LimitColumns)
            .Left(Tables.Budgets, "kb", BudgetRow, ("budget_id", "k.budget_id"))
            .Left(Tables.Users, "u", "user_id user_email user_alias user_role models spend metadata model_max_budget " + LimitColumns,
                ("user_id", "k.user_id"))
            .Left(Tables.Teams, "t",
                "team_id team_alias blocked models spend metadata members_with_roles soft_budget budget_limits default_team_member_models "
                + LimitColumns, ("team_id", "k.team_id"))
            .Left(Tables.TeamModelAliases, "tm", "aliases", ("id", "t.model_id"))
            .Left(Tables.TeamMemberships, "m", "spend", ("user_id", "k.user_id"), ("team_id", "k.team_id"))
            .LeftOn(Tables.Budgets, "mb", BudgetRow, "budget_id", $"COALESCE({Column("m.budget_id", Tables.TeamMemberships)}, {DefaultMemberBudget()})")
            .LeftOn(Tables.Organizations, "o", "organization_id organization_alias models spend metadata", "organization_id",
                $"COALESCE({Column("k.organization_id", Tables.Keys)}, {Column("t.organization_id", Tables.Teams)})")
            .Left(Tables.Budgets, "ob", BudgetRow, ("budget_id", "o.budget_id"))
            .Left(Tables.ObjectPermissions, "kp", Objects, ("object_permission_id", "k.object_permission_id"))
            .Left(Tables.ObjectPermissions, "tp", Objects, ("object_permission_id", "t.object_permission_id"))
            .Left(Tables.ObjectPermissions, "op", Objects, ("object_permission_id", "o.object_permission_id"))
            .Left(Tables.Projects, "p", "project_id project_alias blocked models spend model_rpm_limit model_tpm_limit", ("project_id", "k.project_id"))
            .Left(Tables.Budgets, "pb", BudgetRow, ("budget_id", "p.budget_id"))
            .Select("k.group_models", GroupModels("k", Tables.Keys))
            .Select("t.group_models", GroupModels("t", Tables.Teams));

        // A scalar sub-query is done once, before the join: the row is then found by its primary key, whichever of the two it was.
        var own = $"(SELECT own.\"token\" FROM {Name(Tables.Keys)} own WHERE own.\"token\" = @hash)";
        if (!_present.Has(Tables.DeprecatedKeys, "active_token_id"))
        {
            return join.Build("WHERE k.\"token\" = @hash");
        }

        return join.Left(Tables.DeprecatedKeys, "d", "revoke_at", ("token", "@hash")).Build(
            $"WHERE k.\"token\" = COALESCE({own}, "
            + $"(SELECT old.\"active_token_id\" FROM {Name(Tables.DeprecatedKeys)} old WHERE old.\"token\" = @hash))");
    }

    private string CustomerStatement()
    {
        // The id leads the join, so that a customer without a row still finds the budget that is configured for such.
        var from = "(SELECT CAST(@id AS text) AS \"id\", CAST(@fallback AS text) AS \"fallback\") x";
        return new Join(this, from)
            .Left(Tables.Customers, "c", "user_id spend blocked default_model budget_id", ("user_id", "x.id"))
            .LeftOn(Tables.Budgets, "b", BudgetRow, "budget_id", $"COALESCE({Column("c.budget_id", Tables.Customers)}, x.\"fallback\")")
            .Build("");
    }

    /// <summary>What a team's members have who have no budget row of their own (database.md 4.2).</summary>
    private string DefaultMemberBudget() => _kind == DatabaseKind.Sqlite
        ? "json_extract(t.\"metadata\", '$.team_member_budget_id')"
        : "(t.\"metadata\" ->> 'team_member_budget_id')";

    private string? GroupModels(string alias, Table table)
    {
        if (!_present.Has(table, "access_group_ids") || !_present.Has(Tables.AccessGroups, "access_model_names"))
        {
            return null;
        }

        return _kind == DatabaseKind.Sqlite
            ? $"(SELECT json_group_array(json(g.\"access_model_names\")) FROM {Name(Tables.AccessGroups)} g "
                + $"WHERE g.\"access_group_id\" IN (SELECT value FROM json_each({alias}.\"access_group_ids\")))"
            : $"(SELECT jsonb_agg(to_jsonb(g.\"access_model_names\")) FROM {Name(Tables.AccessGroups)} g "
                + $"WHERE g.\"access_group_id\" = ANY({alias}.\"access_group_ids\"))";
    }

    private string Column(string qualified, Table table)
    {
        var (alias, column) = Split(qualified);
        return _present.Has(table, column) ? $"{alias}.\"{column}\"" : "NULL";
    }

    private static (string Alias, string Column) Split(string qualified)
    {
        var dot = qualified.IndexOf('.', StringComparison.Ordinal);
        return (qualified[..dot], qualified[(dot + 1)..]);
    }

    private static string Name(Table table) => $"\"{table.Name}\"";

    /// <summary>A select list and its joins; what the database lacks is left out of both.</summary>
    private sealed class Join
    {
        private readonly IdentityStatements _owner;
        private readonly StringBuilder _columns = new();
        private readonly StringBuilder _from = new();
        private readonly Dictionary<string, Table> _joined = new(StringComparer.Ordinal);

        public Join(IdentityStatements owner, string from)
        {
            _owner = owner;
            _from.Append(from);
        }

        public Join(IdentityStatements owner, Table table, string alias, string columns)
            : this(owner, $"{Name(table)} {alias}")
        {
            Add(table, alias, columns);
        }

        /// <summary>Joins by equality of columns with those of tables before (<c>k.team_id</c>) or with parameters.</summary>
        public Join Left(Table table, string alias, string columns, params (string Column, string Other)[] on)
        {
            if (!on.All(pair => _owner._present.Has(table, pair.Column) && IsJoined(pair.Other)))
            {
                return this;
            }

            _from.Append($"\nLEFT JOIN {Name(table)} {alias} ON ")
                .AppendJoin(" AND ", on.Select(pair => $"{alias}.\"{pair.Column}\" = {Reference(pair.Other)}"));
            Add(table, alias, columns);
            return this;
        }

        /// <summary>Joins by equality of a column with an expression.</summary>
        public Join LeftOn(Table table, string alias, string columns, string column, string expression)
        {
            if (_owner._present.Has(table, column))
            {
                _from.Append($"\nLEFT JOIN {Name(table)} {alias} ON {alias}.\"{column}\" = {expression}");
                Add(table, alias, columns);
            }

            return this;
        }

        /// <summary>Adds a value; null adds nothing.</summary>
        public Join Select(string name, string? expression)
        {
            if (expression is not null)
            {
                _columns.Append($", {expression} AS \"{name}\"");
            }

            return this;
        }

        public string Build(string where) => $"SELECT {_columns.ToString(2, _columns.Length - 2)}\nFROM {_from}\n{where}";

        private void Add(Table table, string alias, string columns)
        {
            _joined[alias] = table;
            var wanted = columns.Split(' ');
            foreach (var column in wanted.Where(column => _owner._present.Has(table, column)))
            {
                Select($"{alias}.{column}", $"{alias}.\"{column}\"");
            }

            if (table.Key.Length == 1 && _owner._present.KeepsExtras && !wanted.All(column => _owner._present.Has(table, column)))
            {
                // Values of the columns that are not there yet (database.md 6.3).
                _from.Append($"\nLEFT JOIN {{own:row_ext}} {alias}x ON {alias}x.\"rel\" = '{table.Name}'")
                    .Append($" AND {alias}x.\"pk\" = CAST({alias}.\"{table.Key[0]}\" AS text)");
                Select($"{alias}.{RowPart.Extras}", $"{alias}x.\"data\"");
            }
        }

        private bool IsJoined(string reference)
        {
            if (reference[0] is '@' or 'x')
            {
                return true;
            }

            var (alias, column) = Split(reference);
            return _joined.TryGetValue(alias, out var table) && _owner._present.Has(table, column);
        }

        private static string Reference(string reference)
        {
            if (reference[0] == '@')
            {
                return reference;
            }

            var (alias, column) = Split(reference);
            return $"{alias}.\"{column}\"";
        }
    }
}
