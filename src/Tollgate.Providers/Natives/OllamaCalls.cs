using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.Ollama;

namespace Tollgate.Providers.Natives;

/// <summary>
/// Calls to one model of one Ollama: asked once an hour whether it knows tools, and by its other operation where a server has not got the one
/// (06-local-selfhosted.md sections 1.1 and 1.5).
/// </summary>
internal sealed class OllamaCalls(ConnectionDraft draft, TimeProvider clock)
{
    private const string Chat = "/api/chat";
    private const string Generate = "/api/generate";

    private static readonly TimeSpan AskingTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan KnownFor = TimeSpan.FromHours(1);

    /// <summary>What the operator says, or the catalogue where it says yes: then nobody is asked.</summary>
    private readonly bool? _stated = draft.Deployment.Info.Capabilities.TryGetValue("supports_function_calling", out var stated) ? stated
        : draft.Facts?.Flags.Contains("function_calling") == true ? true : null;

    private volatile Known? _known;
    private volatile string? _missing;

    /// <summary>Makes a call.</summary>
    public async Task<HttpResponseMessage> ExchangeAsync(
        HttpMessageInvoker transport, HttpRequestMessage message, UpstreamRequest request, CancellationToken cancellationToken)
    {
        if (request.Surface is Surface.OllamaChat && OllamaDetours.HasTools(request.Json.Span)
            && !(_stated ?? await KnowsToolsAsync(transport, message, cancellationToken)))
        {
            return await WithoutToolsAsync(transport, message, request.Json, cancellationToken);
        }

        var path = request.Surface is Surface.OllamaGenerate ? Generate : Chat;
        if (_missing is { } missing && string.Equals(missing, path, StringComparison.Ordinal) && Detour(message, request, path) is { } known)
        {
            using (known)
            {
                return await transport.SendAsync(known, cancellationToken);
            }
        }

        var response = await transport.SendAsync(message, cancellationToken);
        if (response.StatusCode is not (HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed))
        {
            return response;
        }

        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        if (IsOfOllama(body) || Detour(message, request, path) is not { } detour)
        {
            return Polling.Ended(response, body, response.StatusCode);
        }

        using (detour)
        {
            var other = await transport.SendAsync(detour, cancellationToken);
            if (other.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed)
            {
                // Neither is there: what was asked for says more.
                other.Dispose();
                return Polling.Ended(response, body, response.StatusCode);
            }

            response.Dispose();
            _missing = path;
            return other;
        }
    }

    /// <summary>A model that is not there is told by the operation itself; anything else does not know the operation.</summary>
    private static bool IsOfOllama(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.Text("error"u8) is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The call by the other operation; null where it cannot be said there.</summary>
    private static HttpRequestMessage? Detour(HttpRequestMessage message, UpstreamRequest request, string path)
    {
        var address = message.RequestUri!;
        if (!address.AbsolutePath.EndsWith(path, StringComparison.Ordinal))
        {
            return null;
        }

        using var body = JsonDocument.Parse(request.Json);
        var other = path is Chat ? OllamaDetours.AsGenerate(body.RootElement) : OllamaDetours.AsChat(body.RootElement);
        return other is null ? null : Make(message, Beside(address, path, path is Chat ? Generate : Chat), other);
    }

    private static async Task<HttpResponseMessage> WithoutToolsAsync(
        HttpMessageInvoker transport, HttpRequestMessage message, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        using var body = JsonDocument.Parse(json);
        using var plain = Make(message, message.RequestUri!, OllamaDetours.WithoutTools(body.RootElement));
        var response = await transport.SendAsync(plain, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            return response;
        }

        var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        try
        {
            using var answer = JsonDocument.Parse(bytes);
            return Polling.Ended(response, OllamaDetours.WithCalls(answer.RootElement) ?? bytes, response.StatusCode);
        }
        catch (JsonException)
        {
            return Polling.Ended(response, bytes, response.StatusCode);
        }
    }

    /// <summary>What the server says of the model; that it knows tools where it says nothing or cannot be asked.</summary>
    private async Task<bool> KnowsToolsAsync(HttpMessageInvoker transport, HttpRequestMessage message, CancellationToken cancellationToken)
    {
        if (_known is { } known && known.Until > clock.GetUtcNow())
        {
            return known.Tools;
        }

        var tools = await AskAsync(transport, message, cancellationToken) ?? true;
        _known = new Known(tools, clock.GetUtcNow() + KnownFor);
        return tools;
    }

    private async Task<bool?> AskAsync(HttpMessageInvoker transport, HttpRequestMessage message, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(AskingTime, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var name = JsonText.Quote(draft.Model);
            using var ask = Make(message, Beside(message.RequestUri!, Chat, "/api/show"), [.. "{\"model\":"u8, .. name, .. ",\"name\":"u8, .. name, .. "}"u8]);
            using var response = await transport.SendAsync(ask, either.Token);
            if (!response.IsSuccessStatusCode)
            {
                return null;
            }

            using var model = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(either.Token));
            return OllamaDetours.KnowsTools(model.RootElement);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or JsonException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    private static Uri Beside(Uri address, string path, string other)
        => new UriBuilder(address) { Path = (address.AbsolutePath.EndsWith(path, StringComparison.Ordinal) ? address.AbsolutePath[..^path.Length] : address.AbsolutePath) + other }.Uri;

    private static HttpRequestMessage Make(HttpRequestMessage like, Uri address, byte[] body)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        foreach (var (name, values) in like.Headers.NonValidated)
        {
            message.Headers.TryAddWithoutValidation(name, (IEnumerable<string>)values);
        }

        return message;
    }

    private sealed record Known(bool Tools, DateTimeOffset Until);
}
