using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Media;

namespace Tollgate.Wire.Search;

/// <summary>Searches of a provider whose words say it all.</summary>
/// <param name="words">The words.</param>
public sealed class WordedSearch(SearchWords words) : SearchShape
{
    /// <summary>Characters of a token, where a provider counts characters (OpenAI's rule of thumb).</summary>
    private const long CharactersPerToken = 4;

    /// <inheritdoc/>
    public override long UnitsOf(SearchQuery query)
    {
        var results = words.ResultsPerUnit is { } size ? (query.MaxResults + size - 1) / size : 1;

        // Several queries that are made into one are one.
        return words.Queries is null ? results : (long)results * query.Texts.Length;
    }

    /// <inheritdoc/>
    public override string? VariantOf(SearchQuery query) => words.Variant is { } variant && query.Extras.Any(
        extra => string.Equals(extra.NameOf(), variant.Name, StringComparison.Ordinal)
            && string.Equals(extra.Value.Text(), variant.Value, StringComparison.Ordinal)) ? variant.Model : null;

    /// <inheritdoc/>
    protected override MediaRequest Write(SearchQuery query, TargetModel target) => words.IsAddress ? Address(query, target) : Body(query);

    /// <inheritdoc/>
    protected override IEnumerable<SearchResult> ResultsIn(JsonElement answer)
    {
        var found = new List<SearchResult>();
        var isAnswer = false;
        foreach (var path in words.Results)
        {
            var list = At(answer, path);
            isAnswer |= list.ValueKind is JsonValueKind.Array;
            foreach (var item in list.ValueKind is JsonValueKind.Array ? list.EnumerateArray().ToArray() : [])
            {
                if (First(item, words.Url) is { Length: > 0 } url)
                {
                    found.Add(new SearchResult(
                        First(item, words.Title) ?? "", url, First(item, words.Snippet) ?? "", First(item, words.Date), First(item, words.LastUpdated)));
                }
            }
        }

        // An answer without a list has found nothing; what is no object at all is no answer.
        return isAnswer || answer.ValueKind is JsonValueKind.Object ? found : throw new WireException("The answer holds no results.");
    }

    private MediaRequest Address(SearchQuery query, TargetModel target)
    {
        var address = new StringBuilder();
        Add(words.Query, TextOf(query, query.Joined));
        if (words.Count is { } count)
        {
            Add(count, Results(query).ToString(CultureInfo.InvariantCulture));
        }

        if (words.Country is { } country && query.Country is { } code)
        {
            Add(country, CountryOf(code));
        }

        if (words.Domains is { } domains && !query.Domains.IsEmpty)
        {
            Add(domains, string.Join(',', query.Domains));
        }

        foreach (var (name, json) in words.Fixed.Where(pair => !Brings(query, pair.Name)))
        {
            Add(name, json);
        }

        foreach (var (name, option) in words.Options)
        {
            if (target.Options.TryGetValue(option, out var value))
            {
                Add(name, value);
            }
        }

        foreach (var extra in query.Extras.Where(IsPlain))
        {
            Add(extra.NameOf(), extra.Value.Text() ?? extra.Value.GetRawText());
        }

        return new MediaRequest(MediaBody.None, default, address.ToString(), "application/json");

        void Add(string name, string value) => address.Append(address.Length == 0 ? '?' : '&')
            .Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
    }

    private MediaRequest Body(SearchQuery query)
    {
        var body = new RequestTree();
        if (words.Queries is { } several && query.IsList)
        {
            body.Put(several, query.Texts.Select(text => TextOf(query, text)));
        }
        else
        {
            body.Put(words.Query, TextOf(query, query.Joined));
        }

        foreach (var (name, json) in words.Fixed)
        {
            body.PutRaw(name, json);
        }

        if (words.Count is { } count)
        {
            body.Put(count, Results(query));
        }

        PutList(body, words.Domains, query.Domains);
        PutList(body, words.Excluded, query.Excluded);
        if (words.Country is { } country && query.Country is { } code)
        {
            body.Put(country, CountryOf(code));
        }

        if (query.TokensPerPage is { } tokens)
        {
            PutGiven(body, words.TokensPerPage, tokens);
            PutGiven(body, words.CharactersPerPage, tokens * CharactersPerToken);
        }

        foreach (var extra in query.Extras)
        {
            body.SetRaw(extra.NameOf(), Encoding.UTF8.GetString(extra.Value.Bytes()));
        }

        var written = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(written, HubJson.Writing))
        {
            body.WriteTo(json);
        }

        return new MediaRequest(MediaBody.Json, written.WrittenMemory, Accept: "application/json");
    }

    private static void PutGiven(RequestTree body, string? name, long value)
    {
        if (name is not null)
        {
            body.Put(name, value);
        }
    }

    private static void PutList(RequestTree body, string? name, ImmutableArray<string> values)
    {
        if (name is not null && !values.IsEmpty)
        {
            body.Put(name, values);
        }
    }

    private string TextOf(SearchQuery query, string text) => query.WithSites(text, words.Domains is null, words.Excluded is null);

    private int Results(SearchQuery query) => Math.Min(query.MaxResults, words.MostResults);

    private string CountryOf(string code) => words.CountryForm switch
    {
        CountryForm.Lower => code.ToLowerInvariant(),
        CountryForm.Name => CountryNames.Of(code) ?? code.ToLowerInvariant(),
        _ => code.ToUpperInvariant(),
    };

    private static bool Brings(SearchQuery query, string name)
        => query.Extras.Any(extra => string.Equals(extra.NameOf(), name, StringComparison.Ordinal));

    private static bool IsPlain(JsonProperty member)
        => member.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False;

    private static JsonElement At(JsonElement json, string path)
    {
        foreach (var name in path.Split('.'))
        {
            json = json.Member(Encoding.UTF8.GetBytes(name));
        }

        return json;
    }

    /// <summary>The first text; of a list the texts in it, as paragraphs.</summary>
    private static string? First(JsonElement item, ImmutableArray<string> names)
    {
        foreach (var name in names)
        {
            var value = At(item, name);
            if (value.Text() is { Length: > 0 } text)
            {
                return text;
            }

            if (value.ValueKind is JsonValueKind.Array
                && string.Join("\n\n", value.EnumerateArray().Select(HubJson.Text).OfType<string>()) is { Length: > 0 } texts)
            {
                return texts;
            }
        }

        return null;
    }
}
