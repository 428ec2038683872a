using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Text;
using Tollgate.Configuration;
using Tollgate.Hosting;
using Tollgate.Providers.Catalogue;
using Tollgate.Tests.Dialects;

namespace Tollgate.Tests.Providers;

/// <summary>One gateway with a deployment of every provider that can be reached with an address and a key, all in front of one upstream.</summary>
public sealed class CatalogueGateway : IAsyncLifetime
{
    private const string MasterKey = "sk-catalogue-master";

    /// <summary>Dialects that the upstream speaks; the other families have addresses, logins or formats of their own, and tests of their own.</summary>
    private static readonly string[] Families = ["openai", "openai_like", "azure", "azure_ai", "anthropic", "gemini", "cohere", "ollama", "databricks", "own:oobabooga", "own:assemblyai"];

    /// <summary>Served otherwise: Vertex signs in with Google, the rest takes prompts instead of conversations.</summary>
    private static readonly string[] Elsewhere = ["vertex_ai", "ollama", "anthropic_text"];

    private static readonly ImmutableArray<ProviderRow> All = ProviderCatalogue.Load().Rows;

    private string _folder = "";
    private StartedGateway _gateway = null!;

    /// <summary>Providers of chats.</summary>
    public static IReadOnlyList<ProviderRow> Chats { get; } = [.. With("/v1/chat/completions")];

    /// <summary>Providers of embeddings in OpenAI's form.</summary>
    public static IReadOnlyList<ProviderRow> Embeddings { get; } =
        [.. With("/v1/embeddings").Where(static row => row.Family is "openai" or "openai_like" or "azure" && row.Slug is not ("voyage" or "jina_ai"))];

    /// <summary>Providers of completions alone.</summary>
    public static IReadOnlyList<ProviderRow> Completions { get; } = [.. With("/v1/completions").Except(Chats)];

    /// <summary>True when a provider is among those that are called.</summary>
    public static bool Has(ProviderRow row) => Chats.Concat(Embeddings).Concat(Completions).Any(called => called.Slug == row.Slug);

    internal DialectUpstream Upstream { get; private set; } = null!;

    internal HttpClient Http { get; private set; } = null!;

    /// <summary>The key that a provider is given.</summary>
    public static string KeyOf(string slug) => "key-of-" + slug;

    public async ValueTask InitializeAsync()
    {
        _folder = Directory.CreateTempSubdirectory("tollgate-catalogue-").FullName;
        Upstream = await DialectUpstream.StartAsync();
        var config = new StringBuilder("model_list:\n");
        foreach (var row in Chats.Union(Embeddings).Union(Completions))
        {
            config.Append("  - model_name: ").Append(row.Slug).Append("\n    litellm_params: { model: ").Append(row.Slug).Append(row.Slug is "ragflow" ? "/chat/1/up" : "/up").Append(", api_base: \"")
                .Append(Upstream.Address).Append(row.Family.StartsWith("openai", StringComparison.Ordinal) ? "/v1" : "").Append("\", api_key: ")
                .Append(KeyOf(row.Slug)).Append(" }\n");
        }

        config.Append("litellm_settings: { drop_params: true }\nrouter_settings: { num_retries: 0, disable_cooldowns: true }\ngeneral_settings: { master_key: ")
            .Append(MasterKey).Append(" }\n");
        await File.WriteAllTextAsync(Path.Combine(_folder, "config.yaml"), config.ToString());
        var errors = new StringWriter();
        var options = new ServeOptions { ConfigPath = Path.Combine(_folder, "config.yaml"), Host = "127.0.0.1", Port = 0 };
        var environment = new Dictionary<string, string> { ["LITELLM_MODE"] = "PRODUCTION", ["LITELLM_LOG"] = "ERROR" };
        var (gateway, _) = await new GatewayHost(options, EnvironmentSource.From(environment, _folder), TextWriter.Null, errors).StartAsync();
        _gateway = gateway.ShouldNotBeNull(errors.ToString());
        Http = new HttpClient { BaseAddress = _gateway.Address, Timeout = TimeSpan.FromSeconds(60) };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", MasterKey);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _gateway.DisposeAsync();
        await Upstream.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static IEnumerable<ProviderRow> With(string route) => All
        .Where(row => Families.Contains(row.Family) && !Elsewhere.Contains(row.Slug) && row.Endpoints.Contains(route));
}
