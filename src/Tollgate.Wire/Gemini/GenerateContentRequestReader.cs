using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Gemini;

/// <summary>Reads a client's request (08-bridges.md section 6).</summary>
internal static class GenerateContentRequestReader
{
    /// <summary>Reads one.</summary>
    public static ChatRequest Read(JsonElement root, ReadOnlyMemory<byte> body)
    {
        if (root.ValueKind is not JsonValueKind.Object)
        {
            throw new WireException("The body must be a JSON object.");
        }

        var request = new ChatRequest { Origin = Surface.GenerateContent };
        foreach (var member in root.EnumerateObject())
        {
            if (member.Value.ValueKind is JsonValueKind.Null)
            {
                continue;
            }

            switch (GeminiJson.Camel(member.Name))
            {
                case "model":
                    request.Model = member.Value.Text() ?? "";
                    break;
                case "systemInstruction":
                    ReadSystem(request, member.Value, body);
                    break;
                case "contents" or "generationConfig" or "stream":
                    break;
                case "tools":
                    ToolsReader.Read(request, member.Value);
                    break;
                case "toolConfig":
                    ToolsReader.ReadConfig(request, member.Value);
                    break;
                case "serviceTier":
                    request.ServiceTier = member.Value.Text();
                    break;
                default:
                    request.Extras.Add(new HubMember(GeminiJson.Camel(member.Name), member.Value));
                    break;
            }
        }

        if (root.Member("contents"u8) is not { ValueKind: not JsonValueKind.Undefined } contents)
        {
            throw new WireException("Missing required parameter: 'contents'.", "contents");
        }

        new ContentsReader(request, body).Read(contents);
        GenerationConfigReader.Read(request, root.Member("generationConfig"u8, "generation_config"u8));
        return request;
    }

    private static void ReadSystem(ChatRequest request, JsonElement system, ReadOnlyMemory<byte> body)
    {
        var parts = new List<ContentPart>();
        if (system.Text() is { } text)
        {
            parts.Add(new TextPart(text));
        }
        else if (system.ValueKind is not JsonValueKind.Object)
        {
            throw new WireException("Invalid value for 'systemInstruction': expected an object with 'parts'.", "systemInstruction");
        }

        foreach (var part in system.Member("parts"u8).Items())
        {
            parts.Add(PartReader.Read(part, body, "systemInstruction.parts"));
        }

        if (parts.Count > 0)
        {
            request.Messages.Insert(0, new ChatMessage(ChatRole.System) { Parts = parts });
        }
    }
}
