using System.Collections.Immutable;

namespace Tollgate.Data.Rows;

/// <summary>A condition on the rows of one table. Values are always parameters, never text of the statement.</summary>
/// <remarks>
/// Values are .NET values: <see cref="string"/>, <see cref="bool"/>, <see cref="long"/>, <see cref="int"/>, <see cref="double"/>,
/// <see cref="DateTime"/> (UTC). Column names are the caller's constants; a column the database lacks (an older LiteLLM's) counts as NULL.
/// </remarks>
public abstract record Filter
{
    private Filter()
    {
    }

    /// <summary>Column equals value; a null value means IS NULL.</summary>
    public static Filter Equal(string column, object? value) => new Compare(column, "=", value);

    /// <summary>Column differs from value or is NULL.</summary>
    public static Filter NotEqual(string column, object? value) => new Compare(column, "<>", value);

    public static Filter Less(string column, object value) => new Compare(column, "<", value);

    public static Filter AtMost(string column, object value) => new Compare(column, "<=", value);

    public static Filter Greater(string column, object value) => new Compare(column, ">", value);

    public static Filter AtLeast(string column, object value) => new Compare(column, ">=", value);

    /// <summary>Column is one of the values; none means no row.</summary>
    public static Filter In(string column, IEnumerable<string> values) => new OneOf(column, [.. values]);

    /// <summary>The array column holds the value.</summary>
    public static Filter Holds(string column, string value) => new ArrayHolds(column, value);

    /// <summary>The text column contains the text, in any case. Wildcards in the text have no meaning.</summary>
    public static Filter Contains(string column, string text) => new TextContains(column, text);

    /// <summary>The text column equals the text in any case.</summary>
    public static Filter EqualIgnoreCase(string column, string text) => new TextEqual(column, text);

    /// <summary>All conditions; none means every row.</summary>
    public static Filter All(params IEnumerable<Filter> filters) => new Group("AND", [.. filters]);

    /// <summary>Any condition; none means no row.</summary>
    public static Filter Any(params IEnumerable<Filter> filters) => new Group("OR", [.. filters]);

    /// <summary>Every row.</summary>
    public static Filter None { get; } = new Group("AND", []);

    public sealed record Compare(string Column, string Operator, object? Value) : Filter;

    public sealed record OneOf(string Column, ImmutableArray<string> Values) : Filter;

    public sealed record ArrayHolds(string Column, string Value) : Filter;

    public sealed record TextContains(string Column, string Text) : Filter;

    public sealed record TextEqual(string Column, string Text) : Filter;

    public sealed record Group(string Operator, ImmutableArray<Filter> Filters) : Filter;
}

/// <summary>Order of rows.</summary>
/// <param name="Column">Column, a constant of the caller.</param>
/// <param name="Descending">Largest first; NULLs come last either way.</param>
public readonly record struct SortBy(string Column, bool Descending = false);

/// <summary>A part of a result.</summary>
/// <param name="Limit">Most rows; null is no limit.</param>
/// <param name="Offset">Rows skipped.</param>
public readonly record struct RowRange(int? Limit = null, long Offset = 0);
