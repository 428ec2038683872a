using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Tollgate.Engine.Pricing;

namespace Tollgate.Providers.Catalogue;

/// <summary>What is known of one model.</summary>
/// <param name="Id">Id as the catalogue writes it.</param>
/// <param name="Provider">Provider slug.</param>
/// <param name="Mode"><c>chat</c>, <c>embedding</c>, <c>responses</c>, ...</param>
/// <param name="Flags">What it can do (<c>function_calling</c>, <c>reasoning</c>, ...).</param>
public sealed record ModelFacts(string Id, string Provider, string Mode, FrozenSet<string> Flags);

/// <summary>The model catalogue of the binary (<c>catalog/models.jsonl</c>), indexed in one pass over its bytes when first asked.</summary>
/// <remarks>
/// PERF: lines are not parsed for the index: id, provider and mode stand first on each line in a fixed order. Start-up does not come here.
/// </remarks>
public sealed class ModelCatalogue
{
    private readonly Lazy<Index> _index;

    private ModelCatalogue(Func<byte[]> read) => _index = new Lazy<Index>(() => new Index(read()));

    /// <summary>The catalogue in the binary; nothing is read yet.</summary>
    public static ModelCatalogue OfBinary() => new(ReadEmbedded);

    /// <summary>True once the catalogue was needed.</summary>
    public bool IsLoaded => _index.IsValueCreated;

    /// <summary>Number of models.</summary>
    public int Count => _index.Value.ById.Count;

    /// <summary>The provider of exactly this id; null when unknown.</summary>
    public string? ProviderOf(string id) => _index.Value.ById.TryGetValue(id, out var line) ? line.Provider : null;

    /// <summary>The mode of exactly this id; null when unknown.</summary>
    public string? ModeOf(string id) => _index.Value.ById.TryGetValue(id, out var line) ? line.Mode : null;

    /// <summary>The catalogue's line of exactly this id, a JSON object; empty when unknown.</summary>
    public ReadOnlyMemory<byte> LineOf(string id) =>
        _index.Value.ById.TryGetValue(id, out var line) ? _index.Value.Text.AsMemory(line.Start, line.Length) : default;

    /// <summary>Every line, a JSON object each, in the catalogue's order.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Lines => _index.Value.ById.Values.Select(line => (ReadOnlyMemory<byte>)_index.Value.Text.AsMemory(line.Start, line.Length));

    /// <summary>Ids of all models, in no order.</summary>
    public IReadOnlyCollection<string> Ids => _index.Value.ById.Keys;

    /// <summary>Prices of exactly this id, USD per unit; null when it is unknown. A known model without published prices has none.</summary>
    public PriceFields? PricesOf(string id)
        => _index.Value.ById.TryGetValue(id, out var line) ? CataloguePrices.Read(_index.Value.Text.AsSpan(line.Start, line.Length)) : null;

    /// <summary>The page that the facts of exactly this id were read from; null when it is not recorded.</summary>
    public string? PageOf(string id)
    {
        if (!_index.Value.ById.TryGetValue(id, out var line))
        {
            return null;
        }

        using var document = JsonDocument.Parse(_index.Value.Text.AsMemory(line.Start, line.Length));
        return document.RootElement.TryGetProperty("src", out var page) ? page.GetString() : null;
    }

    /// <summary>Ids of a provider, without its prefix, in order.</summary>
    public IReadOnlyList<string> ModelsOf(string provider) => _index.Value.ByProvider.GetValueOrDefault(provider) ?? [];

    /// <summary>
    /// Looks a model up under the names of section A5: base model, <c>provider/model</c>, model, then without date, fine-tuning and case.
    /// </summary>
    public ModelFacts? Find(string provider, string model, string? baseModel = null)
    {
        foreach (var name in ModelNames.Of(provider, model, baseModel))
        {
            if (_index.Value.ById.TryGetValue(name, out var line))
            {
                return new ModelFacts(name, line.Provider, line.Mode, ReadFlags(_index.Value.Text.AsSpan(line.Start, line.Length)));
            }
        }

        return null;
    }

    /// <summary>How much the model of exactly this id takes and gives at most; null when it is unknown.</summary>
    public ModelSizes? SizesOf(string id)
    {
        if (!_index.Value.ById.TryGetValue(id, out var line))
        {
            return null;
        }

        var reader = new Utf8JsonReader(_index.Value.Text.AsSpan(line.Start, line.Length));
        while (reader.Read())
        {
            if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("ctx"u8))
            {
                reader.Read();
                reader.Read();
                long? input = reader.TokenType == JsonTokenType.Number ? reader.GetInt64() : null;
                reader.Read();
                return new ModelSizes(input, reader.TokenType == JsonTokenType.Number ? reader.GetInt64() : null);
            }
        }

        return default(ModelSizes);
    }

    private static FrozenSet<string> ReadFlags(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        while (reader.Read())
        {
            if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("f"u8))
            {
                var flags = new List<string>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    if (reader.TokenType == JsonTokenType.String)
                    {
                        flags.Add(reader.GetString()!);
                    }
                }

                return flags.ToFrozenSet(StringComparer.Ordinal);
            }
        }

        return FrozenSet<string>.Empty;
    }

    private static byte[] ReadEmbedded()
    {
        using var stream = typeof(ModelCatalogue).Assembly.GetManifestResourceStream("models.jsonl")
            ?? throw new CatalogueException("The binary holds no model catalogue.");
        var text = new byte[stream.Length];
        stream.ReadExactly(text);
        return text;
    }

    private readonly record struct Line(int Start, int Length, string Provider, string Mode);

    private sealed class Index
    {
        public Index(byte[] text)
        {
            Text = text;
            var names = new Dictionary<string, string>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
            var provider = "";
            for (var at = 0; at < text.Length;)
            {
                var length = text.AsSpan(at).IndexOf((byte)'\n');
                length = length < 0 ? text.Length - at : length;
                ReadOnlySpan<byte> line = text.AsSpan(at, length);
                if (!line.IsEmpty)
                {
                    var id = Take(ref line, "{\"id\":\""u8);
                    var slug = Take(ref line, ",\"p\":\""u8);
                    provider = string.Equals(slug, provider, StringComparison.Ordinal) ? provider : slug;
                    var mode = Intern(Take(ref line, ",\"m\":\""u8), names);
                    ById[id] = new Line(at, length, provider, mode);
                    Add(provider, id);
                }

                at += length + 1;
            }
        }

        public byte[] Text { get; }

        public Dictionary<string, Line> ById { get; } = new(3000, StringComparer.Ordinal);

        public Dictionary<string, List<string>> ByProvider { get; } = new(StringComparer.Ordinal);

        private void Add(string provider, string id)
        {
            if (!ByProvider.TryGetValue(provider, out var ids))
            {
                ByProvider[provider] = ids = [];
            }

            ids.Add(id.StartsWith(provider, StringComparison.Ordinal) && id.Length > provider.Length && id[provider.Length] == '/'
                ? id[(provider.Length + 1)..] : id);
        }

        private static string Intern(string name, Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> names)
        {
            if (!names.TryGetValue(name, out var known))
            {
                names[name] = known = name;
            }

            return known;
        }

        private static string Take(ref ReadOnlySpan<byte> line, ReadOnlySpan<byte> before)
        {
            if (!line.StartsWith(before))
            {
                throw new CatalogueException($"The model catalogue is not in its form: expected {Encoding.UTF8.GetString(before)}.");
            }

            line = line[before.Length..];
            var end = line.IndexOf((byte)'"');
            var text = Encoding.UTF8.GetString(line[..end]);
            line = line[(end + 1)..];
            return text;
        }
    }
}
