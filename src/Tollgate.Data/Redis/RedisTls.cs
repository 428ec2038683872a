using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Tollgate.Data.Redis;

/// <summary>How a connection to Redis is encrypted; the names are those of LiteLLM's client (config.md 5.3).</summary>
/// <param name="VerifiesCertificate">The server's certificate must be trusted; false with <c>ssl_cert_reqs: none</c>. Default true.</param>
/// <param name="VerifiesHost">It must also be that of the host (<c>ssl_check_hostname</c>). Default true.</param>
/// <param name="AuthorityFile">PEM file of the authorities that are trusted instead of the system's (<c>ssl_ca_certs</c>).</param>
/// <param name="CertificateFile">PEM file of our own certificate (<c>ssl_certfile</c>).</param>
/// <param name="KeyFile">PEM file of its key (<c>ssl_keyfile</c>).</param>
public sealed record RedisTls(
    bool VerifiesCertificate = true,
    bool VerifiesHost = true,
    string? AuthorityFile = null,
    string? CertificateFile = null,
    string? KeyFile = null)
{
    /// <summary>Options of one connection. Files are read each time, so that certificates can be renewed while the gateway runs.</summary>
    internal SslClientAuthenticationOptions ToOptions(string host)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = host,
            RemoteCertificateValidationCallback = (_, _, _, errors) => !VerifiesCertificate || (errors & ~Tolerated) == SslPolicyErrors.None,
        };
        if (AuthorityFile is not null && VerifiesCertificate)
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(AuthorityFile);
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        if (CertificateFile is not null)
        {
            options.ClientCertificates = [X509Certificate2.CreateFromPemFile(CertificateFile, KeyFile)];
        }

        return options;
    }

    private SslPolicyErrors Tolerated => VerifiesHost ? SslPolicyErrors.None : SslPolicyErrors.RemoteCertificateNameMismatch;
}
