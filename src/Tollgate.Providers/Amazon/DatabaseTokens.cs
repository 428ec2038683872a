namespace Tollgate.Providers.Amazon;

/// <summary>
/// Passwords of managed databases: a signed address that the database lets its user in with, for a quarter of an hour. The identity is that of
/// the environment.
/// </summary>
public sealed class DatabaseTokens
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    private readonly AmazonCredentials _credentials;
    private readonly AmazonIdentity? _identity;
    private readonly Func<string, string?> _environment;
    private readonly TimeProvider _clock;

    /// <summary>Tokens for an environment.</summary>
    /// <param name="environment">Looks a variable up; null when it is not set.</param>
    /// <param name="clock">Says from when on they are good.</param>
    public DatabaseTokens(Func<string, string?> environment, TimeProvider clock)
    {
        _credentials = new AmazonCredentials(clock);
        _environment = environment;
        _clock = clock;
        var (id, secret) = (environment("AWS_ACCESS_KEY_ID"), environment("AWS_SECRET_ACCESS_KEY"));
        var keys = id is null || secret is null ? null : new AmazonKeys(id, secret, environment("AWS_SESSION_TOKEN"));
        var profile = environment("AWS_PROFILE_NAME") ?? environment("AWS_PROFILE");
        _identity = keys is not null
            ? new AmazonIdentity(AmazonSource.Keys, "") { Keys = keys }
            : profile is not null ? new AmazonIdentity(AmazonSource.Profile, "") { Profile = profile } : null;
    }

    /// <summary>A token.</summary>
    /// <param name="host">The database's host.</param>
    /// <param name="port">Its port.</param>
    /// <param name="user">Who logs in.</param>
    /// <param name="cancellationToken">It is not wanted any more.</param>
    /// <exception cref="InvalidOperationException">There are no keys, or no region is known; the message says so.</exception>
    public async ValueTask<string> TokenAsync(string host, int port, string user, CancellationToken cancellationToken)
    {
        var region = RegionOf(host) ?? _environment("AWS_REGION_NAME") ?? _environment("AWS_REGION") ?? _environment("AWS_DEFAULT_REGION")
            ?? throw new InvalidOperationException("the database's region is not known: set AWS_REGION");
        AmazonKeys keys;
        try
        {
            keys = await _credentials.GetAsync(_identity ?? new AmazonIdentity(AmazonSource.Ambient, region), cancellationToken);
        }
        catch (Exception failed) when (failed is AmazonKeyException or HttpRequestException or IOException or TimeoutException)
        {
            throw new InvalidOperationException("there are no credentials to make a token with: " + failed.Message, failed);
        }

        var address = new UriBuilder("https", host, port, "/") { Query = "Action=connect&DBUser=" + Uri.EscapeDataString(user) }.Uri;
        var signed = new SigV4("rds-db", region).Presigned(address, keys, _clock.GetUtcNow(), Lifetime);

        // The scheme is not part of it.
        return signed.AbsoluteUri["https://".Length..];
    }

    /// <summary>The region in <c>name.random.REGION.rds.amazonaws.com</c>; null for an address of the operator's own.</summary>
    private static string? RegionOf(string host)
    {
        var parts = host.Split('.');
        var at = Array.FindIndex(parts, static part => part is "rds");
        return at > 0 && at + 1 < parts.Length && parts[at + 1] is "amazonaws" ? parts[at - 1] : null;
    }
}
