using System.Globalization;
using Tollgate.Data.Rows;

namespace Tollgate.Management.Spend;

/// <summary>Collects the conditions of one statement. Columns and expressions are the caller's constants, values are always
/// parameters.</summary>
internal sealed class SqlConditions(DatabaseKind kind)
{
    private readonly List<string> _parts = [];
    private readonly List<(string Name, object? Value)> _parameters = [];

    /// <summary>Which engine the text is for.</summary>
    public DatabaseKind Kind { get; } = kind;

    /// <summary><c> WHERE ...</c>, or nothing.</summary>
    public string Where => _parts.Count == 0 ? "" : " WHERE " + string.Join(" AND ", _parts);

    /// <summary>Parameters of all conditions.</summary>
    public (string Name, object? Value)[] Parameters => [.. _parameters];

    /// <summary>A new parameter for a value; returns its name with @.</summary>
    public string Parameter(object value)
    {
        var name = "p" + _parameters.Count.ToString(CultureInfo.InvariantCulture);

        // PostgreSQL takes no NUL in a text; no stored text has one, so the replacement finds nothing, as it should.
        _parameters.Add((name, value is string text ? text.Replace('\0', '\uFFFD') : value));
        return "@" + name;
    }

    /// <summary>Adds a condition of the caller's own.</summary>
    public SqlConditions Add(string condition)
    {
        _parts.Add(condition);
        return this;
    }

    /// <summary>Column equals value; nothing when there is no value.</summary>
    public SqlConditions Equal(string column, string? value) => value is null ? this : Add($"{column} = {Parameter(value)}");

    /// <summary>Column is one of the values; nothing when there is no list.</summary>
    public SqlConditions In(string column, IReadOnlyList<string>? values) => AddList(column, "IN", values);

    /// <summary>Column is none of the values; nothing when there is no list.</summary>
    public SqlConditions NotIn(string column, IReadOnlyList<string>? values) => AddList(column, "NOT IN", values);

    /// <summary>The model asked for or the one that answered.</summary>
    public SqlConditions Model(string? model)
    {
        if (model is null)
        {
            return this;
        }

        var name = Parameter(model);
        return Add($"(\"model\" = {name} OR \"model_group\" = {name})");
    }

    /// <summary>Column <c>date</c> of a daily table lies within the days.</summary>
    public SqlConditions Days(DayRange? days) => days is not { } range
        ? this
        : Add($"\"date\" >= {Parameter(range.FirstText)}").Add($"\"date\" <= {Parameter(range.LastText)}");

    /// <summary>A timestamp column lies within two moments, both included.</summary>
    public SqlConditions Between(string column, DateTime? from, DateTime? to)
    {
        if (from is { } first)
        {
            Add($"{column} >= {SpendSql.Moment(Kind, Parameter(SpendSql.MomentText(first)))}");
        }

        if (to is { } last)
        {
            Add($"{column} <= {SpendSql.Moment(Kind, Parameter(SpendSql.MomentText(last)))}");
        }

        return this;
    }

    private SqlConditions AddList(string column, string comparison, IReadOnlyList<string>? values)
        => values is null or [] ? this : Add($"{column} {comparison} ({string.Join(", ", values.Select(Parameter))})");
}
