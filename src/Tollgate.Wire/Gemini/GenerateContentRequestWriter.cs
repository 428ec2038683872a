using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Gemini;

/// <summary>Writes requests (04-gemini-vertex.md section 2).</summary>
internal static class GenerateContentRequestWriter
{
    /// <summary>Root members that a chat client may name itself, in either spelling, and Google's name of each.</summary>
    private static readonly Dictionary<string, string> RootNames = new(StringComparer.Ordinal)
    {
        ["safety_settings"] = "safetySettings",
        ["safetySettings"] = "safetySettings",
        ["cached_content"] = "cachedContent",
        ["cachedContent"] = "cachedContent",
        ["labels"] = "labels",
    };

    /// <summary>Writes one.</summary>
    public static void Write(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        var model = GeminiModel.Of(target.Model);
        json.WriteStartObject();
        new ContentsWriter(request, target, model).Write(json);
        GenerationConfigWriter.Write(request, target, model, json);
        ToolsWriter.Write(request, model, isVertex: target.Provider is not "gemini", json);
        WriteTier(request, target, json);
        foreach (var extra in request.Extras)
        {
            WriteExtra(request.Origin, extra, json);
        }

        if (target.Provider is "vertex_ai" && IsOwnName(request.Origin))
        {
            VertexLabels.Write(request, json);
        }

        if (target.Options.TryGetValue(GenerateContentCodec.SafetyOption, out var usual)
            && !request.Extras.Any(static extra => extra.Name is "safetySettings" or "safety_settings"))
        {
            json.WritePropertyName("safetySettings"u8);
            json.WriteRawValue(usual, skipInputValidation: true);
        }

        json.WriteEndObject();
    }

    /// <summary>True for members of a chat client's body that this dialect's own parameters are named by.</summary>
    public static bool IsOwnName(Surface origin) => origin is Surface.Chat or Surface.Completions;

    private static void WriteExtra(Surface origin, in HubMember extra, Utf8JsonWriter json)
    {
        if (origin is Surface.GenerateContent)
        {
            // Parts of these two are written with what the hub has of them.
            if (extra.Name is not ("generationConfig" or "toolConfig"))
            {
                json.WritePropertyName(extra.Name);
                json.WriteElement(extra.Value);
            }
        }
        else if (IsOwnName(origin) && RootNames.TryGetValue(extra.Name, out var name))
        {
            json.WritePropertyName(name);
            json.WriteElement(extra.Value);
        }
    }

    private static void WriteTier(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        // Vertex AI takes the class in a header: the connection moves it there. Anthropic's "auto" is what its clients get without a word: it
        // asks for nothing that costs more.
        if (request.Origin is not Surface.Messages && request.ServiceTier is { } tier && target.Provider is "gemini" or "vertex_ai")
        {
            json.WriteString("service_tier"u8, tier switch
            {
                "auto" => "priority",
                "default" => "standard",
                _ => tier,
            });
        }
    }
}
