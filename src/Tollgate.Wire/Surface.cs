namespace Tollgate.Wire;

/// <summary>
/// A kind of call: each has its own path, request and response shape. Those that clients can call have a route of the gateway; the last ones
/// are spoken by upstreams only.
/// </summary>
public enum Surface : byte
{
    /// <summary>OpenAI chat completions.</summary>
    Chat,

    /// <summary>OpenAI legacy completions.</summary>
    Completions,

    /// <summary>OpenAI embeddings.</summary>
    Embeddings,

    /// <summary>OpenAI's list of models.</summary>
    Models,

    /// <summary>OpenAI responses.</summary>
    Responses,

    /// <summary>Anthropic messages.</summary>
    Messages,

    /// <summary>Google generateContent and streamGenerateContent.</summary>
    GenerateContent,

    /// <summary>OpenAI images from text.</summary>
    ImageGenerations,

    /// <summary>OpenAI images from images.</summary>
    ImageEdits,

    /// <summary>OpenAI variations of an image.</summary>
    ImageVariations,

    /// <summary>OpenAI speech from text.</summary>
    Speech,

    /// <summary>OpenAI text from speech.</summary>
    Transcriptions,

    /// <summary>OpenAI English text from speech.</summary>
    Translations,

    /// <summary>OpenAI moderations.</summary>
    Moderations,

    /// <summary>Cohere's and Jina's order of documents by relevance.</summary>
    Rerank,

    /// <summary>OpenAI's films.</summary>
    Videos,

    /// <summary>Mistral's text from documents and pictures.</summary>
    Ocr,

    /// <summary>Searches of the web.</summary>
    Search,

    /// <summary>Searches of a vector store.</summary>
    VectorSearch,

    /// <summary>Amazon Bedrock Converse and ConverseStream.</summary>
    Converse,

    /// <summary>Cohere chat, version 2.</summary>
    CohereChat,

    /// <summary>Ollama chat.</summary>
    OllamaChat,

    /// <summary>A conversation made into one prompt, as the older models of Bedrock and text-generation servers take it.</summary>
    Prompt,

    /// <summary>Ollama generate: one prompt.</summary>
    OllamaGenerate,

    /// <summary>Cohere chat, version 1.</summary>
    CohereChatV1,

    /// <summary>Text Generation Inference's generate.</summary>
    TextGeneration,

    /// <summary>watsonx.ai's generation of text.</summary>
    WatsonxText,

    /// <summary>Cloudflare Workers AI's run.</summary>
    WorkersAi,

    /// <summary>Replicate's predictions.</summary>
    ReplicatePrediction,

    /// <summary>Snowflake Cortex's complete.</summary>
    SnowflakeComplete,

    /// <summary>NLP Cloud's generation.</summary>
    NlpCloudGeneration,

    /// <summary>Aleph Alpha's complete.</summary>
    AlephAlphaComplete,

    /// <summary>Triton Inference Server's generate.</summary>
    TritonGenerate,

    /// <summary>Triton Inference Server's infer (KServe v2).</summary>
    TritonInfer,

    /// <summary>Petals' generate.</summary>
    PetalsGenerate,

    /// <summary>Bytez' models.</summary>
    BytezRun,

    /// <summary>LangGraph's runs.</summary>
    LangGraphRun,

    /// <summary>Langflow's runs.</summary>
    LangFlowRun,

    /// <summary>Agent2Agent's messages (JSON-RPC).</summary>
    AgentMessage,

    /// <summary>Anthropic's text completions.</summary>
    AnthropicComplete,

    /// <summary>Amazon Bedrock's agents.</summary>
    BedrockAgent,

    /// <summary>Amazon Bedrock's AgentCore runtimes.</summary>
    AgentCore,

    /// <summary>LiteLLM's own protocol for custom servers.</summary>
    CustomServer,

    /// <summary>GigaChat's completions, with functions.</summary>
    GigaChat,

    /// <summary>Oracle Generative AI's chat.</summary>
    OciChat,

    /// <summary>SAP AI Core's orchestration.</summary>
    SapOrchestration,

    /// <summary>Whatever is relayed without being understood: pass-through, stored resources, realtime sessions.</summary>
    Relay,
}

/// <summary>Facts about surfaces.</summary>
public static class Surfaces
{
    /// <summary>How many there are.</summary>
    public static int Count { get; } = Enum.GetValues<Surface>().Length;

    /// <summary>True for surfaces whose calls go through the chat hub when client and upstream speak differently.</summary>
    public static bool IsChat(this Surface surface) => surface is Surface.Chat or Surface.Completions or Surface.Responses or Surface.Messages
        or Surface.GenerateContent or Surface.Converse or Surface.CohereChat or Surface.OllamaChat
        or (>= Surface.Prompt and <= Surface.SapOrchestration);

    /// <summary>True for pictures, sounds, judgements and orders: calls that are neither conversations nor embeddings.</summary>
    public static bool IsMedia(this Surface surface) => surface is Surface.ImageGenerations or Surface.ImageEdits or Surface.ImageVariations
        or Surface.Speech or Surface.Transcriptions or Surface.Translations or Surface.Moderations or Surface.Rerank or Surface.Videos or Surface.Ocr
        || surface.IsLookup();

    /// <summary>True for searches: they go to a tool or a store with a name of its own, not to a model.</summary>
    public static bool IsLookup(this Surface surface) => surface is Surface.Search or Surface.VectorSearch;

    /// <summary>True for calls whose requests may bring files, as <c>multipart/form-data</c>.</summary>
    public static bool TakesForm(this Surface surface)
        => surface is Surface.ImageEdits or Surface.ImageVariations or Surface.Transcriptions or Surface.Translations
            or Surface.Videos or Surface.Ocr;

    /// <summary>Route as error messages, logs and daily tables name it.</summary>
    public static string Route(this Surface surface) => surface switch
    {
        Surface.Chat => "/chat/completions",
        Surface.Completions => "/completions",
        Surface.Embeddings => "/embeddings",
        Surface.Responses => "/responses",
        Surface.Messages => "/v1/messages",
        Surface.GenerateContent => "/models/{model}:generateContent",
        Surface.ImageGenerations => "/images/generations",
        Surface.ImageEdits => "/images/edits",
        Surface.ImageVariations => "/images/variations",
        Surface.Speech => "/audio/speech",
        Surface.Transcriptions => "/audio/transcriptions",
        Surface.Translations => "/audio/translations",
        Surface.Moderations => "/moderations",
        Surface.Rerank => "/rerank",
        Surface.Videos => "/videos",
        Surface.Ocr => "/ocr",
        Surface.Search => "/v1/search",
        Surface.VectorSearch => "/v1/vector_stores/{vector_store_id}/search",
        _ => "/models",
    };

    /// <summary>LiteLLM's name of a call on a surface, in logs and metrics (llm-api.md 22.2).</summary>
    public static string CallType(this Surface surface) => surface switch
    {
        Surface.Chat => "acompletion",
        Surface.Completions => "atext_completion",
        Surface.Embeddings => "aembedding",
        Surface.Responses => "aresponses",
        Surface.Messages => "anthropic_messages",
        Surface.GenerateContent => "agenerate_content",
        Surface.ImageGenerations => "aimage_generation",
        Surface.ImageEdits => "aimage_edit",
        Surface.ImageVariations => "aimage_variation",
        Surface.Speech => "aspeech",
        Surface.Transcriptions or Surface.Translations => "atranscription",
        Surface.Moderations => "amoderation",
        Surface.Rerank => "arerank",
        Surface.Videos => "avideo_generation",
        Surface.Ocr => "aocr",
        Surface.Search => "asearch",
        Surface.VectorSearch => "avector_store_search",
        _ => "amodels",
    };
}
