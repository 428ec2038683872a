using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;
using Tollgate.Wire;
using Tollgate.Wire.Natives.Embeddings;

namespace Tollgate.Providers.Natives;

/// <summary>Connections to Ollama (06-local-selfhosted.md section 1).</summary>
internal static class OllamaFamily
{
    private static readonly string[] GenerateOnly = ["raw", "template", "context", "suffix"];

    private static readonly string[] Operations = ["/api/generate", "/api/chat", "/api/embed", "/v1"];

    /// <summary>Makes a connection. Both prefixes chat; what only <c>/api/generate</c> takes, and completions, go there.</summary>
    public static IUpstreamConnection Open(ConnectionDraft draft, ConnectionServices services)
    {
        draft.Base = RootOf(draft.Base);
        var templated = draft.Deployment.DefaultParams.Any(static member => GenerateOnly.Contains(member.Name, StringComparer.Ordinal));
        return new NativeConnection(draft, new KeyAuthorization(draft, draft.Row.Auth), new NativeWiring
        {
            Spoken = templated ? Surface.OllamaGenerate : Surface.OllamaChat,
            SpokenForCompletions = Surface.OllamaGenerate,
            Embeddings = new OllamaEmbeddings(),
            Exchange = new OllamaCalls(draft, services.Clock).ExchangeAsync,
            Address = (surface, _) => NativeConnection.Below(draft, surface switch
            {
                Surface.OllamaGenerate => "/api/generate",
                Surface.Embeddings => "/api/embed",
                Surface.Models => "/v1/models",
                _ => "/api/chat",
            }),
        });
    }

    /// <summary>Users give the address of one operation, or that of Ollama's OpenAI dialect.</summary>
    private static string? RootOf(string? address)
    {
        if (address is null)
        {
            return null;
        }

        var (root, query) = EndpointTable.Split(address);
        foreach (var operation in Operations)
        {
            if (root.EndsWith(operation, StringComparison.OrdinalIgnoreCase))
            {
                root = root[..^operation.Length];
                break;
            }
        }

        return query.Length > 0 ? $"{root}?{query}" : root;
    }
}
