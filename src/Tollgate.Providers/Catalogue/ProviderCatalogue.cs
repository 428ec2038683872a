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
        var byModel = new Dictionary<string, ProviderRow>(StringComparer.Ordinal);
        var fragments = new List<BaseFragment>();
        foreach (var row in rows)
        {
            Add(bySlug, row.Slug, row);
            foreach (var alias in row.Aliases)
            {
                Add(bySlug, alias, row);
            }

            foreach (var model in row.MatchModels)
            {
                byModel[model] = row;
            }

            foreach (var text in row.MatchBase)
            {
                fragments.Add(new BaseFragment(text, row));
            }
        }

        _bySlug = bySlug.ToFrozenDictionary(StringComparer.Ordinal);
        Slugs = _bySlug.Keys;
        _byModel = byModel.ToFrozenDictionary(StringComparer.Ordinal);
        fragments.Sort(static (a, b) => b.Text.Length.CompareTo(a.Text.Length));
        BaseFragments = [.. fragments];
    }

    /// <summary>The rows in file order.</summary>
    public ImmutableArray<ProviderRow> Rows { get; }

    /// <summary>What is known of models; read when first asked.</summary>
    public ModelCatalogue Models { get; }

    /// <summary>Slugs and aliases.</summary>
    public ImmutableArray<string> Slugs { get; }

    /// <summary>Fragments of base URLs, the longest first, so that a path beats its host.</summary>
    internal ImmutableArray<BaseFragment> BaseFragments { get; }

    /// <summary>The catalogue that ships in the binary.</summary>
    /// <param name="operatorRows">A file with more rows in our form or LiteLLM's (env <c>LITELLM_CUSTOM_PROVIDERS_URL</c>); null for
    /// none.</param>
    /// <exception cref="CatalogueException">The file cannot be read or a row is wrong.</exception>
    public static ProviderCatalogue Load(string? operatorRows = null)
    {
        using var stream = typeof(ProviderCatalogue).Assembly.GetManifestResourceStream("providers.json")
            ?? throw new CatalogueException("The binary holds no provider catalogue.");
        using var document = JsonDocument.Parse(stream);
        var rows = Read(document.RootElement);
        return new ProviderCatalogue(
            string.IsNullOrEmpty(operatorRows) ? rows : Merge(rows, ReadFile(operatorRows)), ModelCatalogue.OfBinary());
    }

    /// <summary>A catalogue of given rows, in either form.</summary>
    /// <exception cref="CatalogueException">A row is wrong.</exception>
    public static ProviderCatalogue Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return new ProviderCatalogue(Read(document.RootElement), ModelCatalogue.OfBinary());
    }

    /// <summary>Finds a row by slug or alias; null when there is none.</summary>
    public ProviderRow? Find(string slug) => _bySlug.GetValueOrDefault(slug);

    /// <summary>Finds the row that claims a whole model string.</summary>
    internal ProviderRow? FindByModel(string model) => _byModel.GetValueOrDefault(model);

    private static void Add(Dictionary<string, ProviderRow> bySlug, string name, ProviderRow row)
    {
        if (!bySlug.TryAdd(name, row))
        {
            throw new CatalogueException($"Provider '{name}' stands twice in the catalogue.");
        }
    }

    private static ImmutableArray<ProviderRow> Read(JsonElement root)
    {
        var rows = ImmutableArray.CreateBuilder<ProviderRow>();
        if (root.ValueKind == JsonValueKind.Array)
        {
            foreach (var row in root.EnumerateArray())
            {
                rows.Add(RowReader.Read(row, ProviderHooks.Names));
            }
        }
        else if (root.ValueKind == JsonValueKind.Object)
        {
            foreach (var row in root.EnumerateObject())
            {
                rows.Add(RowReader.ReadSimple(row.Name, row.Value));
            }
        }
        else
        {
            throw new CatalogueException("A provider catalogue is an array of rows, or an object of rows by slug.");
        }

        return rows.ToImmutable();
    }

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

/// <summary>A part of a base URL that tells its provider.</summary>
/// <param name="Text">The part.</param>
/// <param name="Row">The provider.</param>
internal sealed record BaseFragment(string Text, ProviderRow Row);
