using System.Buffers;

namespace Tollgate.Wire.Responses;

/// <summary>The end of a stream that fails: what went wrong, and the response that it made of the answer.</summary>
internal static class ErrorEvents
{
    /// <summary>Writes them.</summary>
    public static void Write(EventWriter events, ErrorBody error, ResponseObject failed, IBufferWriter<byte> output)
    {
        var json = events.Begin("error"u8);
        json.WriteString("code"u8, error.Code);
        json.WriteString("message"u8, error.Message);
        json.WriteString("param"u8, error.Param);
        events.End("error"u8, output);
        json = events.Begin("response.failed"u8);
        json.WritePropertyName("response"u8);
        failed.Write(json);
        events.End("response.failed"u8, output);
    }
}
