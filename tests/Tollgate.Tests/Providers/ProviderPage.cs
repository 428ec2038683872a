using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Upstream;
using Tollgate.Providers;
using Tollgate.Providers.Catalogue;
using Tollgate.Providers.PassThrough;
using Tollgate.Wire;

namespace Tollgate.Tests.Providers;

/// <summary>The page docs/providers.md: who is in the catalogue, and what of each is served; the connections themselves are asked.</summary>
internal sealed class ProviderPage
{
    private static readonly (string Route, Surface Surface)[] Routes =
    [
        ("/v1/embeddings", Surface.Embeddings), ("/v1/images/generations", Surface.ImageGenerations), ("/v1/images/edits", Surface.ImageEdits),
        ("/v1/images/variations", Surface.ImageVariations), ("/v1/audio/speech", Surface.Speech), ("/v1/audio/transcriptions", Surface.Transcriptions),
        ("/v1/moderations", Surface.Moderations), ("/v1/rerank", Surface.Rerank),
        ("/v1/videos", Surface.Videos), ("/v1/ocr", Surface.Ocr),
        ("/v1/search", Surface.Search), ("/v1/vector_stores", Surface.VectorSearch),
    ];

    private static readonly string[] Chats = ["/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/messages", "/v1beta/models"];
    private static readonly string[] Resources = ["/v1/files", "/v1/batches", "/v1/fine_tuning/jobs", "/v1/vector_stores", "/v1/assistants"];

    /// <summary>Models by which providers whose connection depends on the model are asked for a route.</summary>
    private static readonly Dictionary<(string Slug, Surface Surface), string> Models = new()
    {
        [("bedrock", Surface.Embeddings)] = "amazon.titan-embed-text-v2:0",
        [("bedrock", Surface.ImageEdits)] = "stability.stable-image-inpaint-v1:0",
        [("vertex_ai", Surface.Embeddings)] = "text-embedding-005",
        [("vertex_ai", Surface.ImageGenerations)] = "imagen-4.0-generate-001",
        [("gemini", Surface.ImageGenerations)] = "imagen-4.0-generate-001",
        [("vertex_ai", Surface.Transcriptions)] = "gemini-2.5-flash",
        [("bedrock", Surface.Videos)] = "amazon.nova-reel-v1:1",
        [("vertex_ai", Surface.Videos)] = "veo-3.1-generate-001",
        [("gemini", Surface.Videos)] = "veo-3.1-generate-preview",
        [("vertex_ai", Surface.Ocr)] = "mistral-ocr-2505",
        [("ragflow", Surface.Chat)] = "chat/1/model",
    };

    private readonly ProviderDirectory _directory = new(ProviderCatalogue.Load(), TimeProvider.System, NullLoggerFactory.Instance);
    private readonly ImmutableArray<string> _resourceOwners;
    private readonly ILookup<string, string> _ownTests;

    /// <summary>Reads what there is.</summary>
    /// <param name="repository">Root of the source, for the tests that name a provider.</param>
    public ProviderPage(string repository)
    {
        _resourceOwners = new PassThroughProviders(_directory).ResourceProviders;
        var sources = Directory.GetFiles(Path.Combine(repository, "tests", "Tollgate.Providers.Tests"), "*Tests.cs", SearchOption.AllDirectories)
            .Where(static path => !path.Contains("/obj/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
            .Select(static path => (Name: Path.GetFileNameWithoutExtension(path), Text: File.ReadAllText(path))).ToList();
        _ownTests = _directory.Catalogue.Rows
            .SelectMany(row => sources.Where(source => source.Text.Contains($"\"{row.Slug}/", StringComparison.Ordinal)
                || row.Aliases.Any(alias => source.Text.Contains($"\"{alias}/", StringComparison.Ordinal))).Select(source => (row.Slug, source.Name)))
            .ToLookup(static pair => pair.Slug, static pair => pair.Name);
    }

    /// <summary>Rows that calls can be made to but no test names.</summary>
    public IEnumerable<string> Untested => _directory.Catalogue.Rows.Where(row => IsServed(row) && TestsOf(row).Length == 0).Select(static row => row.Slug);

    public string Write()
    {
        var page = new StringBuilder("""
            # Providers

            What the catalogue (`catalog/providers.json`) holds, and what of it is served. Written from the catalogue and the connections themselves
            (`UPDATE_DOCS=1` with the tests of `tests/Tollgate.Tests` writes it anew). Which request fields reach which dialect says [dialects.md](dialects.md).

            - **Speaks**: the dialect of chats. Clients of every chat route reach every provider that has one: chat completions, completions, responses, messages,
              generateContent. `api_base`: there is no address of its own, a deployment has to name one.
            - **Also served**: other routes. *Not yet*: the provider has them, the gateway does not pass them on.
            - **Tests**: *gateway* is request, whole answer, stream and error (of embeddings: request and answer) through a started gateway (`ProviderConversationTests`); the others are tests of
              `tests/Tollgate.Providers.Tests` with bytes of the provider's documentation. Nothing here was tried against a provider's own servers.

            | Provider | Also written | Speaks | Key from | Also served | Not yet | Tests |
            | --- | --- | --- | --- | --- | --- | --- |

            """);
        var rows = _directory.Catalogue.Rows.Where(IsServed).OrderBy(static row => row.Slug, StringComparer.Ordinal).ToList();
        foreach (var row in rows)
        {
            Append(page, row);
        }

        page.Append("\n## Known, not served\n\nTheir prefixes are known, so that a model name is not taken for another provider's; a call is refused and says why.\n\n");
        page.AppendJoin(", ", _directory.Catalogue.Rows.Where(row => !IsServed(row)).OrderBy(static row => row.Slug, StringComparer.Ordinal)
            .Select(static row => $"`{row.Slug}`{(row.Family is "gone" ? " (shut down)" : "")}"));
        page.Append(".\n");
        return page.ToString();
    }

    private void Append(StringBuilder page, ProviderRow row)
    {
        var speaks = row.Endpoints.Intersect(Chats).Any() ? NameOf(Connect(row, Surface.Chat).SpokenFor(Surface.Chat)) : "";
        var served = Routes.Where(route => row.Endpoints.Contains(route.Route) && Serves(row, route.Surface)).Select(static route => route.Route)
            .Concat(_resourceOwners.Contains(row.Slug) ? row.Endpoints.Intersect(Resources) : [])
            .Concat(HasBatches(row) ? row.Endpoints.Intersect(["/v1/files", "/v1/batches"]) : [])
            .Concat(row.Endpoints.Where(route => route is "/v1/realtime" && row.Family is "openai" or "azure" or "gemini" or "bedrock")).Distinct().ToList();
        var missing = row.Endpoints.Except(Chats).Except(served);
        page.Append("| `").Append(row.Slug).Append('`').Append(row.Disabled || row.Base.Required ? " (`api_base`)" : "")
            .Append(" | ").AppendJoin(", ", row.Aliases.Select(Code)).Append(" | ").Append(speaks)
            .Append(" | ").AppendJoin(", ", row.Key.Env.Select(Code))
            .Append(" | ").AppendJoin(", ", served.Select(Short)).Append(" | ").AppendJoin(", ", missing.Select(Short))
            .Append(" | ").AppendJoin(", ", TestsOf(row)).Append(" |\n");
    }

    private string[] TestsOf(ProviderRow row)
        => [.. CatalogueGateway.Has(row) ? (string[])["gateway"] : [], .. _ownTests[row.Slug]];

    /// <summary>True when a chat, or another route, is understood; an address may still have to be given.</summary>
    private bool IsServed(ProviderRow row)
        => (row.Endpoints.Intersect(Chats).Any() && (Serves(row, Surface.Chat) || Serves(row, Surface.Completions)))
            || Routes.Any(route => row.Endpoints.Contains(route.Route) && Serves(row, route.Surface));

    private bool Serves(ProviderRow row, Surface surface)
    {
        var connection = Connect(row, surface);
        if (surface is Surface.Embeddings && connection.Embeddings is not null)
        {
            return true;
        }

        var spoken = connection.SpokenFor(surface);
        var endpoint = connection.EndpointFor(spoken);
        return endpoint.Uri is not null || (surface.IsChat() && !IsUnknown(endpoint.Fault!));
    }

    /// <summary>Nothing that an operator could configure would help.</summary>
    private static bool IsUnknown(ConnectionFault fault)
        => fault.Message.Contains("not available in this gateway", StringComparison.Ordinal) || fault.Kind is UpstreamErrorKind.NotFound;

    /// <summary>Files and batches in an API of the provider's own; at some only for who has no mere key.</summary>
    private bool HasBatches(ProviderRow row)
        => Connect(row, Surface.Chat).Resources is not null || Connect(row, Surface.Chat, key: null).Resources is not null;

    private IUpstreamConnection Connect(ProviderRow row, Surface surface, string? key = "key")
    {
        var model = row.Slug + "/" + Models.GetValueOrDefault((row.Slug, surface), Models.GetValueOrDefault((row.Slug, Surface.Chat), "model"));
        var mode = surface switch { Surface.Search => "search", Surface.VectorSearch => "vector_store", _ => null };
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["GOOGLE_PSE_ENGINE_ID"] = "engine" }.ToFrozenDictionary(StringComparer.Ordinal);
        return _directory.Connect(
            new DeploymentConfig
            {
                ModelGroup = "page",
                Id = "page",
                Model = model,
                ApiKey = key,
                ApiBase = "https://provider.example/v1",
                Info = new DeploymentInfo { Mode = mode },
            },
            model, new GatewayConfig { Environment = environment });
    }

    private static string NameOf(Surface surface) => Wire.Hub.Dialects.All.FirstOrDefault(codec => codec.Surface == surface)?.Name ?? surface.ToString();

    private static string Code(string text) => $"`{text}`";

    private static string Short(string route) => route.Replace("/v1/", "", StringComparison.Ordinal).TrimStart('/');
}
