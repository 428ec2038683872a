using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Gemini;

/// <summary>Google's error envelope (llm-api.md 4.1): a whole number as code, a status word, and OpenAI's members beside them.</summary>
internal static class GenerateContentErrors
{
    /// <summary>Writes an error.</summary>
    public static void Write(ErrorBody error, int status, ReadOnlySpan<byte> providerFields, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, HubJson.Writing);
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteNumber("code"u8, status);
        json.WriteString("message"u8, error.Message);
        json.WriteString("status"u8, GeminiWords.StatusOf(status));
        json.WriteString("type"u8, error.Type);
        json.WriteString("param"u8, error.Param);
        if (!providerFields.IsEmpty)
        {
            json.WritePropertyName("provider_specific_fields"u8);
            json.WriteRawValue(providerFields, skipInputValidation: true);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
