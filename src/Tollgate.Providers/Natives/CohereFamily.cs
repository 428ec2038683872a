using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;
using Tollgate.Wire;
using Tollgate.Wire.Cohere;

namespace Tollgate.Providers.Natives;

/// <summary>Connections to Cohere (07-native-others.md section 9).</summary>
internal static class CohereFamily
{
    private const string First = "v1/";

    private static readonly string[] Operations = ["/v1/chat", "/v2/chat", "/v1/embed", "/v2/embed", "/v1/rerank", "/v2/rerank", "/v1", "/v2"];

    /// <summary>Makes a connection; the first version of the API where model or base ask for it.</summary>
    public static IUpstreamConnection Open(ConnectionDraft draft, ConnectionServices _)
    {
        var (root, query) = draft.Base is null ? ("", "") : EndpointTable.Split(draft.Base);
        var isFirst = draft.Model.StartsWith(First, StringComparison.Ordinal) || root.EndsWith("/v1/chat", StringComparison.Ordinal);
        if (draft.Model.StartsWith(First, StringComparison.Ordinal))
        {
            draft.Model = draft.Model[First.Length..];
        }

        foreach (var operation in Operations)
        {
            if (root.EndsWith(operation, StringComparison.Ordinal))
            {
                root = root[..^operation.Length];
                break;
            }
        }

        draft.Base = query.Length > 0 ? $"{root}?{query}" : root;
        var version = isFirst ? "/v1" : "/v2";
        return new NativeConnection(draft, new KeyAuthorization(draft, draft.Row.Auth), new NativeWiring
        {
            Embeddings = new CohereEmbeddings(),
            Spoken = isFirst ? Surface.CohereChatV1 : Surface.CohereChat,
            Address = (surface, _) => NativeConnection.Below(draft, surface switch
            {
                Surface.Embeddings => version + "/embed",
                Surface.Rerank => version + "/rerank",
                Surface.Models => "/v1/models",
                _ => version + "/chat",
            }),
        });
    }
}
