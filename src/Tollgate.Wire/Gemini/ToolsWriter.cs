using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Gemini;

/// <summary>Writes <c>tools</c> and <c>toolConfig</c> (04-gemini-vertex.md section 2.3).</summary>
internal static class ToolsWriter
{
    /// <summary>Writes both members; nothing where there are no tools.</summary>
    public static void Write(ChatRequest request, GeminiModel model, bool isVertex, Utf8JsonWriter json)
    {
        var functions = request.Tools.Where(static tool => tool.Kind is ToolKind.Function or ToolKind.Custom).ToList();
        var hosted = HostedOf(request, isVertex);
        if (functions.Count > 0 && !model.HasLevels)
        {
            // COMPAT: LiteLLM leaves searches out where functions stand beside them, models before generation 3 refuse both together.
            hosted.RemoveAll(static tool => tool.Name is "googleSearch" or "googleSearchRetrieval" or "enterpriseWebSearch" or "urlContext");
        }

        if (functions.Count > 0 || hosted.Count > 0)
        {
            json.WriteStartArray("tools"u8);
            WriteFunctions(functions, model, json);
            foreach (var tool in hosted)
            {
                json.WriteStartObject();
                json.WritePropertyName(tool.Name);
                json.WriteElement(tool.Value);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        WriteConfig(request, functions.Count > 0 && hosted.Count > 0 && model.HasLevels, json);
    }

    private static void WriteFunctions(List<ToolDefinition> functions, GeminiModel model, Utf8JsonWriter json)
    {
        if (functions.Count == 0)
        {
            return;
        }

        json.WriteStartObject();
        json.WriteStartArray("functionDeclarations"u8);
        foreach (var function in functions)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, ToolNames.ForWire(function.Name));
            json.WriteGiven("description"u8, function.Description);
            if (function.Kind is ToolKind.Custom)
            {
                json.WritePropertyName("parameters"u8);
                json.WriteRawValue("""{"type":"object","properties":{"input":{"type":"string"}},"required":["input"]}"""u8);
            }
            else if (function.Parameters is { } parameters && !SchemaCleaner.IsEmptyObject(parameters))
            {
                json.WritePropertyName("parameters"u8);
                SchemaCleaner.Write(json, parameters, keepsDefaults: model.TakesJsonSchema);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Tools that Google runs itself, each under Google's name of it.</summary>
    private static List<HubMember> HostedOf(ChatRequest request, bool isVertex)
    {
        var found = new List<HubMember>();
        foreach (var tool in request.Tools)
        {
            if (tool.Kind is ToolKind.Function or ToolKind.Custom)
            {
                continue;
            }

            if (GoogleTools.OwnOf(tool) is { } own)
            {
                found.Add(own);
            }
            else if (NameOf(tool.Kind) is { } name && (tool.Kind is not ToolKind.WebSearch || request.WebSearch is null))
            {
                found.Add(new HubMember(name, tool.Kind is ToolKind.Computer ? GoogleTools.Browser() : GoogleTools.Empty()));
            }
        }

        if (request.WebSearch is { } search)
        {
            found.Add(GoogleTools.SearchOf(search, isVertex));
        }

        // One search is enough, however many words the client has for it.
        return [.. found.DistinctBy(static tool => tool.Name, StringComparer.Ordinal)];
    }

    private static string? NameOf(ToolKind kind) => kind switch
    {
        ToolKind.WebSearch => "googleSearch",
        ToolKind.WebFetch => "urlContext",
        ToolKind.CodeExecution => "codeExecution",
        ToolKind.Computer => "computerUse",
        _ => null,
    };

    private static void WriteConfig(ChatRequest request, bool mixed, Utf8JsonWriter json)
    {
        var carried = request.Origin is Surface.GenerateContent
            ? request.Extras.FirstOrDefault(static extra => extra.Name is "toolConfig").Value : default;
        var maps = GoogleTools.MapsWithPlace(request);
        if (request.ToolChoice is null && !mixed && !carried.IsGiven() && maps is null)
        {
            return;
        }

        json.WriteStartObject("toolConfig"u8);
        WriteChoice(request.ToolChoice, json);
        if (carried.ValueKind is JsonValueKind.Object)
        {
            foreach (var member in carried.EnumerateObject())
            {
                if (GeminiJson.Camel(member.Name) is not "functionCallingConfig")
                {
                    json.WritePropertyName(member.Name);
                    json.WriteElement(member.Value);
                }
            }
        }
        else
        {
            json.WriteGiven("includeServerSideToolInvocations"u8, mixed ? true : null);
            if (maps is { } place)
            {
                GoogleTools.WritePlace(place, json);
            }
        }

        json.WriteEndObject();
    }

    private static void WriteChoice(ToolChoice? choice, Utf8JsonWriter json)
    {
        if (choice is null)
        {
            return;
        }

        IReadOnlyList<string> allowed = choice.Mode is ToolChoiceMode.Named && choice.Name is { } name ? [name] : choice.Allowed;
        json.WriteStartObject("functionCallingConfig"u8);
        json.WriteString("mode"u8, choice.Mode switch
        {
            ToolChoiceMode.None => "NONE",
            ToolChoiceMode.Required or ToolChoiceMode.Named => "ANY",

            // Names may be given in the modes ANY and VALIDATED only; the latter leaves the choice to the model.
            _ => allowed.Count > 0 ? "VALIDATED" : "AUTO",
        });
        if (allowed.Count > 0 && choice.Mode is not ToolChoiceMode.None)
        {
            json.WriteStartArray("allowedFunctionNames"u8);
            foreach (var function in allowed)
            {
                json.WriteStringValue(ToolNames.ForWire(function));
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
