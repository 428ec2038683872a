using System.Text.Json.Nodes;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Spend;

/// <summary>Refusals of the spend endpoints, in the envelope of each group (admin-api.md 3.7).</summary>
internal static class SpendErrors
{
    /// <summary>400 in envelope P.</summary>
    public static AdminException BadRequest(string message) => AdminException.Proxy(400, message, "bad_request");

    /// <summary>400 in envelope D.</summary>
    public static AdminException BadDetail(string message) => AdminException.Detail(400, message);

    /// <summary>A whole number of the query within bounds.</summary>
    /// <exception cref="AdminException">422 beyond them.</exception>
    public static int Number(Fields query, string name, int least, int most, int otherwise)
    {
        var number = query.Whole(name) ?? otherwise;
        if (number < least)
        {
            throw query.Fault("greater_than_equal", name, $"Input should be greater than or equal to {least}", Input(query, name));
        }

        return number <= most
            ? (int)number
            : throw query.Fault("less_than_equal", name, $"Input should be less than or equal to {most}", Input(query, name));
    }

    /// <summary>A text of the query; null when absent or empty.</summary>
    public static string? Filter(this Fields query, string name) => query.Text(name) is { } text && !string.IsNullOrWhiteSpace(text)
        ? text : null;

    private static JsonNode? Input(Fields query, string name) => query.Any(name);
}
