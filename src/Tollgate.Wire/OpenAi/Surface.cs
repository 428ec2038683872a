namespace Tollgate.Wire.OpenAi;

/// <summary>A kind of call in OpenAI's API; each has its own path, request and response shape.</summary>
public enum Surface : byte
{
    Chat,
    Completions,
    Embeddings,
    Models,
}

/// <summary>Facts about surfaces.</summary>
public static class Surfaces
{
    /// <summary>LiteLLM's name of a call on a surface, in logs and metrics.</summary>
    public static string CallType(this Surface surface) => surface switch
    {
        Surface.Chat => "acompletion",
        Surface.Completions => "atext_completion",
        Surface.Embeddings => "aembedding",
        _ => "amodels",
    };
}
