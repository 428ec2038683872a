namespace Tollgate.Providers.Amazon;

/// <summary>What requests are signed with.</summary>
/// <param name="AccessKey">Id of the key.</param>
/// <param name="Secret">The key itself.</param>
/// <param name="Session">Token of a temporary key; null for a lasting one.</param>
internal sealed record AmazonKeys(string AccessKey, string Secret, string? Session)
{
    /// <summary>When to ask for the next ones; null for never.</summary>
    public DateTimeOffset? RenewAt { get; init; }

    /// <summary>Until when these serve when no others are to be had.</summary>
    public DateTimeOffset? GoodUntil { get; init; }
}
