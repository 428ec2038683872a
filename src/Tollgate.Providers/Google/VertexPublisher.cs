using Tollgate.Providers.Connections;
using Tollgate.Wire;

namespace Tollgate.Providers.Google;

/// <summary>Whose model it is, how it is addressed and what it speaks (04-gemini-vertex.md section 6).</summary>
/// <param name="Name">Publisher in the address; null for an endpoint of the project's own.</param>
/// <param name="Model">Model or endpoint in the address.</param>
/// <param name="Spoken">Dialect.</param>
/// <param name="Method">What is called, behind a colon; a path where it begins with a slash.</param>
/// <param name="StreamMethod">The same for streams.</param>
internal sealed record VertexPublisher(string? Name, string Model, Surface Spoken, string Method, string StreamMethod)
{
    /// <summary>Publishers whose open models share one endpoint with OpenAI's dialect and stand in the body.</summary>
    private static readonly string[] Open =
        ["meta/", "deepseek-ai/", "qwen/", "openai/gpt-oss", "zai-org/", "moonshotai/", "minimaxai/", "xai/"];

    private static readonly (string Prefix, string Publisher)[] Partners =
        [("mistralai/", "mistralai"), ("mistral", "mistralai"), ("codestral", "mistralai"), ("ministral", "mistralai"), ("jamba-", "ai21")];

    /// <summary>Query of the call.</summary>
    public string Query { get; init; } = "";

    /// <summary>Query of the call for a stream.</summary>
    public string StreamQuery { get; init; } = "";

    /// <summary>By the model's name. Changes the name that is sent in the body where the address has more than it.</summary>
    public static VertexPublisher Of(ConnectionDraft draft)
    {
        var model = draft.Model;
        if (model.StartsWith("claude", StringComparison.OrdinalIgnoreCase))
        {
            return new VertexPublisher("anthropic", model, Surface.Messages, "rawPredict", "streamRawPredict");
        }

        if (Array.Exists(Open, prefix => model.StartsWith(prefix, StringComparison.Ordinal)))
        {
            return new VertexPublisher(null, "openapi", Surface.Chat, "/chat/completions", "/chat/completions");
        }

        if (model.StartsWith("openai/", StringComparison.Ordinal))
        {
            // An endpoint of the user's own that speaks OpenAI's dialect.
            return new VertexPublisher(null, model["openai/".Length..], Surface.Chat, "/chat/completions", "/chat/completions");
        }

        foreach (var (prefix, publisher) in Partners)
        {
            if (model.StartsWith(prefix, StringComparison.Ordinal))
            {
                var name = model.StartsWith(publisher + "/", StringComparison.Ordinal) ? model[(publisher.Length + 1)..] : model;
                draft.Model = name;
                return new VertexPublisher(publisher, name, Surface.Chat, "rawPredict", "streamRawPredict");
            }
        }

        return Googles(model.StartsWith("gemini/", StringComparison.Ordinal) ? model["gemini/".Length..] : model);
    }

    /// <summary>A model of Google's, or a fine-tuned one: then its endpoint is a number.</summary>
    private static VertexPublisher Googles(string model)
        => new(model.Length > 0 && model.All(char.IsAsciiDigit) ? null : "google", model, Surface.GenerateContent, "generateContent", "streamGenerateContent")
        {
            StreamQuery = "alt=sse",
        };
}
