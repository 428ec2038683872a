namespace Tollgate.Engine.Upstream;

/// <summary>
/// A request to an address that stood in a provider's answer and is not the provider's own: <see cref="UpstreamTransport"/> sends it to the
/// public internet only, whatever pool it is handed to. The answer to one that leads elsewhere is a 502 that says so.
/// </summary>
/// <param name="method">Method.</param>
/// <param name="address">Absolute address.</param>
public sealed class ForeignRequest(HttpMethod method, Uri address) : HttpRequestMessage(method, address)
{
    /// <summary>A request to where an answer points: as any other when that is the provider's own host, which may be inside the operator's network.</summary>
    /// <param name="method">Method.</param>
    /// <param name="address">Where the answer points.</param>
    /// <param name="provider">An address of the provider as the operator configured it.</param>
    public static HttpRequestMessage To(HttpMethod method, Uri address, Uri provider)
        => IsSameOrigin(address, provider) ? new HttpRequestMessage(method, address) : new ForeignRequest(method, address);

    /// <summary>True for two addresses of one scheme, host and port.</summary>
    public static bool IsSameOrigin(Uri one, Uri other)
        => Uri.Compare(one, other, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0;
}
