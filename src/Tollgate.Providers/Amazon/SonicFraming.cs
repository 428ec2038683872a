using System.Text;
using Tollgate.Engine.PassThrough;
using Tollgate.Wire.Bedrock;
using Tollgate.Wire.Hub;

namespace Tollgate.Providers.Amazon;

/// <summary>Messages of InvokeModelWithBidirectionalStream: an event in base64 within a frame, within a signed one where requests are signed.</summary>
/// <param name="signer">Signs; null for a bearer token.</param>
internal sealed class SonicFraming(EventSigner? signer) : IDuplexFraming
{
    private static readonly byte[] Headers =
    [
        .. EventStreamWriter.Header(":event-type", "chunk"), .. EventStreamWriter.Header(":content-type", "application/json"),
        .. EventStreamWriter.Header(":message-type", "event"),
    ];

    /// <inheritdoc/>
    public IFrameSplitter Splitter { get; } = new EventStreamSplitter();

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Wrap(ReadOnlyMemory<byte> message)
    {
        var frame = EventStreamWriter.Frame(Headers, Encoding.ASCII.GetBytes($"{{\"bytes\":\"{Convert.ToBase64String(message.Span)}\"}}"));
        return signer is null ? frame : signer.Sign(frame);
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> End() => signer is null ? default : signer.Sign([]);
}
