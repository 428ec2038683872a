using System.Net;
using System.Net.Sockets;

namespace Tollgate.Testing;

/// <summary>Finds a TCP port on the loopback address that nobody listens on.</summary>
public static class FreePort
{
    /// <summary>A port that was free just now.</summary>
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
