using System.Net;
using System.Net.Sockets;
using Tollgate.Engine.Configuration;

namespace Tollgate.Engine.Media;

/// <summary>
/// Lets requests out to the public internet only. Addresses come from anybody with a key, or stand in a provider's answer: what was checked is
/// what is connected to (no second look-up of the name).
/// </summary>
internal sealed class AddressGuard(Func<string, CancellationToken, Task<IPAddress[]>> resolve)
{
    private static readonly HttpRequestOptionsKey<IPAddress[]> Checked = new("checked addresses");

    /// <summary>Makes a guard that asks the system for the addresses of names.</summary>
    public AddressGuard()
        : this(Dns.GetHostAddressesAsync)
    {
    }

    /// <summary>Makes a handler connect to what was checked, and to nothing else: a proxy would look names up again.</summary>
    public static void Stand(SocketsHttpHandler handler)
    {
        handler.UseProxy = false;
        handler.ConnectCallback = ConnectAsync;
    }

    /// <summary>Checks where a request goes; it can be sent after that.</summary>
    /// <param name="request">The request.</param>
    /// <param name="settings">What an operator allows.</param>
    /// <param name="cancellationToken">Ends looking the name up.</param>
    /// <returns>Why it must not be sent; null when it may.</returns>
    public async ValueTask<string?> AdmitAsync(HttpRequestMessage request, MediaSettings settings, CancellationToken cancellationToken)
    {
        var uri = request.RequestUri!;
        if (!uri.IsAbsoluteUri || uri.Scheme is not ("http" or "https"))
        {
            return "only http and https addresses can be fetched";
        }

        if (uri.UserInfo.Length > 0)
        {
            return "an address must not hold credentials";
        }

        var addresses = IPAddress.TryParse(uri.DnsSafeHost, out var literal) ? [literal] : await resolve(uri.DnsSafeHost, cancellationToken);
        var isExempt = !settings.ValidateUrls || settings.AllowedHosts.Contains(uri.Host) || settings.AllowedHosts.Contains($"{uri.Host}:{uri.Port}");
        if (addresses.Length == 0 || (!isExempt && !Array.TrueForAll(addresses, PublicAddress.Is)))
        {
            return "the host is not on the public internet; an operator can allow it with litellm_settings.user_url_allowed_hosts";
        }

        request.Options.Set(Checked, addresses);
        return null;
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
}
