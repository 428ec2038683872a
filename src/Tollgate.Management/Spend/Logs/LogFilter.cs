using Tollgate.Data.Rows;

namespace Tollgate.Management.Spend.Logs;

/// <summary>Which rows of the request logs are wanted; null members do not limit.</summary>
internal sealed record LogFilter
{
    /// <summary>First moment, included.</summary>
    public DateTime? From { get; init; }

    /// <summary>Last moment, included.</summary>
    public DateTime? To { get; init; }

    /// <summary>Hash of a key.</summary>
    public string? KeyHash { get; init; }

    public string? UserId { get; init; }

    public string? RequestId { get; init; }

    public string? TeamId { get; init; }

    public string? EndUser { get; init; }

    /// <summary>Model group or upstream model.</summary>
    public string? Model { get; init; }

    public string? ModelId { get; init; }

    /// <summary>Part of the key's alias.</summary>
    public string? KeyAlias { get; init; }

    /// <summary><c>success</c> (NULL counts as one) or <c>failure</c>.</summary>
    public string? Status { get; init; }

    public string? ErrorCode { get; init; }

    /// <summary>Part of the error's text.</summary>
    public string? ErrorMessage { get; init; }

    public string? SessionId { get; init; }

    /// <summary>USD.</summary>
    public double? LeastSpend { get; init; }

    /// <summary>USD.</summary>
    public double? MostSpend { get; init; }

    /// <summary>The caller's limits.</summary>
    public SpendScope Scope { get; init; }

    /// <summary>Teams that the caller administrates: their rows are visible besides the caller's own.</summary>
    public IReadOnlyList<string> AdministratedTeams { get; init; } = [];

    /// <summary>True when the primary key finds the row.</summary>
    public bool IsLookup => RequestId is not null || SessionId is not null;

    /// <summary>True when any condition but time limits the rows.</summary>
    public bool IsNarrowed => this with { From = null, To = null } != Everything;

    /// <summary>Columns of equality conditions that an index over (column, startTime) can serve.</summary>
    public IEnumerable<string> IndexableColumns
    {
        get
        {
            if (KeyHash is not null || Scope.KeyHash is not null)
            {
                yield return "api_key";
            }

            if (TeamId is not null)
            {
                yield return "team_id";
            }

            if (EndUser is not null)
            {
                yield return "end_user";
            }

            if (AdministratedTeams.Count == 0 && (UserId ?? Scope.UserId) is not null)
            {
                yield return "user";
            }
        }
    }

    private static LogFilter Everything { get; } = new();

    /// <summary>The conditions of a statement.</summary>
    public SqlConditions Conditions(DatabaseKind kind)
    {
        var conditions = new SqlConditions(kind).Between("\"startTime\"", From, To);
        conditions.Equal("api_key", KeyHash).Equal("\"user\"", UserId).Equal("request_id", RequestId).Equal("team_id", TeamId)
            .Equal("end_user", EndUser).Equal("model_id", ModelId).Equal("session_id", SessionId).Model(Model);
        AddScope(conditions);
        AddStatus(conditions);
        AddText(conditions);
        if (LeastSpend is { } least)
        {
            conditions.Add($"spend >= {conditions.Parameter(least)}");
        }

        if (MostSpend is { } most)
        {
            conditions.Add($"spend <= {conditions.Parameter(most)}");
        }

        return conditions;
    }

    private void AddScope(SqlConditions conditions)
    {
        if (Scope.UserId is { } user && AdministratedTeams.Count > 0)
        {
            var teams = string.Join(", ", AdministratedTeams.Select(team => conditions.Parameter(team)));
            conditions.Add($"(\"user\" = {conditions.Parameter(user)} OR team_id IN ({teams}))");
        }
        else
        {
            Scope.OnLogs(conditions);
        }
    }

    private void AddStatus(SqlConditions conditions)
    {
        if (Status is "success")
        {
            conditions.Add("(status = 'success' OR status IS NULL)");
        }
        else
        {
            conditions.Equal("status", Status);
        }
    }

    private void AddText(SqlConditions conditions)
    {
        var kind = conditions.Kind;
        if (KeyAlias is not null)
        {
            conditions.Add(SpendSql.Holds(kind, SpendSql.JsonText(kind, "metadata", "user_api_key_alias"), conditions.Parameter(KeyAlias)));
        }

        if (ErrorCode is not null)
        {
            var code = SpendSql.JsonText(kind, "metadata", "error_information", "error_code");
            conditions.Add($"CAST({code} AS text) = {conditions.Parameter(ErrorCode)}");
        }

        if (ErrorMessage is not null)
        {
            conditions.Add(SpendSql.Holds(
                kind, SpendSql.JsonText(kind, "metadata", "error_information", "error_message"), conditions.Parameter(ErrorMessage)));
        }
    }
}
