namespace Tollgate.Management.Models;

/// <summary>Published prices that are fetched from an address of the operator's. Implemented where files and transports are.</summary>
public interface IRemotePrices
{
    /// <summary>Where they are (<c>LITELLM_MODEL_COST_MAP_URL</c>); null when nothing is to be fetched.</summary>
    string? Url { get; }

    /// <summary>They are not fetched although an address may be set (<c>LITELLM_LOCAL_MODEL_COST_MAP</c>).</summary>
    bool IsForcedLocal { get; }

    /// <summary>When they were fetched last by this process; null when never.</summary>
    DateTimeOffset? FetchedAt { get; }

    /// <summary>Fetches them and keeps them beside the imported ones; they count from the next reload on.</summary>
    /// <returns>Number of models.</returns>
    /// <exception cref="RemotePricesException">They cannot be had, or are not to be trusted; nothing was changed.</exception>
    Task<int> FetchAsync(CancellationToken cancellationToken);
}

/// <summary>Prices cannot be fetched; the message says why.</summary>
public sealed class RemotePricesException(string message, Exception? inner = null) : Exception(message, inner);
