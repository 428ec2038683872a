using System.Collections.Immutable;
using System.Net;

namespace Tollgate.Engine.Keys;

/// <summary>Addresses and networks that may call (<c>allowed_ips</c>).</summary>
public sealed class ClientAddresses
{
    private readonly ImmutableArray<IPNetwork> _networks;
    private readonly bool _restricted;

    /// <summary>Reads addresses and CIDR ranges; the configuration has checked them.</summary>
    public ClientAddresses(IEnumerable<string> texts)
    {
        string[] all = [.. texts];
        _restricted = all.Length > 0;
        _networks = [.. all.Select(Parse).OfType<IPNetwork>()];
    }

    /// <summary>True when there is no list, or the address is on it.</summary>
    public bool Allow(IPAddress? address)
    {
        if (!_restricted)
        {
            return true;
        }

        if (address is null)
        {
            return false;
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var network in _networks)
        {
            if (network.Contains(plain))
            {
                return true;
            }
        }

        return false;
    }

    private static IPNetwork? Parse(string text)
    {
        if (IPNetwork.TryParse(text, out var network))
        {
            return network;
        }

        if (!IPAddress.TryParse(text, out var address))
        {
            return null;
        }

        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return new IPNetwork(address, address.GetAddressBytes().Length * 8);
    }
}
