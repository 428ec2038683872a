using System.Collections.Concurrent;
using Azure.Core;
using Azure.Identity;

namespace Tollgate.Providers.Azure;

/// <summary>Tokens by identity, renewed five minutes before they end; whoever comes meanwhile waits for the same renewal.</summary>
/// <param name="clock">Tells when a token ends.</param>
/// <param name="credentialFor">Makes the credential of an identity; null for Azure's own library.</param>
internal sealed class EntraTokens(TimeProvider clock, Func<EntraIdentity, TokenCredential>? credentialFor = null)
{
    private static readonly TimeSpan RenewBefore = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<EntraIdentity, Slot> _slots = new();

    /// <summary>A token that is good for a while. Completes at once while one is in memory.</summary>
    public ValueTask<string> GetAsync(EntraIdentity identity, CancellationToken cancellationToken)
    {
        var slot = _slots.GetOrAdd(identity, static (key, make) => new Slot((make ?? CredentialFor)(key), key.Scope), credentialFor);
        var current = slot.Current;
        return current is { } token && token.ExpiresOn - clock.GetUtcNow() > RenewBefore
            ? ValueTask.FromResult(token.Token)
            : RenewAsync(slot, current, cancellationToken);
    }

    private async ValueTask<string> RenewAsync(Slot slot, AccessToken? last, CancellationToken cancellationToken)
    {
        try
        {
            return (await slot.Renew().WaitAsync(cancellationToken)).Token;
        }
        catch (Exception failed) when (failed is not OperationCanceledException && last is { } old && old.ExpiresOn > clock.GetUtcNow())
        {
            // The old one still serves; the next call tries again.
            return old.Token;
        }
    }

    private static TokenCredential CredentialFor(EntraIdentity identity)
    {
        var authority = identity.Authority is { Length: > 0 } host
            ? new Uri(host.Contains("://", StringComparison.Ordinal) ? host : "https://" + host) : AzureAuthorityHosts.AzurePublicCloud;
        return identity.Kind switch
        {
            EntraKind.ClientSecret => new ClientSecretCredential(
                identity.Tenant, identity.Client, identity.Secret, new ClientSecretCredentialOptions { AuthorityHost = authority }),
            EntraKind.Password => Password(identity, authority),
            EntraKind.AssertionFile => new ClientAssertionCredential(
                identity.Tenant,
                identity.Client,
                async token => (await File.ReadAllTextAsync(identity.Secret, token)).Trim(),
                new ClientAssertionCredentialOptions { AuthorityHost = authority }),
            EntraKind.AssertionText => new ClientAssertionCredential(
                identity.Tenant,
                identity.Client,
                _ => Task.FromResult(identity.Secret),
                new ClientAssertionCredentialOptions { AuthorityHost = authority }),
            EntraKind.ManagedIdentity => new ManagedIdentityCredential(
                identity.Client.Length > 0 ? ManagedIdentityId.FromUserAssignedClientId(identity.Client)
                    : ManagedIdentityId.SystemAssigned),
            _ => new DefaultAzureCredential(new DefaultAzureCredentialOptions
            {
                AuthorityHost = authority,
                TenantId = identity.Tenant.Length > 0 ? identity.Tenant : null,
                ManagedIdentityClientId = identity.Client.Length > 0 ? identity.Client : null,
                WorkloadIdentityClientId = identity.Client.Length > 0 ? identity.Client : null,
            }),
        };
    }

    // Microsoft discourages the grant, it cannot do multi-factor; configurations that exist must go on working.
#pragma warning disable CS0618
    private static UsernamePasswordCredential Password(EntraIdentity identity, Uri authority) => new(
        identity.UserName,
        identity.Secret,
        identity.Tenant,
        identity.Client,
        new UsernamePasswordCredentialOptions { AuthorityHost = authority });
#pragma warning restore CS0618

    private sealed class Slot(TokenCredential credential, string scope)
    {
        private readonly Lock _lock = new();
        private readonly TokenRequestContext _request = new([scope]);
        private Task<AccessToken>? _renewal;
        private StrongBox? _current;

        /// <summary>The token got last, or null.</summary>
        public AccessToken? Current => Volatile.Read(ref _current)?.Token;

        /// <summary>The renewal under way, or a new one. It outlives the caller that started it: others wait for it too.</summary>
        public Task<AccessToken> Renew()
        {
            lock (_lock)
            {
                return _renewal ??= Task.Run(FetchAsync);
            }
        }

        private async Task<AccessToken> FetchAsync()
        {
            try
            {
                var token = await credential.GetTokenAsync(_request, CancellationToken.None);
                Volatile.Write(ref _current, new StrongBox(token));
                return token;
            }
            finally
            {
                lock (_lock)
                {
                    _renewal = null;
                }
            }
        }

        private sealed record StrongBox(AccessToken Token);
    }
}
