using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Tollgate.Data.Redis;

/// <summary>Where one Redis process listens.</summary>
/// <param name="Host">Host name or address; of a unix socket the path of its file.</param>
/// <param name="Port">Port; 0 for a unix socket.</param>
public readonly record struct RedisAddress(string Host, int Port)
{
    /// <summary>True when <see cref="Host"/> is the path of a socket's file.</summary>
    public bool IsSocketFile => Port == 0;

    /// <summary>The address for logs.</summary>
    public override string ToString() => IsSocketFile ? Host : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");

    /// <summary>Reads <c>host:port</c>, where an IPv6 address may have brackets.</summary>
    /// <param name="text">The text.</param>
    /// <param name="address">What it says.</param>
    public static bool TryParse(string text, out RedisAddress address)
    {
        address = default;
        var colon = text.LastIndexOf(':');
        if (colon <= 0
            || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port is < 1 or > IPEndPoint.MaxPort)
        {
            return false;
        }

        address = new RedisAddress(text[..colon].Trim('[', ']'), port);
        return address.Host.Length > 0;
    }

    internal EndPoint ToEndPoint() => IsSocketFile
        ? new UnixDomainSocketEndPoint(Host)
        : IPAddress.TryParse(Host, out var address) ? new IPEndPoint(address, Port) : new DnsEndPoint(Host, Port);
}
