using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tollgate.Mock;

/// <summary>Errors as OpenAI words them.</summary>
internal static class ErrorAnswers
{
    public const string HtmlPage =
        "<!DOCTYPE html>\n<html><head><title>Mock gateway</title></head><body><h1>This is not JSON</h1></body></html>\n";

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The body that the options ask for with this status.</summary>
    public static byte[] Injected(MockServerOptions options, int status)
    {
        if (options.ErrorBody is not null)
        {
            return Encoding.UTF8.GetBytes(options.ErrorBody);
        }

        var (message, type, code) = Known(status);
        return Json(message, options.ErrorType ?? type, options.ErrorCode ?? code);
    }

    public static byte[] Json(string message, string type, string? code)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, WriterOptions))
        {
            json.WriteStartObject();
            json.WriteStartObject("error"u8);
            json.WriteString("message"u8, message);
            json.WriteString("type"u8, type);
            json.WriteNull("param"u8);
            json.WriteString("code"u8, code);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }

    private static (string Message, string Type, string? Code) Known(int status) => status switch
    {
        400 => ("Mock: the request is invalid.", "invalid_request_error", null),
        401 => ("Mock: incorrect API key provided.", "invalid_request_error", "invalid_api_key"),
        403 => ("Mock: your project does not have access to this model.", "invalid_request_error", "model_not_found"),
        404 => ("Mock: the model does not exist or you do not have access to it.", "invalid_request_error", "model_not_found"),
        >= 400 and < 500 and not 429 => ("Mock: the request was refused.", "invalid_request_error", null),
        429 => ("Mock: rate limit reached for requests.", "requests", "rate_limit_exceeded"),
        503 => ("Mock: the engine is currently overloaded, please try again later.", "service_unavailable", null),
        _ => ("Mock: the server had an error while processing your request.", "server_error", null),
    };
}
