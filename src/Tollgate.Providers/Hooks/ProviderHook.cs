using System.Collections.Frozen;
using Tollgate.Providers.Connections;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Hooks;

/// <summary>A named piece of code for what a row cannot say as data. Stateless: what it knows, it puts into draft or rules.</summary>
internal abstract class ProviderHook
{
    /// <summary>Changes where and as what the model is called.</summary>
    public virtual void Connect(ConnectionDraft draft)
    {
    }

    /// <summary>Changes the parameter rules of one surface.</summary>
    public virtual void Shape(ConnectionDraft draft, ParameterRulesBuilder rules)
    {
    }
}

/// <summary>The hooks by the names that rows use.</summary>
internal static class ProviderHooks
{
    private static readonly FrozenDictionary<string, ProviderHook> ByName = new Dictionary<string, ProviderHook>(StringComparer.Ordinal)
    {
        ["openai_models"] = new OpenAiModelsHook(),
        ["litellm_proxy"] = new GatewayHook(),
        ["vllm"] = new VllmHook(),
        ["lm_studio"] = new LmStudioHook(),
        ["deepseek"] = new DeepSeekHook(),
        ["mistral"] = new MistralHook(),
        ["xai"] = new XaiHook(),
        ["fireworks"] = new FireworksHook(),
        ["openrouter"] = new OpenRouterHook(),
        ["moonshot"] = new MoonshotHook(),
        ["deepinfra"] = new DeepInfraHook(),
        ["featherless_tools"] = new FeatherlessHook(),
        ["meta_llama_rf"] = new MetaLlamaHook(),
        ["voyage"] = new VoyageHook(),
        ["jina"] = new JinaHook(),
        ["rerank_paths"] = new RerankPathsHook(),
        ["clarifai_model"] = new ClarifaiHook(),
        ["baseten_url"] = new BasetenHook(),
        ["ragflow_url"] = new RagFlowHook(),
        ["gradient_url"] = new GradientHook(),
        ["datarobot_url"] = new DataRobotHook(),
        ["anthropic_base"] = new AnthropicBaseHook(),
        ["databricks"] = new DatabricksHook(),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static FrozenSet<string> Names { get; } = ByName.Keys.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The hook of a name that the catalogue has checked.</summary>
    public static ProviderHook Find(string name) => ByName[name];
}
