using System.Globalization;
using System.Net.Http.Headers;
using Tollgate.Engine.Upstream;

namespace Tollgate.Providers.Hooks;

/// <summary>
/// Counts the gateways that a call has come through, so that two which send to each other do not do so for ever (06-local-selfhosted.md
/// section 4).
/// </summary>
internal static class GatewayHops
{
    private const string Header = "x-tollgate-hop";

    private const int Most = 8;

    /// <summary>Refuses a call that has come through too many.</summary>
    public static ConnectionFault? Check(in UpstreamRequest request) => Of(request) < Most
        ? null
        : new ConnectionFault(UpstreamErrorKind.BadRequest, $"Loop detected: the call has come through more than {Most} gateways that send it on to each other.");

    /// <summary>Says how many it has come through with this one.</summary>
    public static void Write(in UpstreamRequest request, HttpRequestHeaders headers)
    {
        headers.Remove(Header);
        headers.TryAddWithoutValidation(Header, (Of(request) + 1).ToString(CultureInfo.InvariantCulture));
    }

    private static int Of(in UpstreamRequest request)
        => int.TryParse(request.ClientHeaders?[Header].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var hops) ? Math.Min(hops, Most) : 0;
}
