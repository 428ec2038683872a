using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.Realtime;

/// <summary>Reads messages of either side.</summary>
internal static class RealtimeMessage
{
    /// <summary>Reads an event of a client.</summary>
    /// <exception cref="WireException">It is none.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> message)
        => TryParse(message) ?? throw new WireException("Invalid JSON payload: an event must be a JSON object.");

    /// <summary>Reads a message; null when it is no JSON object.</summary>
    public static JsonDocument? TryParse(ReadOnlyMemory<byte> message)
    {
        var members = new JsonMembers();
        if (!JsonScanner.Scan(message.Span, members).IsNone || members.RootKind != JsonKind.Object)
        {
            return null;
        }

        try
        {
            return JsonDocument.Parse(message, new JsonDocumentOptions { MaxDepth = JsonScanner.MaxDepth + 1 });
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
