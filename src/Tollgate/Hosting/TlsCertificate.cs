using System.Security.Cryptography.X509Certificates;

namespace Tollgate.Hosting;

/// <summary>The server's certificate from PEM files.</summary>
internal static class TlsCertificate
{
    /// <summary>Loads certificate and key.</summary>
    /// <param name="certificateFile">PEM, chain included.</param>
    /// <param name="keyFile">PEM private key.</param>
    /// <param name="password">For an encrypted key; null for a plain one.</param>
    public static X509Certificate2 Load(string certificateFile, string keyFile, string? password)
        => password is null
            ? X509Certificate2.CreateFromPemFile(certificateFile, keyFile)
            : X509Certificate2.CreateFromEncryptedPemFile(certificateFile, password, keyFile);
}
