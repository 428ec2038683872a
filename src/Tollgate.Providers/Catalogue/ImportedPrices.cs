using System.Text.Json;
using Tollgate.Engine.Pricing;

namespace Tollgate.Providers.Catalogue;

/// <summary>
/// Prices that the operator imported: a file in LiteLLM's form, an object of models by name. They replace those of the catalogue one by one.
/// </summary>
/// <remarks>Only the names are kept as an index; a model's prices are read when they are asked for.</remarks>
public sealed class ImportedPrices
{
    /// <summary>Name of the file in the data directory.</summary>
    public const string FileName = "prices.json";

    /// <summary>How operators see where a price comes from.</summary>
    public const string Source = "imported";

    /// <summary>LiteLLM's file of 2,700 models has 1.5 MB.</summary>
    private const long MostBytes = 64 * 1024 * 1024;

    private readonly byte[] _text;
    private readonly Dictionary<string, (int Start, int Length)> _models;

    private ImportedPrices(byte[] text, Dictionary<string, (int Start, int Length)> models)
    {
        _text = text;
        _models = models;
    }

    /// <summary>Nothing imported.</summary>
    public static ImportedPrices None { get; } = new([], []);

    /// <summary>Names of the models, in the order of the file.</summary>
    public IReadOnlyCollection<string> Models => _models.Keys;

    /// <summary>True when the file names a model.</summary>
    public bool Has(string model) => _models.ContainsKey(model);

    /// <summary>Reads a file.</summary>
    /// <exception cref="CatalogueException">It is not such a file; the message names file and place.</exception>
    public static ImportedPrices Open(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return file.Length > MostBytes
                ? throw new CatalogueException($"{path}: larger than {MostBytes / (1024 * 1024)} MB, which no price file is.")
                : Parse(File.ReadAllBytes(path), path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CatalogueException($"{path}: {exception.Message}");
        }
    }

    /// <summary>The file of a data directory; nothing when there is none.</summary>
    /// <exception cref="CatalogueException">There is one, and it is not such a file.</exception>
    public static ImportedPrices OfDirectory(string directory)
        => Path.Combine(directory, FileName) is var path && File.Exists(path) ? Open(path) : None;

    /// <summary>Prices of a model; null when the file does not name it.</summary>
    /// <param name="model">The name as the file has it.</param>
    /// <param name="problems">Takes each price that cannot be used.</param>
    public PriceFields? Find(string model, ICollection<PriceProblem>? problems = null)
    {
        if (!_models.TryGetValue(model, out var place))
        {
            return null;
        }

        var reader = new Utf8JsonReader(_text.AsSpan(place.Start, place.Length));
        reader.Read();
        return PriceJson.Read(ref reader, Source, problems);
    }

    /// <summary>What the file says of a model, a JSON object; empty when it does not name it.</summary>
    public ReadOnlyMemory<byte> EntryOf(string model)
        => _models.TryGetValue(model, out var place) ? _text.AsMemory(place.Start, place.Length) : default;

    /// <summary>A text member of a model (<c>litellm_provider</c>, <c>mode</c>); null when absent.</summary>
    public string? TextOf(string model, string member)
    {
        using var document = JsonDocument.Parse(_text.AsMemory(_models[model].Start, _models[model].Length));
        return document.RootElement.TryGetProperty(member, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
    }

    internal static ImportedPrices Parse(byte[] text, string path)
    {
        var models = new Dictionary<string, (int Start, int Length)>(StringComparer.Ordinal);
        ReadOnlySpan<byte> json = text;
        var skipped = json.StartsWith("\uFEFF"u8) ? 3 : 0;
        try
        {
            var reader = new Utf8JsonReader(json[skipped..], new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip });
            if (!reader.Read() || reader.TokenType is not JsonTokenType.StartObject)
            {
                throw new CatalogueException($"{path}: not a price file: expected an object of models by name.");
            }

            while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                reader.Read();
                var start = (int)reader.TokenStartIndex + skipped;
                var isModel = reader.TokenType is JsonTokenType.StartObject;
                Check(ref reader);
                if (isModel && name is not "sample_spec")
                {
                    models[name] = (start, (int)reader.BytesConsumed + skipped - start);
                }
            }
        }
        catch (JsonException exception)
        {
            throw new CatalogueException($"{path}:{exception.LineNumber + 1}: not JSON: {exception.Message}");
        }
        catch (InvalidOperationException)
        {
            throw new CatalogueException($"{path}: a text has escapes that are no characters.");
        }

        return new ImportedPrices(text, models);
    }

    /// <summary>Passes over a value as <see cref="Utf8JsonReader.Skip"/> does, and sees to it that reading it later cannot fail.</summary>
    private static void Check(ref Utf8JsonReader reader)
    {
        var depth = reader.CurrentDepth;
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            return;
        }

        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
            {
                reader.GetString();
            }
        }
    }
}
