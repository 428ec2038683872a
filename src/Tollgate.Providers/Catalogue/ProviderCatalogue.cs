using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using Tollgate.Providers.Hooks;

namespace Tollgate.Providers.Catalogue;

/// <summary>All providers, by slug and alias. Immutable.</summary>
public sealed class ProviderCatalogue
{
    private readonly FrozenDictionary<string, ProviderRow> _bySlug;
    private readonly FrozenDictionary<string, ProviderRow> _byModel;

    private ProviderCatalogue(ImmutableArray<ProviderRow> rows, ModelCatalogue models)
    {
        Rows = rows;
        Models = models;
        var bySlug = new Dictionary<string, ProviderRow>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            foreach (var name in row.Aliases.Prepend(row.Slug))
            {
                if (!bySlug.TryAdd(name, row))
                {
                    throw new CatalogueException($"Provider '{name}' stands twice in the catalogue.");
                }
            }
        }

        _bySlug = bySlug.ToFrozenDictionary(StringComparer.Ordinal);
        _byModel = rows.SelectMany(static row => row.MatchModels, static (row, model) => (row, model))
            .ToFrozenDictionary(static pair => pair.model, static pair => pair.row, StringComparer.Ordinal);
        Slugs = _bySlug.Keys;
        Endings = [.. rows.SelectMany(static row => row.MatchBase, static (row, fragment) => (fragment, row)).OrderByDescending(static pair => pair.fragment.Length)];
    }

    /// <summary>The rows in file order.</summary>
    public ImmutableArray<ProviderRow> Rows { get; }

    /// <summary>What is known of models; read when first asked.</summary>
    public ModelCatalogue Models { get; }

    /// <summary>Slugs and aliases.</summary>
    public ImmutableArray<string> Slugs { get; }

    /// <summary>Fragments of base URLs, the longest first, so that a path beats its host.</summary>
    internal ImmutableArray<(string Fragment, ProviderRow Row)> Endings { get; }

    /// <summary>The catalogue that ships in the binary.</summary>
    /// <param name="operatorRows">A file with more rows in our form or LiteLLM's (env <c>LITELLM_CUSTOM_PROVIDERS_URL</c>); null for none.</param>
    /// <exception cref="CatalogueException">The file cannot be read or a row is wrong.</exception>
    public static ProviderCatalogue Load(string? operatorRows = null)
    {
        using var stream = typeof(ProviderCatalogue).Assembly.GetManifestResourceStream("providers.json")
            ?? throw new CatalogueException("The binary holds no provider catalogue.");
        using var document = JsonDocument.Parse(stream);
        var rows = Read(document.RootElement);
        return new ProviderCatalogue(string.IsNullOrEmpty(operatorRows) ? rows : Merge(rows, ReadFile(operatorRows)), ModelCatalogue.Embedded);
    }

    /// <summary>A catalogue of given rows, in either form.</summary>
    /// <exception cref="CatalogueException">A row is wrong.</exception>
    public static ProviderCatalogue Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return new ProviderCatalogue(Read(document.RootElement), ModelCatalogue.Embedded);
    }

    /// <summary>Finds a row by slug or alias; null when there is none.</summary>
    public ProviderRow? Find(string slug) => _bySlug.GetValueOrDefault(slug);

    /// <summary>Finds the row that claims a whole model string.</summary>
    internal ProviderRow? FindByModel(string model) => _byModel.GetValueOrDefault(model);

    private static ImmutableArray<ProviderRow> Read(JsonElement root) => root.ValueKind switch
    {
        JsonValueKind.Array => [.. root.EnumerateArray().Select(static row => RowReader.Read(row, ProviderHooks.Names))],
        JsonValueKind.Object => [.. root.EnumerateObject().Select(static row => RowReader.ReadSimple(row.Name, row.Value))],
        _ => throw new CatalogueException("A provider catalogue is an array of rows, or an object of rows by slug."),
    };

    private static ImmutableArray<ProviderRow> ReadFile(string path)
    {
        if (path.Contains("://", StringComparison.Ordinal))
        {
            throw new CatalogueException("LITELLM_CUSTOM_PROVIDERS_URL: web addresses are not fetched; save the file and give its path.");
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return Read(document.RootElement);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new CatalogueException($"LITELLM_CUSTOM_PROVIDERS_URL: {path}: {wrong.Message}");
        }
    }

    /// <summary>A row of the operator takes the place of ours with the same slug.</summary>
    private static ImmutableArray<ProviderRow> Merge(ImmutableArray<ProviderRow> ours, ImmutableArray<ProviderRow> theirs)
    {
        var replaced = theirs.Select(static row => row.Slug).ToHashSet(StringComparer.Ordinal);
        return [.. ours.Where(row => !replaced.Contains(row.Slug)), .. theirs];
    }
}
