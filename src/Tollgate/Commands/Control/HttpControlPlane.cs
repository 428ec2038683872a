using System.Net.Http.Headers;

namespace Tollgate.Commands.Control;

/// <summary>The control plane of a running gateway.</summary>
internal sealed class HttpControlPlane : IControlPlaneClient
{
    /// <summary>Reports over long times may take a while; nothing takes longer than this.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _address;
    private readonly HttpClient _client;

    /// <param name="address">Address of the gateway, with its root path.</param>
    /// <param name="key">The master key, or a virtual key with rights.</param>
    public HttpControlPlane(Uri address, string key)
    {
        _address = address.AbsoluteUri.TrimEnd('/');
#pragma warning disable RS0030 // A command that makes a few calls and ends needs no pool of connections.
        _client = new HttpClient { Timeout = Patience };
#pragma warning restore RS0030
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <inheritdoc/>
    public async Task<ControlPlaneAnswer> SendAsync(HttpMethod method, string path, byte[]? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, _address + path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        try
        {
            using var response = await _client.SendAsync(request, cancellationToken);
            return new ControlPlaneAnswer((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken));
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            throw new ControlPlaneException($"{_address} cannot be reached: {exception.Message}");
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }
}
