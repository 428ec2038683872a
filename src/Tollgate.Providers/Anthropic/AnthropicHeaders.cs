using System.Net.Http.Headers;
using Tollgate.Engine.Upstream;

namespace Tollgate.Providers.Anthropic;

/// <summary>Headers of requests in Anthropic's wire format.</summary>
internal static class AnthropicHeaders
{
    /// <summary>The one version there is.</summary>
    public const string Version = "2023-06-01";

    private const string BetaHeader = "anthropic-beta";
    private const string VersionHeader = "anthropic-version";

    /// <summary>Prefix of subscribers' tokens, which go where keys do not.</summary>
    private const string TokenPrefix = "sk-ant-oat";

    /// <summary>True for a subscriber's token.</summary>
    public static bool IsToken(string key) => key.StartsWith(TokenPrefix, StringComparison.Ordinal);

    /// <summary>Writes version and betas; what the operator has set stays, what the client asks for wins.</summary>
    /// <param name="request">The request.</param>
    /// <param name="headers">Where to.</param>
    /// <param name="host">Who gets them.</param>
    /// <param name="model">The model as it is sent.</param>
    public static void Write(in UpstreamRequest request, HttpRequestHeaders headers, AnthropicHost host, string model)
    {
        if (host.VersionInBody is null)
        {
            var version = request.ClientHeaders?[VersionHeader].ToString();
            if (!string.IsNullOrEmpty(version) && version.Length <= 64 && !version.AsSpan().ContainsAnyExceptInRange('!', '~'))
            {
                headers.Remove(VersionHeader);
                headers.TryAddWithoutValidation(VersionHeader, version);
            }
            else if (!headers.Contains(VersionHeader))
            {
                headers.TryAddWithoutValidation(VersionHeader, Version);
            }
        }

        var configured = headers.NonValidated.TryGetValues(BetaHeader, out var given) ? given.ToString() : null;
        headers.Remove(BetaHeader);
        var betas = AnthropicBetas.For(request, host, model, configured);
        if (betas.Count > 0 && !host.BetasInBody)
        {
            headers.TryAddWithoutValidation(BetaHeader, string.Join(',', betas));
        }
    }
}
