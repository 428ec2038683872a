using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Tollgate.Providers.Connections;

/// <summary>Asks issuers of tokens (RFC 6749 and its relatives).</summary>
/// <param name="http">Sends requests.</param>
/// <param name="clock">Tells when tokens end.</param>
internal sealed class TokenEndpoint(HttpMessageInvoker http, TimeProvider clock)
{
    /// <summary>Issuers that say nothing of how long a token lives.</summary>
    private static readonly TimeSpan UnstatedLife = TimeSpan.FromMinutes(10);

    // An issuer that hangs would hold up every call of the connection.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Sends a form and reads the token of the answer.</summary>
    /// <param name="address">The issuer.</param>
    /// <param name="form">What it is sent.</param>
    /// <param name="prepare">Adds headers; null for none.</param>
    /// <param name="cancellationToken">Ends waiting.</param>
    /// <exception cref="TokenException">There was none.</exception>
    public async Task<IssuedToken> PostFormAsync(
        string address, IEnumerable<KeyValuePair<string, string>> form, Action<HttpRequestMessage>? prepare, CancellationToken cancellationToken)
    {
        using var content = new FormUrlEncodedContent(form);
        using var message = new HttpRequestMessage(HttpMethod.Post, AddressOf(address)) { Content = content };
        prepare?.Invoke(message);
        using var answer = await SendAsync(message, cancellationToken);
        return Read(answer.RootElement);
    }

    /// <summary>Sends a request and reads the JSON of the answer.</summary>
    /// <exception cref="TokenException">The issuer could not be reached, refused, or sent no JSON.</exception>
    public async Task<JsonDocument> SendAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            message.Headers.TryAddWithoutValidation("Accept", "application/json");
            using var response = await http.SendAsync(message, linked.Token);
            if (response.StatusCode is < HttpStatusCode.OK or >= HttpStatusCode.Ambiguous)
            {
                throw new TokenException(
                    $"no token could be had: the issuer answered with status {(int)response.StatusCode}.", response.StatusCode >= HttpStatusCode.InternalServerError);
            }

            return JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(linked.Token));
        }
        catch (JsonException)
        {
            throw new TokenException("no token could be had: the issuer's answer is no JSON.");
        }
        catch (Exception failed) when (failed is HttpRequestException or IOException || (failed is OperationCanceledException && patience.IsCancellationRequested))
        {
            throw new TokenException("no token could be had: the issuer could not be reached.", isTransport: true);
        }
    }

    /// <summary>An address that the operator configured.</summary>
    /// <exception cref="TokenException">It is none.</exception>
    public static Uri AddressOf(string address) => Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
        ? uri : throw new TokenException("no token could be had: the address of the issuer is not an absolute http(s) URL.");

    /// <summary>A key for the cache that holds no secret.</summary>
    public static string Identity(params ReadOnlySpan<string?> parts)
        => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts!))));

    private IssuedToken Read(JsonElement root)
    {
        var now = clock.GetUtcNow();
        if (root.ValueKind is not JsonValueKind.Object || !root.TryGetProperty("access_token", out var token) || token.ValueKind is not JsonValueKind.String)
        {
            throw new TokenException("no token could be had: the issuer's answer holds none.");
        }

        return new IssuedToken(token.GetString()!, EndOf(root, now));
    }

    /// <summary>The end in any of the forms seen: a life in seconds, an instant in seconds or in milliseconds.</summary>
    private static DateTimeOffset EndOf(JsonElement root, DateTimeOffset now)
    {
        if (NumberOf(root, "expires_in") is { } seconds)
        {
            return now + TimeSpan.FromSeconds(Math.Min(seconds, 1e7));
        }

        return NumberOf(root, "expires_at") is { } instant
            ? DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(Math.Min(instant > 1e11 ? instant / 1000 : instant, 1e11))
            : now + UnstatedLife;
    }

    private static double? NumberOf(JsonElement root, string name) => !root.TryGetProperty(name, out var value) ? null
        : value.ValueKind is JsonValueKind.Number && value.TryGetDouble(out var number) && number > 0 ? number
        : value.ValueKind is JsonValueKind.String
            && double.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var text) && text > 0 ? text : null;
}
