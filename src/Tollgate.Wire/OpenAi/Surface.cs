namespace Tollgate.Wire.OpenAi;

/// <summary>A kind of call in OpenAI's API; each has its own path, request and response shape.</summary>
public enum Surface : byte
{
    Chat,
    Completions,
    Embeddings,
    Models,
}
