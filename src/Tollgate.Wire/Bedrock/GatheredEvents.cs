using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Bedrock;

/// <summary>A stream's payloads as one answer, for clients that do not stream while the upstream always does.</summary>
public static class GatheredEvents
{
    /// <summary>True for the name by which a client says which session of an agent it goes on with.</summary>
    public static bool IsSession(string name) => name is "sessionID" or "sessionId" or "session_id" or "runtimeSessionId";

    /// <summary>The payloads of a whole stream as <c>{"events":[...]}</c>, or the error that it ended with.</summary>
    /// <param name="splitter">Cuts the stream.</param>
    /// <param name="stream">All of it.</param>
    /// <returns>The answer and the HTTP status that it stands for.</returns>
    /// <exception cref="InvalidDataException">It is no such stream.</exception>
    public static (byte[] Answer, int Status) Of(IFrameSplitter splitter, ReadOnlyMemory<byte> stream)
    {
        var all = new ArrayBufferWriter<byte>(stream.Length + 16);
        all.Write("{\"events\":["u8);
        var any = false;
        for (var more = true; more;)
        {
            more = splitter.TryRead(stream, out var consumed, out var next);
            stream = stream[consumed..];
            if ((!more && !splitter.TryFinish(stream, out next)) || next.IsComment)
            {
                continue;
            }

            if (!TryParse(next.Data, out var payload))
            {
                continue;
            }

            using (payload)
            {
                var error = payload.RootElement.Member("error"u8);
                if (error.ValueKind is JsonValueKind.Object or JsonValueKind.String)
                {
                    var code = int.TryParse(error.Text("code"u8), NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? status : 500;
                    return (next.Data.ToArray(), code is >= 400 and < 600 ? code : 500);
                }

                all.Write(any ? ","u8 : default);
                all.Write(payload.RootElement.Bytes());
                any = true;
            }
        }

        all.Write("]}"u8);
        return (all.WrittenSpan.ToArray(), 200);
    }

    private static bool TryParse(ReadOnlyMemory<byte> data, out JsonDocument payload)
    {
        try
        {
            payload = JsonDocument.Parse(data);
            return true;
        }
        catch (JsonException)
        {
            // A line that is no JSON ("[DONE]") says nothing.
            payload = null!;
            return false;
        }
    }
}
