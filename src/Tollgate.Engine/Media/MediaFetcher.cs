using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Tollgate.Engine.Configuration;
using Tollgate.Wire.Hub;

namespace Tollgate.Engine.Media;

/// <summary>
/// Fetches what clients give as addresses where a provider needs bytes. Addresses come from anybody with a key: every one, and every redirect,
/// must lead to the public internet, and what was checked is what is connected to (no second look-up of the name).
/// </summary>
internal sealed class MediaFetcher : IDisposable
{
    private const int MostRedirects = 10;
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WholeTimeout = TimeSpan.FromSeconds(30);

    private readonly HttpMessageInvoker _http;
    private readonly MediaCache _cache;
    private readonly TimeProvider _time;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve;

    /// <summary>Makes a fetcher.</summary>
    /// <param name="time">Clock.</param>
    public MediaFetcher(TimeProvider time)
        : this(time, Dns.GetHostAddressesAsync)
    {
    }

    internal MediaFetcher(TimeProvider time, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
    {
        _time = time;
        _resolve = resolve;
        _cache = new MediaCache(time);
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = ConnectTimeout,
            ConnectCallback = ConnectAsync,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        });
    }

    private static readonly HttpRequestOptionsKey<IPAddress[]> Checked = new("checked addresses");

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
            var uri = await CheckAsync(address, settings, cancellationToken);
            using var request = new HttpRequestMessage(HttpMethod.Get, uri.Uri);
            request.Options.Set(Checked, uri.Addresses);
            request.Headers.TryAddWithoutValidation("User-Agent", "tollgate");
            request.Headers.TryAddWithoutValidation("Accept", "*/*");
            using var response = await _http.SendAsync(request, cancellationToken);
            if ((int)response.StatusCode is >= 300 and < 400 && response.Headers.Location is { } next)
            {
                address = new Uri(uri.Uri, next).AbsoluteUri;
                continue;
            }

            if (response.StatusCode is not HttpStatusCode.OK)
            {
                throw Refused(url, $"the host answered with status {(int)response.StatusCode}");
            }

            var bytes = await ReadAsync(url, response.Content, settings.MaxDownloadBytes, cancellationToken);
            return MediaSource.FromBytes(TypeOf(response.Content.Headers.ContentType, uri.Uri, bytes), bytes);
        }

        throw Refused(url, $"more than {MostRedirects} redirects");
    }

    private async Task<(Uri Uri, IPAddress[] Addresses)> CheckAsync(string address, MediaSettings settings, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw Refused(address, "only http and https addresses can be fetched");
        }

        if (uri.UserInfo.Length > 0)
        {
            throw Refused(address, "an address must not hold credentials");
        }

        var addresses = IPAddress.TryParse(uri.DnsSafeHost, out var literal) ? [literal] : await _resolve(uri.DnsSafeHost, cancellationToken);
        var isExempt = !settings.ValidateUrls || settings.AllowedHosts.Contains(uri.Host) || settings.AllowedHosts.Contains($"{uri.Host}:{uri.Port}");
        if (addresses.Length == 0 || (!isExempt && !Array.TrueForAll(addresses, PublicAddress.Is)))
        {
            throw Refused(address, "the host is not on the public internet; an operator can allow it with litellm_settings.user_url_allowed_hosts");
        }

        return (uri, addresses);
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        if (!context.InitialRequestMessage.Options.TryGetValue(Checked, out var addresses))
        {
            throw new HttpRequestException("The address was not checked.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
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
