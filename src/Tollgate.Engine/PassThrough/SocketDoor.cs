using System.Buffers;
using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Keys;

namespace Tollgate.Engine.PassThrough;

/// <summary>How WebSockets of clients are opened, refused and closed (llm-api.md 2.2).</summary>
internal static class SocketDoor
{
    private const string KeyProtocol = "openai-insecure-api-key.";

    /// <summary>Signs of life are asked for this often, and awaited as long.</summary>
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(30);

    /// <summary>Opens the client's socket.</summary>
    public static Task<WebSocket> AcceptAsync(HttpContext http) => http.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
    {
        // Never the item that carries the key.
        SubProtocol = http.WebSockets.WebSocketRequestedProtocols.Contains("realtime", StringComparer.Ordinal) ? "realtime" : null,
        KeepAliveInterval = KeepAlive,
        KeepAliveTimeout = KeepAlive,
    });

    /// <summary>Who could not be identified is closed without a word; who may not is told why in an event.</summary>
    /// <param name="http">The request.</param>
    /// <param name="error">Why not.</param>
    /// <param name="isKnown">The client has been identified.</param>
    public static async Task RefuseAsync(HttpContext http, ApiException error, bool isKnown)
    {
        using var client = await AcceptAsync(http);
        if (isKnown || error.Status is not (401 or 403))
        {
            await client.SendAsync(EventOf(error), WebSocketMessageType.Text, endOfMessage: true, http.RequestAborted);
        }

        await RealtimeSession.CloseAsync(client, WebSocketCloseStatus.PolicyViolation, error.Type, http.RequestAborted);
    }

    /// <summary>An error as realtime clients read it.</summary>
    public static ReadOnlyMemory<byte> EventOf(ApiException error)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, "error"u8);
            writer.WriteStartObject("error"u8);
            writer.WriteString("type"u8, error.Type);
            writer.WriteString("code"u8, error.Status.ToString(CultureInfo.InvariantCulture));
            writer.WriteString("message"u8, error.Message);
            writer.WriteString("param"u8, error.Param);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <summary>The gateway's key, from where a browser may have to put it.</summary>
    public static GatewayKey KeyOf(HttpRequest request, GeneralSettings general)
    {
        if (KeyHeaders.Find(request.Headers, general.KeyHeaderName, out var header) is { } usual)
        {
            return GatewayKey.From(usual, header);
        }

        foreach (var protocol in request.HttpContext.WebSockets.WebSocketRequestedProtocols)
        {
            if (protocol.StartsWith(KeyProtocol, StringComparison.Ordinal))
            {
                return GatewayKey.From(protocol[KeyProtocol.Length..], "sec-websocket-protocol");
            }
        }

        foreach (var name in (ReadOnlySpan<string>)["api-key", "api_key", "key"])
        {
            if (request.Query[name].ToString() is { Length: > 0 } value)
            {
                return GatewayKey.From(value, name);
            }
        }

        return GatewayKey.From(null, null);
    }
}
