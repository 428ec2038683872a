using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Media;

namespace Tollgate.Wire.Search;

/// <summary>DataForSEO: a list with one task, answered with a list of tasks whose own status counts.</summary>
public sealed class DataForSeoSearch : SearchShape
{
    /// <summary>Its code for the United States, and a language: one place and one language must be named.</summary>
    private const int UsualLocation = 2840;

    private const string UsualLanguage = "en";

    /// <summary>Status codes up to this are good ones (20000 is OK, 20100 a task that was made).</summary>
    private const long LastGoodStatus = 29999;

    /// <inheritdoc/>
    public override long UnitsOf(SearchQuery query) => 1;

    /// <inheritdoc/>
    protected override MediaRequest Write(SearchQuery query, TargetModel target)
    {
        var written = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(written, HubJson.Writing))
        {
            json.WriteStartArray();
            json.WriteStartObject();
            json.WriteString("keyword"u8, query.WithSites(query.Joined, included: true, excluded: true));
            json.WriteNumber("depth"u8, query.MaxResults);
            if (!Brings(query, "location_"))
            {
                WriteLocation(query.Country, json);
            }

            if (!Brings(query, "language_"))
            {
                json.WriteString("language_code"u8, UsualLanguage);
            }

            foreach (var extra in query.Extras)
            {
                json.WritePropertyName(extra.NameOf());
                json.WriteElement(extra.Value);
            }

            json.WriteEndObject();
            json.WriteEndArray();
        }

        return new MediaRequest(MediaBody.Json, written.WrittenMemory);
    }

    /// <inheritdoc/>
    protected override IEnumerable<SearchResult> ResultsIn(JsonElement answer)
    {
        var found = new List<SearchResult>();
        Refuse(answer);
        var tasks = answer.Member("tasks"u8);
        if (tasks.ValueKind is not JsonValueKind.Array)
        {
            throw new WireException("The answer holds no tasks.");
        }

        foreach (var task in tasks.EnumerateArray())
        {
            Refuse(task);
            foreach (var item in ListOf(task.Member("result"u8)).SelectMany(static result => ListOf(result.Member("items"u8))))
            {
                if (item.Text("type"u8) is "organic" && item.Text("url"u8) is { Length: > 0 } url)
                {
                    found.Add(new SearchResult(item.Text("title"u8) ?? "", url, item.Text("description"u8) ?? "", item.Text("timestamp"u8)));
                }
            }
        }

        return found;
    }

    private static void WriteLocation(string? country, Utf8JsonWriter json)
    {
        if (country is not null && CountryNames.Of(country) is { } name)
        {
            json.WriteString("location_name"u8, CultureInfo.InvariantCulture.TextInfo.ToTitleCase(name));
        }
        else
        {
            json.WriteNumber("location_code"u8, UsualLocation);
        }
    }

    private static bool Brings(SearchQuery query, string prefix)
        => query.Extras.Any(extra => extra.NameOf().StartsWith(prefix, StringComparison.Ordinal));

    private static void Refuse(JsonElement part)
    {
        if (part.Member("status_code"u8).Count() is > LastGoodStatus and var code)
        {
            // 40100 is unauthorized, 40202 too many, 402xx and 403xx are about money and rights, 5xxxx the provider's own.
            var status = code switch { 40100 => 401, 40202 or 40209 => 429, >= 40300 and < 40400 => 403, >= 50000 => 500, _ => 400 };
            throw new MediaRefusedException(part.Text("status_message"u8) ?? "The search failed.", status);
        }
    }

    private static JsonElement[] ListOf(JsonElement list) => list.ValueKind is JsonValueKind.Array ? [.. list.EnumerateArray()] : [];
}
