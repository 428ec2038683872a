using Tollgate.Engine.Upstream;
using Tollgate.Providers.Amazon;
using Tollgate.Providers.Azure;
using Tollgate.Providers.Catalogue;
using Tollgate.Providers.Connections;
using Tollgate.Providers.Google;
using Tollgate.Wire;
using Tollgate.Wire.Vectors;

namespace Tollgate.Providers.Lookups;

/// <summary>Makes connections to vector stores (llm-api.md 13.6): each to one store.</summary>
internal static class VectorFamily
{
    /// <summary>Version of Azure AI Search's API that has queries of several kinds.</summary>
    private const string AzureSearchVersion = "2024-07-01";

    private const string UsualGeminiModel = "gemini-2.5-flash";

    private static readonly ProviderAuth ApiKey = new("api-key", "{key}");

    private static readonly ProviderAuth GoogleKey = new("x-goog-api-key", "{key}");

    /// <summary>Makes one.</summary>
    public static IUpstreamConnection Open(ConnectionDraft draft, ConnectionServices services)
    {
        var store = draft.Deployment.ModelGroup;
        var options = OptionsOf(draft, store);
        return draft.Row.Slug switch
        {
            "bedrock" => Bedrock(draft, services, store, options),
            "s3_vectors" => S3Vectors(draft, services, options),
            "vertex_ai" => Vertex(draft, services, store, options),
            "gemini" => Gemini(draft, options),
            "azure_ai" => AzureSearch(draft, store, options),
            "milvus" => Make(draft, Key(draft), Below(draft, "/v2/vectordb/entities/search"), new MilvusSearch(options.GetValueOrDefault("milvus_text_field")), options),
            "pg_vector" => Make(draft, Key(draft), Below(draft, VersionOf(draft) + SearchPath(store)), new OpenAiVectorSearch(), options),
            "azure" => OpenAiStore(draft, EntraAuthorization.Choose(draft, services.Entra, ApiKey), AzureAddress(draft, store), options),
            "openai" or "hosted_vllm" => OpenAiStore(draft, Key(draft), Below(draft, SearchPath(store)), options),
            _ => Make(draft, Key(draft), default, shape: null, options),
        };
    }

    private static LookupConnection Make(
        ConnectionDraft draft, Authorization authorization, UpstreamEndpoint endpoint, VectorShape? shape, Dictionary<string, string> options)
        => new(draft, authorization, Surface.VectorSearch, endpoint, shape, options);

    private static LookupConnection OpenAiStore(
        ConnectionDraft draft, Authorization authorization, UpstreamEndpoint endpoint, Dictionary<string, string> options)
        => Make(draft, authorization, endpoint, new OpenAiVectorSearch(), options);

    private static LookupConnection Bedrock(ConnectionDraft draft, ConnectionServices services, string store, Dictionary<string, string> options)
    {
        var region = BedrockFamily.RegionOf(draft);
        draft.Base = draft.Deployment.ApiBase is { Length: > 0 } own ? own : $"https://bedrock-agent-runtime.{region}.{BedrockFamily.DomainOf(region)}";
        return Make(
            draft, AmazonAuthorization.Choose(draft, services, "bedrock", region),
            Below(draft, $"/knowledgebases/{Uri.EscapeDataString(store)}/retrieve"), new BedrockRetrieval(), options);
    }

    private static LookupConnection S3Vectors(ConnectionDraft draft, ConnectionServices services, Dictionary<string, string> options)
    {
        var region = BedrockFamily.RegionOf(draft);
        draft.Base = draft.Deployment.ApiBase is { Length: > 0 } own ? own : $"https://s3vectors.{region}.api.aws";
        return Make(
            draft, AmazonAuthorization.Choose(draft, services, "s3vectors", region), Below(draft, "/QueryVectors"), new S3VectorsQuery(), options);
    }

    private static LookupConnection Vertex(ConnectionDraft draft, ConnectionServices services, string store, Dictionary<string, string> options)
    {
        var isSearch = draft.Model is "search_api";
        var identity = GoogleIdentity.Choose(draft);
        var place = new VertexPlace(draft, identity.ProjectOf(), isKeyed: false);
        var authorization = new GoogleAuthorization(draft, services.Google, identity, place);
        if (!place.IsWellFormed)
        {
            draft.Fault = new ConnectionFault(UpstreamErrorKind.BadRequest, $"{draft.Row.ExceptionName} - vertex_project or vertex_location is no name.");
        }

        if (isSearch)
        {
            // Data stores are in places of their own; most are everywhere.
            var location = draft.Param("vertex_location") ?? "global";
            var collection = Uri.EscapeDataString(options.GetValueOrDefault("vertex_collection_id") ?? "default_collection");
            draft.Base = draft.Deployment.ApiBase
                ?? (location is "global" ? "https://discoveryengine.googleapis.com" : $"https://{location}-discoveryengine.googleapis.com");
            var path = $"/v1/projects/{place.Project ?? VertexPlace.UnknownProject}/locations/{location}/collections/{collection}/dataStores/"
                + $"{Uri.EscapeDataString(store)}/servingConfigs/default_config:search";
            return Make(draft, authorization, Below(draft, path), new DiscoverySearch(), options);
        }

        options[VertexRag.CorpusOption] = store.StartsWith("projects/", StringComparison.Ordinal) ? store : $"{place.Path}/ragCorpora/{store}";
        draft.Base = draft.Deployment.ApiBase ?? place.Host;
        return Make(draft, authorization, Below(draft, $"/v1beta1/{place.Path}:retrieveContexts"), new VertexRag(), options);
    }

    /// <summary>A model searches the store: the one that the operator names, else a usual one. Its price stands under both names.</summary>
    private static LookupConnection Gemini(ConnectionDraft draft, Dictionary<string, string> options)
    {
        var model = draft.Model is "vector_store" ? UsualGeminiModel : draft.Model;
        return Make(
            draft, new KeyAuthorization(draft, GoogleKey), Below(draft, $"/v1beta/models/{Uri.EscapeDataString(model)}:generateContent"),
            new GeminiFileSearch(), options);
    }

    private static LookupConnection AzureSearch(ConnectionDraft draft, string store, Dictionary<string, string> options)
    {
        // The provider's address and key in the environment are those of its models.
        draft.KeyEnv = ["AZURE_SEARCH_API_KEY"];
        var service = draft.Param("azure_search_service_name", "AZURE_SEARCH_SERVICE_NAME");
        draft.Base = draft.Deployment.ApiBase is { Length: > 0 } own ? own
            : service is not null && service.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-') ? $"https://{service}.search.windows.net"
            : null;
        var endpoint = draft.Base is null
            ? EndpointTable.BadRequest(draft, "no search service is named: set litellm_params.azure_search_service_name or api_base.")
            : Below(draft, $"/indexes/{Uri.EscapeDataString(store)}/docs/search", $"api-version={draft.Deployment.ApiVersion ?? AzureSearchVersion}");
        return Make(draft, new KeyAuthorization(draft, ApiKey), endpoint, new AzureIndexSearch(), options);
    }

    private static UpstreamEndpoint AzureAddress(ConnectionDraft draft, string store)
    {
        if (!Uri.TryCreate(draft.Base, UriKind.Absolute, out var root))
        {
            return EndpointTable.BaseMissing(draft);
        }

        var version = draft.Deployment.ApiVersion ?? draft.Env("AZURE_API_VERSION") ?? AzureApiVersion.Default;
        var host = root.GetLeftPart(UriPartial.Authority);
        return EndpointTable.Make(draft, version is "v1" or "preview" or "latest" ? $"{host}/openai/v1{SearchPath(store)}"
            : $"{host}/openai{SearchPath(store)}?api-version={version}");
    }

    private static string SearchPath(string store) => $"/vector_stores/{Uri.EscapeDataString(store)}/search";

    private static string VersionOf(ConnectionDraft draft)
        => draft.Base is { } address && EndpointTable.Split(address).Root.EndsWith("/v1", StringComparison.Ordinal) ? "" : "/v1";

    private static KeyAuthorization Key(ConnectionDraft draft) => new(draft, draft.Row.Auth);

    private static UpstreamEndpoint Below(ConnectionDraft draft, string path, string query = "")
    {
        if (draft.Base is null)
        {
            return EndpointTable.BaseMissing(draft);
        }

        var (root, own) = EndpointTable.Split(draft.Base);
        return EndpointTable.Make(draft, EndpointTable.Join(root + path, own, query, draft.Deployment.ExtraQuery));
    }

    /// <summary>The id of the store, and all of its settings that are texts and no credentials.</summary>
    private static Dictionary<string, string> OptionsOf(ConnectionDraft draft, string store)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal) { [VectorShape.StoreOption] = store };
        foreach (var member in draft.Deployment.DefaultParams)
        {
            if (Wire.Json.JsonText.AsString(member.Json.Span) is { } text)
            {
                options[member.Name] = text;
            }
        }

        foreach (var (name, value) in draft.Deployment.ProviderParams)
        {
            options.TryAdd(name, value);
        }

        return options;
    }
}
