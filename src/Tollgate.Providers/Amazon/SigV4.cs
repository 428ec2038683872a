using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
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

    // What is longer (tokens of sessions are) is rented.
    private const int MostChars = 512;
    private const int MostBytes = 1536;

    private static readonly string EmptyHash = Convert.ToHexStringLower(SHA256.HashData([]));

    /// <summary>S3 wants the hash of the body as a header, and paths encoded no more than they are sent.</summary>
    private readonly bool _isStorage = service is "s3";
    private DayKey? _dayKey;
    private SignedPath? _lastPath;
    private Moment? _lastMoment;

    /// <summary>Puts the signature's headers on a request.</summary>
    /// <param name="message">The request, complete but for headers that are not to be signed.</param>
    /// <param name="keys">What to sign with.</param>
    /// <param name="now">Amazon's servers accept a quarter of an hour more or less.</param>
    /// <param name="bodyHash">SHA-256 of the body, lower-case hex.</param>
    /// <param name="signedAddress">The address that the signature is for, where a proxy forwards the request to another; null for the request's own.</param>
    public void Sign(HttpRequestMessage message, AmazonKeys keys, DateTimeOffset now, string bodyHash, Uri? signedAddress = null)
    {
        var address = signedAddress ?? message.RequestUri!;
        var moment = MomentOf(now);
        Set(message, "x-amz-date", moment.Time);
        if (keys.Session is { } session)
        {
            Set(message, "x-amz-security-token", session);
        }

        if (_isStorage)
        {
            Set(message, HashHeader, bodyHash);
        }

        var headers = new SignedHeaders(
            message.Content?.Headers.ContentType?.ToString(),
            HostOf(address),
            message.Headers.NonValidated.TryGetValues(HashHeader, out var hash) ? hash.ToString() : null,
            moment.Time,
            keys.Session?.Trim());
        var signature = SignatureOf(message.Method.Method, address, headers, bodyHash, moment, keys);
        Set(
            message,
            "Authorization",
            $"{Algorithm} Credential={keys.AccessKey}/{moment.Scope}, SignedHeaders={headers.Names}, Signature={signature}");
    }

    /// <summary>An address that is good for a while for whoever has it: the signature stands in its query.</summary>
    /// <param name="address">What is asked for, query and all.</param>
    /// <param name="keys">What to sign with.</param>
    /// <param name="now">When it begins.</param>
    /// <param name="lifetime">How long it is good.</param>
    public Uri Presigned(Uri address, AmazonKeys keys, DateTimeOffset now, TimeSpan lifetime)
    {
        var moment = MomentOf(now);
        var query = new StringBuilder(address.Query.Length > 1 ? address.Query + "&" : "?")
            .Append("X-Amz-Algorithm=").Append(Algorithm)
            .Append("&X-Amz-Credential=").Append(Uri.EscapeDataString($"{keys.AccessKey}/{moment.Scope}"))
            .Append("&X-Amz-Date=").Append(moment.Time)
            .Append(CultureInfo.InvariantCulture, $"&X-Amz-Expires={(long)lifetime.TotalSeconds}&X-Amz-SignedHeaders=host");
        if (keys.Session is { } session)
        {
            query.Append("&X-Amz-Security-Token=").Append(Uri.EscapeDataString(session.Trim()));
        }

        var unsigned = new UriBuilder(address) { Query = query.ToString() }.Uri;
        var signature = SignatureOf("GET", unsigned, new SignedHeaders(null, HostOf(unsigned), null, null, null), EmptyHash, moment, keys);
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
        var moment = MomentOf(now);
        var toSign = $"{Algorithm}-PAYLOAD\n{moment.Time}\n{moment.Scope}\n{prior}\n"
            + $"{Convert.ToHexStringLower(SHA256.HashData(headers))}\n{Convert.ToHexStringLower(SHA256.HashData(payload))}";
        var signature = new byte[SHA256.HashSizeInBytes];
        KeyOf(keys.Secret, moment.Date).Sign(Encoding.UTF8.GetBytes(toSign), signature);
        return signature;
    }

    /// <summary>The host header as it is sent.</summary>
    private static string HostOf(Uri address) => address.IsDefaultPort ? address.IdnHost : $"{address.IdnHost}:{address.Port.ToString(CultureInfo.InvariantCulture)}";

    private static void Set(HttpRequestMessage message, string name, string value)
    {
        message.Headers.Remove(name);
        message.Headers.TryAddWithoutValidation(name, value);
    }

    /// <summary>PERF: no text is made on the way but the signature itself.</summary>
    private string SignatureOf(string method, Uri address, SignedHeaders headers, string bodyHash, Moment moment, AmazonKeys keys)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        var canonical = new DefaultInterpolatedStringHandler(0, 0, CultureInfo.InvariantCulture, stackalloc char[MostChars]);
        canonical.AppendFormatted(method);
        canonical.AppendLiteral("\n");
        canonical.AppendFormatted(_isStorage ? address.AbsolutePath : KnownPath(address.AbsolutePath));
        canonical.AppendLiteral("\n");
        canonical.AppendFormatted(CanonicalQuery(address.Query));
        canonical.AppendLiteral("\n");
        headers.AppendTo(ref canonical);
        canonical.AppendLiteral("\n");
        canonical.AppendFormatted(headers.Names);
        canonical.AppendLiteral("\n");
        canonical.AppendFormatted(bodyHash);
        WithBytes(canonical.Text, digest, BodyHash.Of);
        canonical.Clear();

        Span<char> hex = stackalloc char[2 * SHA256.HashSizeInBytes];
        Convert.TryToHexStringLower(digest, hex, out _);
        var toSign = new DefaultInterpolatedStringHandler(0, 0, CultureInfo.InvariantCulture, stackalloc char[MostChars / 2]);
        toSign.AppendLiteral(Algorithm + "\n");
        toSign.AppendFormatted(moment.Time);
        toSign.AppendLiteral("\n");
        toSign.AppendFormatted(moment.Scope);
        toSign.AppendLiteral("\n");
        toSign.AppendFormatted(hex);
        var key = KeyOf(keys.Secret, moment.Date);
        WithBytes(toSign.Text, digest, key.Sign);
        toSign.Clear();
        return Convert.ToHexStringLower(digest);
    }

    private static void WithBytes(ReadOnlySpan<char> text, Span<byte> result, BytesAction action)
    {
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        var rented = most > MostBytes ? ArrayPool<byte>.Shared.Rent(most) : null;
        var bytes = rented ?? stackalloc byte[MostBytes];
        action(bytes[..Encoding.UTF8.GetBytes(text, bytes)], result);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
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

    private static string CanonicalQuery(string query)
    {
        if (query.Length < 2)
        {
            return "";
        }

        var pairs = query[1..].Split('&', StringSplitOptions.RemoveEmptyEntries).Select(static pair =>
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? pair : pair[..equals];
            var value = equals < 0 ? "" : pair[(equals + 1)..];
            return (Name: Uri.EscapeDataString(Uri.UnescapeDataString(name)), Value: Uri.EscapeDataString(Uri.UnescapeDataString(value)));
        });
        return string.Join('&', pairs.OrderBy(static pair => pair.Name, StringComparer.Ordinal).ThenBy(static pair => pair.Value, StringComparer.Ordinal)
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

    /// <summary>PERF: the calls of a second share the texts of their time.</summary>
    private Moment MomentOf(DateTimeOffset now)
    {
        var second = now.ToUnixTimeSeconds();
        var known = Volatile.Read(ref _lastMoment);
        if (known is null || known.Second != second)
        {
            var time = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
            known = new Moment(second, time, time[..8], $"{time[..8]}/{region}/{service}/aws4_request");
            Volatile.Write(ref _lastMoment, known);
        }

        return known;
    }

    private delegate void BytesAction(ReadOnlySpan<byte> bytes, Span<byte> result);

    /// <summary>A second, as signatures name it.</summary>
    private sealed record Moment(long Second, string Time, string Date, string Scope);

    /// <summary>Headers that a signature covers, in the order of their names; null where a request has none.</summary>
    private readonly record struct SignedHeaders(string? ContentType, string Host, string? BodyHash, string? Time, string? Token)
    {
        public string Names => (ContentType is null, BodyHash is null, Time is null, Token is null) switch
        {
            (false, true, false, true) => "content-type;host;x-amz-date",
            (false, true, false, false) => "content-type;host;x-amz-date;x-amz-security-token",
            _ => string.Join(';', All().Where(static header => header.Value is not null).Select(static header => header.Name)),
        };

        public void AppendTo(ref DefaultInterpolatedStringHandler text)
        {
            Append(ref text, "content-type:", ContentType);
            Append(ref text, "host:", Host);
            Append(ref text, HashHeader + ":", BodyHash);
            Append(ref text, "x-amz-date:", Time);
            Append(ref text, "x-amz-security-token:", Token);
        }

        private static void Append(ref DefaultInterpolatedStringHandler text, string name, string? value)
        {
            if (value is not null)
            {
                text.AppendLiteral(name);
                text.AppendFormatted(value.AsSpan().Trim());
                text.AppendLiteral("\n");
            }
        }

        private (string Name, string? Value)[] All() =>
            [("content-type", ContentType), ("host", Host), (HashHeader, BodyHash), ("x-amz-date", Time), ("x-amz-security-token", Token)];
    }

    private sealed record SignedPath(string Path, string Canonical);

    /// <summary>The key of a day.</summary>
    private sealed class DayKey(string date, string secret, byte[] key)
    {
        private readonly HashPool _pool = new(() => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key));

        public string Date => date;

        public string Secret => secret;

        public void Sign(ReadOnlySpan<byte> text, Span<byte> signature) => _pool.Hash(text, signature);
    }
}
