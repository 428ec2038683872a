using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Anthropic;

/// <summary>Errors as Anthropic's clients know them (llm-api.md 4.1).</summary>
internal static class MessagesErrors
{
    /// <summary>Writes an error object.</summary>
    /// <param name="error">The error.</param>
    /// <param name="status">HTTP status; decides the type.</param>
    /// <param name="providerFields">JSON object; empty for none.</param>
    /// <param name="output">Where to.</param>
    // COMPAT: code and param beside type and message: LiteLLM 1.81 sent OpenAI's envelope here, and there are parsers for it.
    public static void Write(ErrorBody error, int status, ReadOnlySpan<byte> providerFields, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, HubJson.Writing);
        json.WriteStartObject();
        json.WriteString("type"u8, "error"u8);
        json.WriteStartObject("error"u8);
        json.WriteString("type"u8, IsOwn(error.Type) ? error.Type : TypeFor(status));
        json.WriteString("message"u8, error.Message);
        json.WriteString("code"u8, error.Code);
        json.WriteString("param"u8, error.Param);
        if (!providerFields.IsEmpty)
        {
            json.WritePropertyName("provider_specific_fields"u8);
            json.WriteRawValue(providerFields, skipInputValidation: true);
        }

        json.WriteEndObject();
        json.WriteGiven("request_id"u8, error.RequestId);
        json.WriteEndObject();
    }

    /// <summary>Writes an error as the last event of a stream. Without its <c>event</c> line Anthropic's clients do not see it.</summary>
    public static void WriteEvent(ErrorBody error, IBufferWriter<byte> output)
    {
        output.Write("event: error\ndata: "u8);
        Write(error, int.TryParse(error.Code, out var status) ? status : 500, default, output);
        output.Write("\n\n"u8);
    }

    /// <summary>True for types that only this dialect has: they say more than the status.</summary>
    private static bool IsOwn(string? type) => type is "overloaded_error" or "api_error" or "timeout_error" or "billing_error" or "request_too_large" or "not_found_error";

    private static string TypeFor(int status) => status switch
    {
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        408 or 504 => "timeout_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        503 or 529 => "overloaded_error",
        >= 500 => "api_error",
        _ => "invalid_request_error",
    };
}
