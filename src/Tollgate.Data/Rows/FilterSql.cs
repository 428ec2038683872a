using System.Data.Common;
using Tollgate.Data.Schema;

namespace Tollgate.Data.Rows;

/// <summary>Writes a filter as a condition and binds its values to a command.</summary>
internal sealed class FilterSql(TableShape shape, SqlDialect dialect, DbCommand command)
{
    private const string Always = "1 = 1";
    private const string Never = "1 = 0";
    private int _parameters;

    public string Write(Filter filter) => filter switch
    {
        Filter.Compare compare => Compare(compare),
        Filter.OneOf oneOf => OneOf(oneOf),
        Filter.ArrayHolds holds => OnPresent(
            holds.Column, column => dialect.Holds(SqlDialect.Quote(column.Name), Bind(ColumnKind.Text, Storable.Text(holds.Value)), column.Kind)),
        Filter.TextContains contains => OnPresent(
            contains.Column, column => dialect.Contains(SqlDialect.Quote(column.Name), Bind(ColumnKind.Text, Storable.Text(contains.Text)))),
        Filter.TextEqual equal => OnPresent(
            equal.Column, column => $"lower({SqlDialect.Quote(column.Name)}) = lower({Bind(ColumnKind.Text, Storable.Text(equal.Text))})"),
        Filter.Group group => Group(group),
        _ => throw new ArgumentException($"{filter.GetType().Name} is not a known filter", nameof(filter)),
    };

    private string Compare(Filter.Compare compare)
    {
        var column = shape.Column(compare.Column);
        var value = ColumnValues.FromObject(column, compare.Value);
        var isEqual = compare.Operator is "=";
        var isDifferent = compare.Operator is "<>";
        if (!shape.Has(column.Name))
        {
            // A column that is not there counts as NULL.
            return (isEqual && value is null) || (isDifferent && value is not null) ? Always : Never;
        }

        var name = SqlDialect.Quote(column.Name);
        if (value is null)
        {
            return isEqual ? $"{name} IS NULL" : isDifferent ? $"{name} IS NOT NULL" : Never;
        }

        var parameter = dialect.Value(Bind(column.Kind, value), column);
        return isDifferent ? dialect.Differs(name, parameter) : $"{name} {compare.Operator} {parameter}";
    }

    private string OneOf(Filter.OneOf oneOf)
    {
        var column = shape.Column(oneOf.Column);
        if (!shape.Has(column.Name) || oneOf.Values.IsEmpty)
        {
            return Never;
        }

        string[] values = [.. oneOf.Values.Select(Storable.Text)];
        return dialect.OneOf(SqlDialect.Quote(column.Name), Bind(ColumnKind.TextArray, values), column.Kind);
    }

    private string Group(Filter.Group group)
    {
        if (group.Filters.IsEmpty)
        {
            return group.Operator is "AND" ? Always : Never;
        }

        return "(" + string.Join($" {group.Operator} ", group.Filters.Select(Write)) + ")";
    }

    private string OnPresent(string name, Func<ColumnDescription, string> write)
    {
        var column = shape.Column(name);
        return shape.Has(name) ? write(column) : Never;
    }

    private string Bind(ColumnKind kind, object value)
    {
        var name = $"f{_parameters++}";
        dialect.Bind(command, name, kind, value);
        return "@" + name;
    }
}
