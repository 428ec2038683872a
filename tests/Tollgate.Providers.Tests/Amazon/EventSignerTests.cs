using System.Text;
using Tollgate.Providers.Amazon;
using Tollgate.Wire.Bedrock;

namespace Tollgate.Providers.Tests.Amazon;

/// <summary>Signatures of messages of a stream, with the vector of Amazon's own implementations.</summary>
public sealed class EventSignerTests
{
    private const string Seed = "be1f8c7d79ef8e1abc5254a2c70e4da3bfaf4f07328f527444e1fc6ea67273e2";
    private static readonly DateTimeOffset Moment = DateTimeOffset.FromUnixTimeSeconds(123_456_789);
    private static readonly AmazonKeys Keys = new("fake access key", "fake secret key", null);

    [Fact]
    public void Message_IsSignedAsAmazonDoesIt()
    {
        var message = EventStreamWriter.Frame(EventStreamWriter.Header("some-header", "value"), "test payload"u8);
        var signature = new SigV4("testservice", "us-east-1").SignEvent(Keys, Moment, Seed, EventStreamWriter.Header(":date", Moment), message);
        Convert.ToHexStringLower(signature).ShouldBe("1ea04a4f6becd85ae3e38e379ffaf4bb95042603f209512476cc6416868b31ee");
    }

    [Fact]
    public void Signatures_AreAChain()
    {
        var signer = new EventSigner(new SigV4("testservice", "us-east-1"), Keys, new StoppedClock(), Seed);
        var message = EventStreamWriter.Frame(EventStreamWriter.Header("some-header", "value"), "test payload"u8);
        var first = signer.Sign(message);
        Convert.ToHexStringLower(first).ShouldContain("1ea04a4f6becd85ae3e38e379ffaf4bb95042603f209512476cc6416868b31ee");
        Convert.ToHexStringLower(first).ShouldContain(Convert.ToHexStringLower(message));
        signer.Sign(message).ShouldNotBe(first);
        new EventStreamSplitter().TryRead(signer.Sign([]), out _, out _).ShouldBeTrue();
    }

    [Fact]
    public void Message_StandsInBase64_AndUnsignedWithABearerToken()
    {
        var framing = new SonicFraming(null);
        framing.End().IsEmpty.ShouldBeTrue();
        framing.Splitter.TryRead(framing.Wrap("{\"event\":{}}"u8.ToArray()), out _, out var next).ShouldBeTrue();
        Encoding.UTF8.GetString(next.Data.Span).ShouldBe("{\"event\":{}}");
    }

    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Moment;
    }
}
