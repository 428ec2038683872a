using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Tollgate.Mock;

/// <summary>Embedding answers: unit vectors that depend on the input and the length only.</summary>
internal static class Embeddings
{
    private const ulong FnvOffset = 14695981039346656037;
    private const ulong FnvPrime = 1099511628211;

    /// <exception cref="JsonException">The input is missing or of a kind that OpenAI refuses.</exception>
    public static byte[] Write(MockServerOptions options, MockRequest request)
    {
        if (request.Input.IsEmpty)
        {
            throw new JsonException("'input' is required");
        }

        using var input = JsonDocument.Parse(request.Input);
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("object"u8, "list");
            json.WriteStartArray("data"u8);
            WriteVectors(json, input.RootElement, request.Dimensions ?? options.EmbeddingDimensions, request.Base64);
            json.WriteEndArray();
            json.WritePropertyName("model"u8);
            json.WriteRawValue(request.Model.Span);
            if (options.Extra)
            {
                json.WriteString("x_mock_extra"u8, "embedding");
            }

            if (!options.NoUsage)
            {
                json.WriteStartObject("usage"u8);
                json.WriteNumber("prompt_tokens"u8, request.PromptTokens);
                json.WriteNumber("total_tokens"u8, request.PromptTokens);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }

    private static void WriteVectors(Utf8JsonWriter json, JsonElement input, int dimensions, bool base64)
    {
        if (dimensions < 1)
        {
            throw new JsonException("'dimensions' must be at least 1");
        }

        // A text or one list of token numbers is one input; any other list holds one input each.
        if (input.ValueKind == JsonValueKind.String || IsTokenList(input))
        {
            WriteVector(json, 0, input, dimensions, base64);
            return;
        }

        if (input.ValueKind != JsonValueKind.Array || input.GetArrayLength() == 0)
        {
            throw new JsonException("'input' must be a string, a list of strings or token lists");
        }

        var index = 0;
        foreach (var item in input.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String && !IsTokenList(item))
            {
                throw new JsonException($"'input[{index}]' must be a string or a list of token numbers");
            }

            WriteVector(json, index++, item, dimensions, base64);
        }
    }

    private static bool IsTokenList(JsonElement input) =>
        input.ValueKind == JsonValueKind.Array && input.GetArrayLength() > 0 && input[0].ValueKind == JsonValueKind.Number;

    private static void WriteVector(Utf8JsonWriter json, int index, JsonElement input, int dimensions, bool base64)
    {
        var vector = Vector(Hash(input), dimensions);
        json.WriteStartObject();
        json.WriteString("object"u8, "embedding");
        json.WriteNumber("index"u8, index);
        if (base64)
        {
            // Little-endian 32-bit floats, the machine's own order on everything that .NET runs on today.
            json.WriteBase64String("embedding"u8, MemoryMarshal.AsBytes(vector.AsSpan()));
        }
        else
        {
            json.WriteStartArray("embedding"u8);
            foreach (var value in vector)
            {
                json.WriteNumberValue(value);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static float[] Vector(ulong seed, int dimensions)
    {
        var vector = new float[dimensions];
        var squares = 0d;
        for (var i = 0; i < dimensions; i++)
        {
            var value = Chance.Unit(seed + (ulong)i) - 0.5;
            squares += value * value;
            vector[i] = (float)value;
        }

        var length = (float)Math.Sqrt(squares);
        for (var i = 0; i < dimensions; i++)
        {
            vector[i] /= length;
        }

        return vector;
    }

    /// <summary>Hashes the text, not its spelling, so that a relay may escape it differently.</summary>
    private static ulong Hash(JsonElement input)
    {
        if (input.ValueKind == JsonValueKind.String)
        {
            return Hash(FnvOffset, Encoding.UTF8.GetBytes(input.GetString()!));
        }

        var hash = FnvOffset;
        foreach (var token in input.EnumerateArray())
        {
            hash = Hash(hash, BitConverter.GetBytes(token.GetInt32()));
        }

        return hash;
    }

    private static ulong Hash(ulong hash, byte[] bytes)
    {
        foreach (var value in bytes)
        {
            hash = (hash ^ value) * FnvPrime;
        }

        return hash;
    }
}
