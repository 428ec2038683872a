using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Rules;

/// <summary>A page of a list: <c>page</c> and <c>page_size</c> of the query (admin-api.md 1.2).</summary>
/// <param name="Number">1-based.</param>
/// <param name="Size">Items of a page.</param>
internal readonly record struct Paging(int Number, int Size)
{
    private const int MostItems = 100;

    /// <summary>Rows of this page.</summary>
    public RowRange Range => new(Size, (long)(Number - 1) * Size);

    /// <summary>Reads the query; 422 for what is out of range.</summary>
    public static Paging Read(Fields query, int usual)
        => new(Between(query, "page", 1, 1, int.MaxValue), Between(query, "page_size", usual, 1, MostItems));

    /// <summary>The list with its counters.</summary>
    public JsonObject Answer(string name, JsonArray items, long total) => new()
    {
        [name] = items,
        ["total"] = total,
        ["page"] = Number,
        ["page_size"] = Size,
        ["total_pages"] = (total + Size - 1) / Size,
    };

    private static int Between(Fields query, string name, int usual, int least, int most)
    {
        var value = query.Whole(name) ?? usual;
        if (value < least)
        {
            throw query.Fault("greater_than_equal", name, $"Input should be greater than or equal to {least}", query.Any(name));
        }

        return value <= most
            ? (int)value
            : throw query.Fault("less_than_equal", name, $"Input should be less than or equal to {most}", query.Any(name));
    }
}
