using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Tollgate.Engine.Configuration;
using Tollgate.Wire.Hub;

namespace Tollgate.Engine.Media;

/// <summary>
/// Fetches what clients give as addresses where a provider needs bytes. Addresses come from anybody with a key: every one, and every redirect,
/// must lead to the public internet.
/// </summary>
internal sealed class MediaFetcher : IDisposable
{
    private const int MostRedirects = 10;
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WholeTimeout = TimeSpan.FromSeconds(30);

    private readonly HttpMessageInvoker _http;
    private readonly MediaCache _cache;
    private readonly TimeProvider _time;
    private readonly AddressGuard _guard;

    /// <summary>Makes a fetcher.</summary>
    /// <param name="time">Clock.</param>
    public MediaFetcher(TimeProvider time)
        : this(time, new AddressGuard())
    {
    }

    internal MediaFetcher(TimeProvider time, AddressGuard guard)
    {
        _time = time;
        _guard = guard;
        _cache = new MediaCache(time);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        };
        AddressGuard.Stand(handler);
        _http = new HttpMessageInvoker(handler);
    }

    /// <summary>Fetches an address.</summary>
    /// <param name="url">The address.</param>
    /// <param name="mediaType">The type that the client says it has; null when it does not.</param>
    /// <param name="settings">Limits.</param>
    /// <param name="cancellationToken">Ends the fetch.</param>
    /// <exception cref="WireException">It cannot or must not be fetched; the text says why and gives nothing of the operator's network away.</exception>
    public async Task<MediaSource> FetchAsync(string url, string? mediaType, MediaSettings settings, CancellationToken cancellationToken)
    {
        if (settings.MaxDownloadBytes == 0)
        {
            throw Refused(url, "the operator has switched downloads off (MAX_IMAGE_URL_DOWNLOAD_SIZE_MB=0)");
        }

        if (_cache.Find(url) is { } known)
        {
            return mediaType is null ? known : known with { MediaType = mediaType };
        }

        using var limit = new CancellationTokenSource(WholeTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var source = await FollowAsync(url, settings, either.Token);
            _cache.Add(url, source);
            return mediaType is null ? source : source with { MediaType = mediaType };
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Refused(url, $"no complete answer within {WholeTimeout.TotalSeconds:0} seconds");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or SocketException)
        {
            throw Refused(url, "the host could not be reached");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<MediaSource> FollowAsync(string url, MediaSettings settings, CancellationToken cancellationToken)
    {
        var address = url;
        for (var redirects = 0; redirects <= MostRedirects; redirects++)
        {
            if (!Uri.TryCreate(address, UriKind.Absolute, out var uri))
            {
                throw Refused(address, "only http and https addresses can be fetched");
            }

            using var request = new HttpRequestMessage(HttpMethod.Get, uri);
            if (await _guard.AdmitAsync(request, settings, cancellationToken) is { } refusal)
            {
                throw Refused(address, refusal);
            }

            request.Headers.TryAddWithoutValidation("User-Agent", "tollgate");
            request.Headers.TryAddWithoutValidation("Accept", "*/*");
            using var response = await _http.SendAsync(request, cancellationToken);
            if ((int)response.StatusCode is >= 300 and < 400 && response.Headers.Location is { } next)
            {
                address = new Uri(uri, next).AbsoluteUri;
                continue;
            }

            if (response.StatusCode is not HttpStatusCode.OK)
            {
                throw Refused(url, $"the host answered with status {(int)response.StatusCode}");
            }

            var bytes = await ReadAsync(url, response.Content, settings.MaxDownloadBytes, cancellationToken);
            return MediaSource.FromBytes(TypeOf(response.Content.Headers.ContentType, uri, bytes), bytes);
        }

        throw Refused(url, $"more than {MostRedirects} redirects");
    }

    private static async Task<byte[]> ReadAsync(string url, HttpContent content, long limit, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > limit)
        {
            throw TooLarge(url, limit);
        }

        await using var body = await content.ReadAsStreamAsync(cancellationToken);
        using var read = new MemoryStream((int)Math.Min(content.Headers.ContentLength ?? 0, limit));
        var buffer = new byte[64 * 1024];
        int count;
        while ((count = await body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (read.Length + count > limit)
            {
                throw TooLarge(url, limit);
            }

            await read.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
        }

        return read.ToArray();
    }

    /// <summary>What the host says where it says something, else what the name or the bytes say.</summary>
    private static string TypeOf(MediaTypeHeaderValue? said, Uri uri, byte[] bytes)
        => said?.MediaType is { Length: > 0 } type && type is not ("application/octet-stream" or "binary/octet-stream") ? type
            : MediaTypes.OfName(uri.AbsolutePath) ?? MediaTypes.OfBytes(bytes) ?? "application/octet-stream";

    private static WireException TooLarge(string url, long limit)
        => Refused(url, FormattableString.Invariant($"it is larger than {limit / 1048576.0:0.##} MB (MAX_IMAGE_URL_DOWNLOAD_SIZE_MB)"));

    /// <summary>COMPAT: LiteLLM's words (09-cross-cutting.md section 6); the query of the address may hold a secret and is left out.</summary>
    private static WireException Refused(string url, string reason)
    {
        var end = url.AsSpan().IndexOfAny('?', '#');
        var shown = end < 0 ? url : url[..end];
        return new WireException($"Unable to fetch image from URL. {reason}. url={(shown.Length > 200 ? shown[..200] : shown)}");
    }
}
