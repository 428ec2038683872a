using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Gemini;

/// <summary>Tools in Google's words (04-gemini-vertex.md section 2.3): an object whose member's name says which tool it is.</summary>
internal static class GoogleTools
{
    private static readonly HashSet<string> Own = new(StringComparer.Ordinal)
    {
        "googleSearch", "googleSearchRetrieval", "enterpriseWebSearch", "codeExecution", "urlContext", "googleMaps", "computerUse", "fileSearch",
        "retrieval",
    };

    /// <summary>Reads the tools of an object of clients that speak another dialect.</summary>
    /// <returns>False when there are none, and nothing was read.</returns>
    public static bool TryRead(ChatRequest request, JsonElement tool)
    {
        var found = false;
        foreach (var member in tool.EnumerateObject())
        {
            var name = GeminiJson.Camel(member.Name);
            if (Own.Contains(name))
            {
                Read(request, name, member.Value);
                found = true;
            }
        }

        return found;
    }

    /// <summary>Reads one tool.</summary>
    public static void Read(ChatRequest request, string name, JsonElement value)
    {
        if (name is "googleSearch")
        {
            request.WebSearch ??= new WebSearchRequest
            {
                BlockedDomains = WebSearches.Domains(value.Member("excludeDomains"u8, "exclude_domains"u8), "excludeDomains"),
            };
            if (value.ValueKind is not JsonValueKind.Object || !value.EnumerateObject().MoveNext())
            {
                return;
            }
        }

        request.Tools.Add(new ToolDefinition
        {
            Kind = KindOf(name),
            Name = name,
            Raw = GeminiJson.Make(json =>
            {
                json.WriteStartObject();
                json.WritePropertyName(name);
                json.WriteElement(value.ValueKind is JsonValueKind.Object ? value : Empty());
                json.WriteEndObject();
            }),
            RawOrigin = Surface.GenerateContent,
        });
    }

    /// <summary>A tool that is written in Google's words already: <c>{"google_search":{}}</c>; null for others.</summary>
    public static HubMember? OwnOf(ToolDefinition tool)
    {
        if (tool.Kind is ToolKind.Function or ToolKind.Custom || tool.Raw is not { ValueKind: JsonValueKind.Object } raw)
        {
            return null;
        }

        foreach (var member in raw.EnumerateObject())
        {
            var name = GeminiJson.Camel(member.Name);
            if (Own.Contains(name) || (tool.RawOrigin is Surface.GenerateContent && member.Value.ValueKind is JsonValueKind.Object))
            {
                return new HubMember(name, ValueOf(name, member.Value));
            }
        }

        return null;
    }

    /// <summary>A search as the model's host takes it.</summary>
    /// <param name="search">The search.</param>
    /// <param name="isVertex">The host is Vertex AI, which knows domains not to search.</param>
    public static HubMember SearchOf(WebSearchRequest search, bool isVertex) => new("googleSearch", GeminiJson.Make(json =>
    {
        json.WriteStartObject();
        if (isVertex)
        {
            WebSearches.WriteDomains("excludeDomains"u8, search.BlockedDomains, json);
        }

        json.WriteEndObject();
    }));

    /// <summary>A tool without settings.</summary>
    public static JsonElement Empty() => GeminiJson.Make(static json =>
    {
        json.WriteStartObject();
        json.WriteEndObject();
    });

    /// <summary>The screen that a model may use.</summary>
    public static JsonElement Browser() => GeminiJson.Make(static json =>
    {
        json.WriteStartObject();
        json.WriteString("environment"u8, "ENVIRONMENT_BROWSER"u8);
        json.WriteEndObject();
    });

    /// <summary>Writes the place and language that chat clients give with maps, and Google takes beside the tools; nothing when there is none.</summary>
    public static void WritePlace(JsonElement maps, Utf8JsonWriter json)
    {
        json.WriteStartObject("retrievalConfig"u8);
        var (latitude, longitude) = (maps.Member("latitude"u8), maps.Member("longitude"u8));
        if (latitude.IsGiven() && longitude.IsGiven())
        {
            json.WriteStartObject("latLng"u8);
            json.WriteElement("latitude"u8, latitude);
            json.WriteElement("longitude"u8, longitude);
            json.WriteEndObject();
        }

        json.WriteElement("languageCode"u8, maps.Member("languageCode"u8, "language_code"u8).Given());
        json.WriteEndObject();
    }

    /// <summary>Maps as given, when they say of which place.</summary>
    public static JsonElement? MapsWithPlace(ChatRequest request)
    {
        foreach (var tool in request.Tools)
        {
            if (tool.Name is "googleMaps" && tool.Raw?.Member("googleMaps"u8, "google_maps"u8) is { ValueKind: JsonValueKind.Object } maps
                && maps.EnumerateObject().Any(static member => IsPlace(member.Name)))
            {
                return maps;
            }
        }

        return null;
    }

    private static bool IsPlace(string name) => GeminiJson.Camel(name) is "latitude" or "longitude" or "languageCode";

    private static ToolKind KindOf(string name) => name switch
    {
        "googleSearch" or "googleSearchRetrieval" or "enterpriseWebSearch" => ToolKind.WebSearch,
        "urlContext" => ToolKind.WebFetch,
        "codeExecution" => ToolKind.CodeExecution,
        "computerUse" => ToolKind.Computer,
        "fileSearch" => ToolKind.FileSearch,
        _ => ToolKind.Hosted,
    };

    private static JsonElement ValueOf(string name, JsonElement value) => value.ValueKind is not JsonValueKind.Object ? Empty() : name switch
    {
        "googleMaps" => Without(value, IsPlace),
        "computerUse" when value.Text("environment"u8) is null or "browser" => Environed(value),
        _ => value,
    };

    private static JsonElement Environed(JsonElement value) => GeminiJson.Make(json =>
    {
        json.WriteStartObject();
        json.WriteString("environment"u8, "ENVIRONMENT_BROWSER"u8);
        WriteOthers(value, static name => name is "environment", json);
        json.WriteEndObject();
    });

    private static JsonElement Without(JsonElement value, Func<string, bool> isLeftOut) => GeminiJson.Make(json =>
    {
        json.WriteStartObject();
        WriteOthers(value, isLeftOut, json);
        json.WriteEndObject();
    });

    private static void WriteOthers(JsonElement value, Func<string, bool> isLeftOut, Utf8JsonWriter json)
    {
        foreach (var member in value.EnumerateObject())
        {
            if (!isLeftOut(member.Name))
            {
                json.WritePropertyName(member.Name);
                json.WriteElement(member.Value);
            }
        }
    }
}
