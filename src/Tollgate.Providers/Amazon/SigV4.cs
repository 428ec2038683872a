using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Tollgate.Providers.Amazon;

/// <summary>Signs requests in Amazon's way (Signature Version 4): headers, address and the hash of the body.</summary>
/// <param name="service">Service that is called, say <c>bedrock</c>.</param>
/// <param name="region">Region of the service.</param>
internal sealed class SigV4(string service, string region)
{
    /// <summary>Says the hash of the body, or what stands in for it where the body is not there yet.</summary>
    public const string HashHeader = "x-amz-content-sha256";

    private const string Algorithm = "AWS4-HMAC-SHA256";

    private static readonly string EmptyHash = Convert.ToHexStringLower(SHA256.HashData([]));

    private static readonly string[] Signed = ["content-type", "host", "x-amz-date", "x-amz-security-token"];

    /// <summary>S3 wants the hash of the body as a header, and paths encoded no more than they are sent.</summary>
    private readonly bool _isStorage = service is "s3";
    private DayKey? _dayKey;
    private SignedPath? _lastPath;

    /// <summary>Puts the signature's headers on a request.</summary>
    /// <param name="message">The request, complete but for headers that are not to be signed.</param>
    /// <param name="keys">What to sign with.</param>
    /// <param name="now">Amazon's servers accept a quarter of an hour more or less.</param>
    /// <param name="bodyHash">SHA-256 of the body, lower-case hex.</param>
    /// <param name="signedAddress">The address that the signature is for, where a proxy forwards the request to another; null for the request's own.</param>
    public void Sign(HttpRequestMessage message, AmazonKeys keys, DateTimeOffset now, string bodyHash, Uri? signedAddress = null)
    {
        var address = signedAddress ?? message.RequestUri!;
        var time = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var scope = $"{time[..8]}/{region}/{service}/aws4_request";
        Set(message, "x-amz-date", time);
        if (keys.Session is { } session)
        {
            Set(message, "x-amz-security-token", session);
        }

        if (_isStorage)
        {
            Set(message, HashHeader, bodyHash);
        }

        var headers = HeadersOf(message, address, keys, time);
        var names = string.Join(';', headers.Select(static header => header.Name));
        var canonical = Canonical(message.Method.Method, address, headers, names, bodyHash);
        var toSign = $"{Algorithm}\n{time}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var signature = Convert.ToHexStringLower(KeyOf(keys.Secret, time[..8]).Sign(Encoding.UTF8.GetBytes(toSign)));
        Set(message, "Authorization", $"{Algorithm} Credential={keys.AccessKey}/{scope}, SignedHeaders={names}, Signature={signature}");
    }

    /// <summary>An address that is good for a while for whoever has it: the signature stands in its query.</summary>
    /// <param name="address">What is asked for, query and all.</param>
    /// <param name="keys">What to sign with.</param>
    /// <param name="now">When it begins.</param>
    /// <param name="lifetime">How long it is good.</param>
    public Uri Presigned(Uri address, AmazonKeys keys, DateTimeOffset now, TimeSpan lifetime)
    {
        var time = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var scope = $"{time[..8]}/{region}/{service}/aws4_request";
        var query = new StringBuilder(address.Query.Length > 1 ? address.Query + "&" : "?")
            .Append("X-Amz-Algorithm=").Append(Algorithm)
            .Append("&X-Amz-Credential=").Append(Uri.EscapeDataString($"{keys.AccessKey}/{scope}"))
            .Append("&X-Amz-Date=").Append(time)
            .Append(CultureInfo.InvariantCulture, $"&X-Amz-Expires={(long)lifetime.TotalSeconds}&X-Amz-SignedHeaders=host");
        if (keys.Session is { } session)
        {
            query.Append("&X-Amz-Security-Token=").Append(Uri.EscapeDataString(session.Trim()));
        }

        var unsigned = new UriBuilder(address) { Query = query.ToString() }.Uri;
        var canonical = Canonical("GET", unsigned, [("host", HostOf(unsigned))], "host", EmptyHash);
        var toSign = $"{Algorithm}\n{time}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var signature = Convert.ToHexStringLower(KeyOf(keys.Secret, time[..8]).Sign(Encoding.UTF8.GetBytes(toSign)));
        return new UriBuilder(unsigned) { Query = $"{query}&X-Amz-Signature={signature}" }.Uri;
    }

    /// <summary>The signature of a message of a stream.</summary>
    /// <param name="keys">What to sign with.</param>
    /// <param name="now">The message's time.</param>
    /// <param name="prior">Signature of the message before it, or of the request, lower-case hex.</param>
    /// <param name="headers">Its headers, as they are sent.</param>
    /// <param name="payload">What it holds.</param>
    public byte[] SignEvent(AmazonKeys keys, DateTimeOffset now, string prior, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> payload)
    {
        var time = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var toSign = $"{Algorithm}-PAYLOAD\n{time}\n{time[..8]}/{region}/{service}/aws4_request\n{prior}\n"
            + $"{Convert.ToHexStringLower(SHA256.HashData(headers))}\n{Convert.ToHexStringLower(SHA256.HashData(payload))}";
        return KeyOf(keys.Secret, time[..8]).Sign(Encoding.UTF8.GetBytes(toSign));
    }

    /// <summary>The host header as it is sent.</summary>
    private static string HostOf(Uri address) => address.IsDefaultPort ? address.IdnHost : $"{address.IdnHost}:{address.Port.ToString(CultureInfo.InvariantCulture)}";

    private static void Set(HttpRequestMessage message, string name, string value)
    {
        message.Headers.Remove(name);
        message.Headers.TryAddWithoutValidation(name, value);
    }

    private static List<(string Name, string Value)> HeadersOf(HttpRequestMessage message, Uri address, AmazonKeys keys, string time)
    {
        var headers = new List<(string Name, string Value)>(Signed.Length);
        if (message.Content?.Headers.ContentType is { } type)
        {
            headers.Add((Signed[0], type.ToString()));
        }

        headers.Add((Signed[1], HostOf(address)));
        if (message.Headers.NonValidated.TryGetValues(HashHeader, out var hash))
        {
            headers.Add((HashHeader, hash.ToString()));
        }

        headers.Add((Signed[2], time));
        if (keys.Session is { } session)
        {
            headers.Add((Signed[3], session.Trim()));
        }

        return headers;
    }

    private string Canonical(string method, Uri address, List<(string Name, string Value)> headers, string names, string bodyHash)
    {
        var text = new StringBuilder(512);
        text.Append(method).Append('\n');
        text.Append(_isStorage ? address.AbsolutePath : KnownPath(address.AbsolutePath));
        text.Append('\n');
        AppendQuery(text, address.Query);
        text.Append('\n');
        foreach (var (name, value) in headers)
        {
            text.Append(name).Append(':').Append(value.Trim()).Append('\n');
        }

        return text.Append('\n').Append(names).Append('\n').Append(bodyHash).ToString();
    }

    /// <summary>Each part of the path, encoded once more than it is sent: only S3 does it otherwise.</summary>
    internal static string CanonicalPath(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    /// <summary>PERF: a deployment has one path for whole answers and one for streams, so the last one is mostly the next.</summary>
    private string KnownPath(string path)
    {
        var known = Volatile.Read(ref _lastPath);
        if (known is null || !string.Equals(known.Path, path, StringComparison.Ordinal))
        {
            known = new SignedPath(path, CanonicalPath(path));
            Volatile.Write(ref _lastPath, known);
        }

        return known.Canonical;
    }

    private static void AppendQuery(StringBuilder text, string query)
    {
        if (query.Length < 2)
        {
            return;
        }

        var pairs = query[1..].Split('&', StringSplitOptions.RemoveEmptyEntries).Select(static pair =>
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? pair : pair[..equals];
            var value = equals < 0 ? "" : pair[(equals + 1)..];
            return (Name: Uri.EscapeDataString(Uri.UnescapeDataString(name)), Value: Uri.EscapeDataString(Uri.UnescapeDataString(value)));
        });
        text.AppendJoin('&', pairs.OrderBy(static pair => pair.Name, StringComparer.Ordinal).ThenBy(static pair => pair.Value, StringComparer.Ordinal)
            .Select(static pair => $"{pair.Name}={pair.Value}"));
    }

    /// <summary>PERF: the key of a day costs four hashes and is the same for all its requests.</summary>
    private DayKey KeyOf(string secret, string date)
    {
        var known = Volatile.Read(ref _dayKey);
        if (known is not null && string.Equals(known.Date, date, StringComparison.Ordinal) && string.Equals(known.Secret, secret, StringComparison.Ordinal))
        {
            return known;
        }

        var key = HMACSHA256.HashData(Encoding.UTF8.GetBytes("AWS4" + secret), Encoding.UTF8.GetBytes(date));
        key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(region));
        key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(service));
        var made = new DayKey(date, secret, HMACSHA256.HashData(key, "aws4_request"u8));
        Volatile.Write(ref _dayKey, made);
        return made;
    }

    private sealed record SignedPath(string Path, string Canonical);

    /// <summary>The key of a day.</summary>
    private sealed class DayKey(string date, string secret, byte[] key)
    {
        /// <summary>PERF: making one costs as much as signing with it. There are never more than calls that were signed at the same moment.</summary>
        private readonly ConcurrentStack<IncrementalHash> _idle = new();

        public string Date => date;

        public string Secret => secret;

        public byte[] Sign(byte[] text)
        {
            if (!_idle.TryPop(out var hash))
            {
                hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
            }

            hash.AppendData(text);
            var signature = hash.GetHashAndReset();
            _idle.Push(hash);
            return signature;
        }
    }
}
