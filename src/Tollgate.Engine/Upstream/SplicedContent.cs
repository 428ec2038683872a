using System.Net;
using System.Net.Http.Headers;
using Tollgate.Wire.Json;

namespace Tollgate.Engine.Upstream;

/// <summary>A request body made of buffers that somebody else owns.</summary>
internal interface ISentContent
{
    /// <summary>
    /// The body is still being read from. HTTP/2 may hand out an answer (or a failure) while it sends on: buffers must not be reused then.
    /// </summary>
    bool IsSending { get; }
}

/// <summary>A request body that is the client's own bytes with edits: sent piece by piece from the client's buffer, never copied together.</summary>
internal sealed class SplicedContent : HttpContent, ISentContent
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly ReadOnlyMemory<byte> _original;
    private readonly JsonEdits _edits;
    private volatile bool _sending;

    /// <summary>Wraps a body; it must stay untouched until the request has been sent.</summary>
    public SplicedContent(ReadOnlyMemory<byte> original, JsonEdits edits)
    {
        _original = original;
        _edits = edits;
        Headers.ContentType = Json;
    }

    /// <inheritdoc/>
    public bool IsSending => _sending;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        _sending = true;
        try
        {
            for (var i = 0; i < _edits.PieceCount; i++)
            {
                var piece = _edits.Piece(i, _original);
                if (!piece.IsEmpty)
                {
                    await stream.WriteAsync(piece, cancellationToken);
                }
            }
        }
        finally
        {
            _sending = false;
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _edits.LengthOf(_original.Length);
        return true;
    }
}
