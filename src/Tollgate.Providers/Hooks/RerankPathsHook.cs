using Tollgate.Providers.Connections;
using Tollgate.Wire;

namespace Tollgate.Providers.Hooks;

/// <summary>Providers whose reranking stands outside of the base URL of their other calls.</summary>
internal sealed class RerankPathsHook : ProviderHook
{
    private const string SelfHosted = "ranking/";

    public override void Connect(ConnectionDraft draft)
    {
        switch (draft.Row.Slug)
        {
            case "nvidia_nim" when draft.Model.StartsWith(SelfHosted, StringComparison.Ordinal):
                draft.Model = draft.Model[SelfHosted.Length..];
                draft.Paths[(int)Surface.Rerank] = "/ranking";
                break;
            case "nvidia_nim":
                // The hosted service has a path for each model; a server of one's own has one for all.
                draft.Paths[(int)Surface.Rerank] = draft.HasOwnBase ? "/ranking"
                    : $"https://ai.api.nvidia.com/v1/retrieval/{(draft.Model.Contains('/', StringComparison.Ordinal) ? "" : "nvidia/")}{draft.Model}/reranking";
                break;
            case "deepinfra":
                // The shape adds the model.
                draft.Paths[(int)Surface.Rerank] = draft.HasOwnBase ? "/inference" : "https://api.deepinfra.com/v1/inference";
                break;
            default:
                break;
        }
    }
}
