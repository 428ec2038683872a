using System.Text.Json;

namespace Tollgate.Mock;

/// <summary>What the answer depends on, read once from the request's body. Slices point into that body.</summary>
internal sealed class MockRequest
{
    private const int CharactersPerToken = 4;

    /// <summary>The model as raw JSON, quotes included; empty when the request has none.</summary>
    public ReadOnlyMemory<byte> Model { get; set; }

    public bool Stream { get; private set; }

    public bool IncludeUsage { get; private set; }

    public int Choices { get; private set; } = 1;

    /// <summary>UTF-16 characters of all prompt texts; a token given as a number counts four.</summary>
    public long PromptCharacters { get; private set; }

    public int PromptTokens => (int)((PromptCharacters + CharactersPerToken - 1) / CharactersPerToken);

    public bool LastMessageIsFromUser { get; private set; }

    public string? FirstTool { get; private set; }

    public bool ToolsForbidden { get; private set; }

    /// <summary>The JSON schema the answer must conform to, raw; empty for none.</summary>
    public ReadOnlyMemory<byte> Schema { get; private set; }

    public bool JsonObject { get; private set; }

    /// <summary>The <c>input</c> of an embeddings request, raw.</summary>
    public ReadOnlyMemory<byte> Input { get; private set; }

    public int? Dimensions { get; private set; }

    public bool Base64 { get; private set; }

    public bool CallsTool => FirstTool is not null && LastMessageIsFromUser && !ToolsForbidden;

    /// <summary>Whether the prepared answers fit.</summary>
    public bool IsPlain => Choices == 1 && !CallsTool && Schema.IsEmpty && !JsonObject;

    /// <exception cref="JsonException">The body is no JSON object or a member has the wrong type.</exception>
    public static MockRequest Parse(ReadOnlyMemory<byte> body)
    {
        var request = new MockRequest();
        var reader = new Utf8JsonReader(body.Span);
        try
        {
            reader.Read();
            Expect(ref reader, JsonTokenType.StartObject);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                request.ReadMember(ref reader, body);
            }

            // Reads to the end, so that a body that is cut off or goes on is refused as OpenAI refuses it.
            reader.Read();
            return request;
        }
        catch (InvalidOperationException problem)
        {
            throw new JsonException(problem.Message, problem);
        }
        catch (FormatException problem)
        {
            throw new JsonException(problem.Message, problem);
        }
    }

    private void ReadMember(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        if (reader.ValueTextEquals("model"u8))
        {
            Model = Raw(ref reader, body);
        }
        else if (reader.ValueTextEquals("messages"u8))
        {
            ReadMessages(ref reader);
        }
        else if (reader.ValueTextEquals("stream"u8))
        {
            reader.Read();
            Stream = reader.TokenType == JsonTokenType.True;
        }
        else if (reader.ValueTextEquals("stream_options"u8))
        {
            ReadStreamOptions(ref reader);
        }
        else if (reader.ValueTextEquals("n"u8))
        {
            Choices = Math.Clamp(Number(ref reader) ?? 1, 1, 128);
        }
        else
        {
            ReadRareMember(ref reader, body);
        }
    }

    private void ReadRareMember(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        if (reader.ValueTextEquals("tools"u8))
        {
            ReadTools(ref reader);
        }
        else if (reader.ValueTextEquals("tool_choice"u8))
        {
            reader.Read();
            ToolsForbidden = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("none"u8);
            reader.Skip();
        }
        else if (reader.ValueTextEquals("response_format"u8))
        {
            ReadResponseFormat(ref reader, body);
        }
        else if (reader.ValueTextEquals("prompt"u8))
        {
            reader.Read();
            CountTexts(ref reader);
        }
        else if (reader.ValueTextEquals("input"u8))
        {
            var ahead = reader;
            ahead.Read();
            CountTexts(ref ahead);
            Input = Raw(ref reader, body);
        }
        else if (reader.ValueTextEquals("dimensions"u8))
        {
            Dimensions = Number(ref reader);
        }
        else if (reader.ValueTextEquals("encoding_format"u8))
        {
            reader.Read();
            Base64 = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("base64"u8);
        }
        else
        {
            reader.Skip();
        }
    }

    private void ReadMessages(ref Utf8JsonReader reader)
    {
        reader.Read();
        Expect(ref reader, JsonTokenType.StartArray);
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("role"u8))
                {
                    reader.Read();
                    LastMessageIsFromUser = reader.ValueTextEquals("user"u8);
                }
                else if (reader.ValueTextEquals("content"u8))
                {
                    reader.Read();
                    CountContent(ref reader);
                }
                else
                {
                    reader.Skip();
                }
            }
        }

        Expect(ref reader, JsonTokenType.EndArray);
    }

    /// <summary>A text, or parts of which only <c>text</c> members count.</summary>
    private void CountContent(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            CountTexts(ref reader);
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isText = reader.ValueTextEquals("text"u8);
                reader.Read();
                if (isText && reader.TokenType == JsonTokenType.String)
                {
                    PromptCharacters += JsonText.Length(ref reader);
                }
                else
                {
                    reader.Skip();
                }
            }
        }

        Expect(ref reader, JsonTokenType.EndArray);
    }

    private void CountTexts(ref Utf8JsonReader reader)
    {
        var depth = 0;
        do
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.String:
                    PromptCharacters += JsonText.Length(ref reader);
                    break;
                case JsonTokenType.Number:
                    PromptCharacters += CharactersPerToken;
                    break;
                case JsonTokenType.StartArray:
                    depth++;
                    break;
                case JsonTokenType.EndArray:
                    depth--;
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        while (depth > 0 && reader.Read());
    }

    private void ReadStreamOptions(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isUsage = reader.ValueTextEquals("include_usage"u8);
            reader.Read();
            IncludeUsage |= isUsage && reader.TokenType == JsonTokenType.True;
            reader.Skip();
        }
    }

    private void ReadTools(ref Utf8JsonReader reader)
    {
        using var tools = JsonDocument.ParseValue(ref reader);
        if (tools.RootElement.ValueKind == JsonValueKind.Array && tools.RootElement.GetArrayLength() > 0
            && tools.RootElement[0].TryGetProperty("function"u8, out var function)
            && function.TryGetProperty("name"u8, out var name))
        {
            FirstTool = name.GetString();
        }
    }

    private void ReadResponseFormat(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        var raw = Raw(ref reader, body);
        using var format = JsonDocument.Parse(raw);
        if (format.RootElement.ValueKind != JsonValueKind.Object || !format.RootElement.TryGetProperty("type"u8, out var type))
        {
            return;
        }

        JsonObject = type.ValueEquals("json_object"u8);
        if (type.ValueEquals("json_schema"u8)
            && format.RootElement.TryGetProperty("json_schema"u8, out var named)
            && named.TryGetProperty("schema"u8, out var schema))
        {
            Schema = System.Text.Encoding.UTF8.GetBytes(schema.GetRawText());
        }
    }

    private static int? Number(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Null ? null : reader.GetInt32();
    }

    private static ReadOnlyMemory<byte> Raw(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return body[start..(int)reader.BytesConsumed];
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType expected)
    {
        if (reader.TokenType != expected)
        {
            throw new JsonException($"expected {expected}, found {reader.TokenType}");
        }
    }
}
