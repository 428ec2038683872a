using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tollgate.Commands.Control;

/// <summary>One command at work: asks the control plane and prints what it answers.</summary>
internal sealed class ControlSession(IControlPlaneClient client, TextWriter output, bool isJson, CancellationToken cancellationToken)
{
    /// <summary>Rows of a page, the most that lists give.</summary>
    private const int PageSize = 100;

    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Where the command writes.</summary>
    public TextWriter Output => output;

    /// <summary>Tables.</summary>
    public TablePrinter Tables { get; } = new(output);

    /// <summary>Reads.</summary>
    public Task<JsonElement> GetAsync(string path, params ReadOnlySpan<(string Name, string? Value)> query)
        => SendAsync(HttpMethod.Get, WithQuery(path, query), null);

    /// <summary>Changes.</summary>
    public Task<JsonElement> PostAsync(string path, JsonBody body) => SendAsync(HttpMethod.Post, path, body);

    /// <summary>Reads all pages of a list.</summary>
    /// <param name="path">Path and query.</param>
    /// <param name="member">Member of the answer that holds the rows.</param>
    /// <param name="size">Parameter for the rows of a page.</param>
    public async Task<JsonElement> PagesAsync(string path, string member, string size = "page_size")
    {
        var first = await PageAsync(path, size, 1);
        if (first.ValueKind == JsonValueKind.Array)
        {
            // COMPAT: some lists are plain arrays by setting, with everything in them.
            return first;
        }

        var pages = Cell.Number(first, "total_pages");
        var rows = Cell.Find(first, member)?.EnumerateArray().ToList() ?? [];
        for (var page = 2; page <= pages; page++)
        {
            rows.AddRange(Cell.Find(await PageAsync(path, size, page), member)?.EnumerateArray() ?? default);
        }

        return Merge(first, member, rows);
    }

    /// <summary>Prints an answer: as it is, or by what makes tables of it.</summary>
    public async Task PrintAsync(JsonElement answer, Action<TablePrinter> tables)
    {
        if (isJson)
        {
            await output.WriteLineAsync(TextOf(answer));
        }
        else
        {
            tables(Tables);
        }
    }

    /// <summary>Prints an answer: as it is, or as a sentence.</summary>
    public Task PrintAsync(JsonElement answer, string sentence) => output.WriteLineAsync(isJson ? TextOf(answer) : sentence);

    /// <summary>Path and query; parameters without a value are left out.</summary>
    public static string WithQuery(string path, params ReadOnlySpan<(string Name, string? Value)> query)
    {
        var text = new StringBuilder(path);
        var separator = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        foreach (var (name, value) in query)
        {
            if (value is not null)
            {
                text.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
                separator = '&';
            }
        }

        return text.ToString();
    }

    private Task<JsonElement> PageAsync(string path, string size, int page) => GetAsync(
        path, ("page", page.ToString(CultureInfo.InvariantCulture)), (size, PageSize.ToString(CultureInfo.InvariantCulture)));

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, JsonBody? body)
    {
        var answer = await client.SendAsync(method, path, body?.ToBytes(), cancellationToken);
        JsonElement? parsed = null;
        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            parsed = document.RootElement.Clone();
        }
        catch (JsonException)
        {
            // A proxy in between may answer with a page of its own: the status says enough.
        }

        return answer.Status < 400 && parsed is { } good ? good : throw new ControlPlaneException(ApiError.TextOf(answer.Status, parsed));
    }

    private static JsonElement Merge(JsonElement first, string member, List<JsonElement> rows)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            foreach (var property in first.EnumerateObject().Where(property => !property.NameEquals(member)))
            {
                property.WriteTo(writer);
            }

            writer.WriteStartArray(member);
            rows.ForEach(row => row.WriteTo(writer));
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        using var document = JsonDocument.Parse(stream.ToArray());
        return document.RootElement.Clone();
    }

    private static string TextOf(JsonElement answer)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Indented))
        {
            answer.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
