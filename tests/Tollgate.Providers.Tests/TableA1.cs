namespace Tollgate.Providers.Tests;

/// <summary>
/// Table A1 of the provider specification, as facts: slug, base, key variables, base variables, operations, quirks, parameters.
/// </summary>
internal sealed record TableA1(
    string Slug, string? Base, string[] KeyEnv, string[] BaseEnv, string[] Operations, string[] Quirks, string[] Supported)
{
    public static IReadOnlyList<TableA1> Rows { get; } = Read();

    public static TableA1 Of(string slug) => Rows.Single(row => row.Slug == slug);

    public static TheoryData<string> Slugs => [.. Rows.Select(static row => row.Slug)];

    public bool Has(string operation) => Operations.Contains(operation);

    public bool HasQuirk(string quirk) => Quirks.Contains(quirk);

    /// <summary>A model that the provider accepts by form.</summary>
    public string Model => Slug switch
    {
        "ragflow" => "ragflow/chat/kb1/some-model",
        _ => Slug + "/some-model",
    };

    private static List<TableA1> Read()
    {
        using var stream = typeof(TableA1).Assembly.GetManifestResourceStream("table-a1.tsv")!;
        using var reader = new StreamReader(stream);
        var rows = new List<TableA1>();
        while (reader.ReadLine() is { Length: > 0 } line)
        {
            var cells = line.Split('\t');
            rows.Add(new TableA1(
                cells[0], cells[1] is "-" ? null
                    : cells[1], Words(cells[2]), Words(cells[3]), Words(cells[4]), Words(cells[5]), Words(cells[6])));
        }

        return rows;
    }

    private static string[] Words(string cell) => cell is "-" ? [] : cell.Split(' ');
}
