using Tollgate.Wire.Bedrock;

namespace Tollgate.Providers.Amazon;

/// <summary>Signs the messages of a stream: each signature covers the one before it, the first that of the request.</summary>
/// <param name="signer">Signs requests of the same service.</param>
/// <param name="keys">What to sign with.</param>
/// <param name="clock">Messages carry their time.</param>
/// <param name="seed">Signature of the request, lower-case hex.</param>
internal sealed class EventSigner(SigV4 signer, AmazonKeys keys, TimeProvider clock, string seed)
{
    /// <summary>What a request's signature covers in place of a body that is not there yet.</summary>
    public const string BodyHash = "STREAMING-AWS4-HMAC-SHA256-EVENTS";

    private string _prior = seed;

    /// <summary>Where an authorised request carries it.</summary>
    public static HttpRequestOptionsKey<EventSigner> Key { get; } = new("tollgate.event-signer");

    /// <summary>A message that holds another, or nothing at the end.</summary>
    public byte[] Sign(ReadOnlySpan<byte> payload)
    {
        var now = clock.GetUtcNow();
        var date = EventStreamWriter.Header(":date", now);
        var signature = signer.SignEvent(keys, now, _prior, date, payload);
        _prior = Convert.ToHexStringLower(signature);
        return EventStreamWriter.Frame([.. date, .. EventStreamWriter.Header(":chunk-signature", signature)], payload);
    }
}
