using System.Collections.Frozen;

namespace Tollgate.Engine.Configuration;

/// <summary>Media that clients give as addresses and the gateway fetches (09-cross-cutting.md section 6).</summary>
public sealed record MediaSettings
{
    /// <summary>Refuse addresses inside the operator's network (<c>litellm_settings.user_url_validation</c>). Default true.</summary>
    public bool ValidateUrls { get; init; } = true;

    /// <summary><c>host</c> or <c>host:port</c> that may be fetched wherever they are (<c>litellm_settings.user_url_allowed_hosts</c>).</summary>
    public FrozenSet<string> AllowedHosts { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Most bytes of one download; zero switches fetching off (<c>MAX_IMAGE_URL_DOWNLOAD_SIZE_MB</c>). Default 50 MB.</summary>
    public long MaxDownloadBytes { get; init; } = 50L * 1024 * 1024;
}
