using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;
using Tollgate.Wire;
using Tollgate.Wire.Natives.Embeddings;

namespace Tollgate.Providers.Natives;

/// <summary>Oracle Generative AI: each request is signed (07-native-others.md section 13).</summary>
internal static class OciFamily
{
    public static IUpstreamConnection Open(ConnectionDraft draft, ConnectionServices services)
    {
        var region = Param(draft, "oci_region") ?? "us-ashburn-1";
        draft.Base ??= $"https://inference.generativeai.{region}.oci.oraclecloud.com";
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Param(draft, "oci_compartment_id") is { } compartment)
        {
            options["compartment_id"] = compartment;
        }

        if (Param(draft, "oci_endpoint_id") is { } endpoint)
        {
            options["endpoint_id"] = endpoint;
        }

        return new NativeConnection(draft, new OciAuthorization(draft, services.Clock), new NativeWiring
        {
            Spoken = Surface.OciChat,
            Options = options,
            Embeddings = new OciEmbeddings(),
            Address = (surface, _) => NativeConnection.Below(
                draft, surface is Surface.Embeddings ? "/20231130/actions/embedText" : "/20231130/actions/chat"),
        });
    }

    public static string? Param(ConnectionDraft draft, string name) => draft.Param(name, name.ToUpperInvariant());
}

/// <summary>Oracle's signature of requests (an HTTP signature with RSA and SHA-256).</summary>
internal sealed class OciAuthorization : Authorization
{
    private const string Signed = "date (request-target) host content-length content-type x-content-sha256";

    private readonly HeaderSet _headers;
    private readonly TimeProvider _clock;
    private readonly string _exceptionName;
    private readonly string? _keyId;
    private readonly string? _pem;
    private readonly string? _file;

    public OciAuthorization(ConnectionDraft draft, TimeProvider clock)
    {
        _headers = new HeaderSet(draft, null, "");
        _clock = clock;
        _exceptionName = draft.Row.ExceptionName;
        _pem = OciFamily.Param(draft, "oci_key");
        _file = OciFamily.Param(draft, "oci_key_file");
        if (OciFamily.Param(draft, "oci_tenancy") is { } tenancy && OciFamily.Param(draft, "oci_user") is { } user
            && OciFamily.Param(draft, "oci_fingerprint") is { } fingerprint)
        {
            _keyId = $"{tenancy}/{user}/{fingerprint}";
        }
    }

    public override async ValueTask<ConnectionFault?> ApplyAsync(HttpRequestMessage message, string? clientKey, CancellationToken cancellationToken)
    {
        foreach (var (name, value) in _headers.Plain)
        {
            Set(message, name, value);
        }

        if (_keyId is null || (_pem is null && _file is null))
        {
            return Fault("litellm_params must name oci_tenancy, oci_user, oci_fingerprint and oci_key or oci_key_file.");
        }

        try
        {
            await SignAsync(message, cancellationToken);
            return null;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            return Fault($"the private key cannot be used ({failed.GetType().Name}).");
        }
    }

    private async Task SignAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        var body = message.Content is null ? [] : await message.Content.ReadAsByteArrayAsync(cancellationToken);
        var date = _clock.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        var hash = Convert.ToBase64String(SHA256.HashData(body));
        var type = message.Content?.Headers.ContentType?.ToString() ?? "application/json";
        var address = message.RequestUri!;
        var text = $"date: {date}\n(request-target): post {address.PathAndQuery}\nhost: {address.Authority}\ncontent-length: {body.Length}\n"
            + $"content-type: {type}\nx-content-sha256: {hash}";
        using var key = RSA.Create();

        // Keys in environment variables have their line breaks written out.
        key.ImportFromPem((_pem ?? await File.ReadAllTextAsync(_file!, cancellationToken)).Replace("\\n", "\n", StringComparison.Ordinal));
        var signature = Convert.ToBase64String(key.SignData(Encoding.UTF8.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        Set(message, "date", date);
        Set(message, "x-content-sha256", hash);
        Set(
            message,
            "Authorization",
            $"Signature version=\"1\",keyId=\"{_keyId}\",algorithm=\"rsa-sha256\",headers=\"{Signed}\",signature=\"{signature}\"");
    }

    private ConnectionFault Fault(string what) => new(UpstreamErrorKind.Authentication, $"{_exceptionName} - {what}");
}
