using System.Buffers;
using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Upstream;

namespace Tollgate.Engine.PassThrough;

/// <summary>How WebSockets of clients are opened, refused and closed (llm-api.md 2.2).</summary>
internal static class SocketDoor
{
    private const string StatusKey = "tollgate.status";
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

    /// <summary>Opens a provider's socket.</summary>
    /// <param name="target">Where, and with which credentials.</param>
    /// <param name="beta">The client's <c>OpenAI-Beta</c>; null for none.</param>
    /// <param name="transport">Connections.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="WebSocketException">The provider refused; <see cref="StatusOf"/> says with which status.</exception>
    public static async Task<(ClientWebSocket? Socket, ConnectionFault? Fault)> ConnectAsync(
        PassThroughTarget target, string? beta, UpstreamTransport transport, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = KeepAlive;
        socket.Options.KeepAliveTimeout = KeepAlive;
        socket.Options.CollectHttpResponseDetails = true;
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Get, target.Address);
            if (await target.Connection.AuthorizeAsync(message, clientKey: null, cancellationToken) is { } fault)
            {
                socket.Dispose();
                return (null, fault);
            }

            foreach (var (name, values) in message.Headers.NonValidated)
            {
                socket.Options.SetRequestHeader(name, values.ToString());
            }

            if (beta is not null)
            {
                socket.Options.SetRequestHeader("OpenAI-Beta", beta);
            }

            // Whoever authorises may know better where to (a project that only the metadata server tells).
            await socket.ConnectAsync(message.RequestUri!, transport.For(target.Connection.Transport), cancellationToken);
            return (socket, null);
        }
        catch (Exception failed)
        {
            failed.Data[StatusKey] = (int)socket.HttpStatusCode;
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The status with which a session was refused; 0 for none.</summary>
    public static int StatusOf(Exception failed) => failed.Data[StatusKey] is int status ? status : (int?)(failed as HttpRequestException)?.StatusCode ?? 0;

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
