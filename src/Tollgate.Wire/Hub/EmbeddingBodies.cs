using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;

namespace Tollgate.Wire.Hub;

/// <summary>OpenAI's form of embeddings, which all clients speak: requests read, answers written.</summary>
public static class EmbeddingBodies
{
    /// <summary>Reads a client's request.</summary>
    /// <exception cref="WireException">Names the field at fault.</exception>
    public static EmbeddingRequest Read(JsonElement root)
    {
        var request = new EmbeddingRequest();
        try
        {
            foreach (var member in root.EnumerateObject())
            {
                if (member.Value.ValueKind is not JsonValueKind.Null)
                {
                    Take(request, member);
                }
            }
        }
        catch (InvalidOperationException)
        {
            // The framework's reader stops at half a surrogate pair in a name.
            throw new WireException("The body holds a name that is not Unicode text.");
        }

        return request.Inputs.Count > 0 ? request : throw new WireException("'input' must hold at least one text.", "input");
    }

    /// <summary>Writes an answer.</summary>
    /// <param name="response">The vectors.</param>
    /// <param name="model">The model as the client knows it.</param>
    /// <param name="asBase64">Vectors as base64 of little-endian floats, as the client asked.</param>
    /// <param name="json">Takes one JSON object.</param>
    public static void Write(EmbeddingResponse response, string model, bool asBase64, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteGiven("id"u8, response.Id);
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        for (var i = 0; i < response.Vectors.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("object"u8, "embedding"u8);
            json.WriteNumber("index"u8, i);
            json.WritePropertyName("embedding"u8);
            WriteVector(json, response.Vectors[i], asBase64);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("model"u8, model);
        if (response.PromptTokens is { } tokens)
        {
            json.WriteStartObject("usage"u8);
            json.WriteNumber("prompt_tokens"u8, tokens);
            json.WriteNumber("total_tokens"u8, tokens);
            if (response.ImageTokens > 0)
            {
                json.WriteStartObject("prompt_tokens_details"u8);
                json.WriteNumber("image_tokens"u8, response.ImageTokens);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Take(EmbeddingRequest request, JsonProperty member)
    {
        switch (member.Name)
        {
            case "model":
                request.Model = member.Value.Text() ?? "";
                break;
            case "input":
                ReadInputs(request, member.Value);
                break;
            case "dimensions":
                request.Dimensions = member.Value.Count() is > 0 and <= int.MaxValue and var dimensions ? (int)dimensions
                    : throw new WireException("Invalid value for 'dimensions': expected a whole number above 0.", "dimensions");
                break;
            case "encoding_format":
                request.AsBase64 = member.Value.Text() switch
                {
                    "base64" => true,
                    "float" => false,
                    _ => throw new WireException("Invalid value for 'encoding_format': expected float or base64.", "encoding_format"),
                };
                break;
            case "input_type" or "task_type":
                request.InputType = member.Value.Text();
                break;
            case "truncate":
                request.Truncate = member.Value.Text();
                break;
            case "user":
                request.User = member.Value.Text();
                break;
            default:
                request.Extras.Add(new HubMember(member.Name, member.Value));
                break;
        }
    }

    private static void ReadInputs(EmbeddingRequest request, JsonElement input)
    {
        if (input.ValueKind is not JsonValueKind.Array)
        {
            request.Inputs.Add(ReadInput(input, "input"));
            return;
        }

        var at = 0;
        foreach (var item in input.EnumerateArray())
        {
            request.Inputs.Add(ReadInput(item, string.Create(CultureInfo.InvariantCulture, $"input[{at++}]")));
        }
    }

    private static EmbeddingInput ReadInput(JsonElement item, string place)
    {
        if (item.Text() is { } text)
        {
            return text.StartsWith("data:", StringComparison.OrdinalIgnoreCase) && text.Contains(";base64,", StringComparison.Ordinal)
                ? new EmbeddingInput(null, DataUri.Read(text))
                : new EmbeddingInput(text);
        }

        if (item.Text("text"u8) is { } inner)
        {
            return new EmbeddingInput(inner);
        }

        var image = item.Member("image_url"u8);
        if ((image.Text() ?? image.Text("url"u8)) is { } url)
        {
            return new EmbeddingInput(null, MediaSource.FromUrl(url));
        }

        throw new WireException(
            item.ValueKind is JsonValueKind.Number or JsonValueKind.Array
                ? $"Invalid value for '{place}': the provider takes texts, not tokens."
                : $"Invalid value for '{place}': expected a text.",
            "input");
    }

    private static void WriteVector(Utf8JsonWriter json, float[] vector, bool asBase64)
    {
        if (asBase64)
        {
            var bytes = new byte[vector.Length * sizeof(float)];
            for (var i = 0; i < vector.Length; i++)
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
            }

            json.WriteBase64StringValue(bytes);
            return;
        }

        json.WriteStartArray();
        foreach (var number in vector)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }
}
