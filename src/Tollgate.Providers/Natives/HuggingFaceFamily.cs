using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;
using Tollgate.Wire;
using Tollgate.Wire.Natives.Embeddings;

namespace Tollgate.Providers.Natives;

/// <summary>
/// Connections to Hugging Face: its router, which speaks OpenAI's dialect and picks a provider by the model's suffix, and servers of one's
/// own (07-native-others.md section 10).
/// </summary>
internal static class HuggingFaceFamily
{
    public static IUpstreamConnection Open(ConnectionDraft draft, ConnectionServices _)
    {
        draft.Headers["X-HF-Bill-To"] = "{env:HF_BILL_TO?}";
        var (root, query) = EndpointTable.Split(draft.Base!);
        if (!draft.HasOwnBase)
        {
            draft.Model = RoutedName(draft.Model);
        }

        const string operation = "/chat/completions";
        if (root.EndsWith(operation, StringComparison.Ordinal))
        {
            root = root[..^operation.Length];
        }

        root = root.EndsWith("/v1", StringComparison.Ordinal) ? root[..^3] : root;
        draft.Base = query.Length > 0 ? $"{root}?{query}" : root;
        return new NativeConnection(draft, new KeyAuthorization(draft, draft.Row.Auth), new NativeWiring
        {
            Embeddings = draft.HasOwnBase ? null : new FeatureExtraction(),
            SpokenForCompletions = draft.HasOwnBase ? Surface.TextGeneration : null,
            Address = (surface, stream) => surface is Surface.Rerank && !draft.HasOwnBase ? NativeConnection.NotServed(draft, surface)
                : NativeConnection.Below(draft, surface switch
                {
                    Surface.TextGeneration => stream ? "/generate_stream" : "/generate",
                    Surface.Embeddings when !draft.HasOwnBase => $"/hf-inference/models/{draft.Model}/pipeline/feature-extraction",
                    Surface.Embeddings => "/v1/embeddings",
                    Surface.Rerank => "/rerank",
                    Surface.Models => "/v1/models",
                    _ => "/v1/chat/completions",
                }),
        });
    }

    /// <summary><c>provider/org/model</c> is <c>org/model:provider</c> to the router.</summary>
    private static string RoutedName(string model)
    {
        var first = model.IndexOf('/', StringComparison.Ordinal);
        return first > 0 && model.IndexOf('/', first + 1) > 0 ? $"{model[(first + 1)..]}:{model[..first]}" : model;
    }
}
