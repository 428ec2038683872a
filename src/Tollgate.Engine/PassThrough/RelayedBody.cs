using System.Buffers;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Pipeline;
using Tollgate.Wire.Json;

namespace Tollgate.Engine.PassThrough;

/// <summary>The body of a relayed call: JSON is read whole, since it says what is called; everything else is sent on while it comes.</summary>
internal sealed class RelayedBody
{
    private readonly HttpRequest _request;
    private readonly long _limit;
    private byte[]? _buffer;

    private RelayedBody(HttpRequest request, long limit)
    {
        _request = request;
        _limit = limit;
    }

    /// <summary>There is a body at all.</summary>
    public bool Exists { get; private init; }

    /// <summary>All of it was read.</summary>
    public bool IsWhole => _buffer is not null;

    /// <summary>What was read.</summary>
    public ReadOnlyMemory<byte> Bytes { get; private set; }

    /// <summary>Root members, where the body is a JSON object; null where it is not.</summary>
    public JsonMembers? Members { get; private set; }

    /// <summary>The fields of a form that is sent on while it comes; null for other bodies.</summary>
    public FormHead? Head { get; set; }

    /// <summary>Changes on the way out.</summary>
    public JsonEdits Edits { get; } = new();

    /// <summary>Reads a body as far as it must be read.</summary>
    /// <param name="request">The request.</param>
    /// <param name="general">Limits.</param>
    /// <param name="members">Where its root members go.</param>
    /// <param name="whole">It must be read whatever it is.</param>
    /// <param name="aborted">The client has left.</param>
    /// <exception cref="ApiException">400 when it is too large.</exception>
    public static async ValueTask<RelayedBody> ReadAsync(
        HttpRequest request, GeneralSettings general, JsonMembers members, bool whole, CancellationToken aborted)
    {
        var exists = request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? request.ContentLength > 0;
        var body = new RelayedBody(request, general.MaxUploadBytes) { Exists = exists };
        if (!exists || (!whole && !IsJson(request.ContentType)))
        {
            return body;
        }

        (body._buffer, var length) = await RequestBody.ReadAsync(request, general.MaxRequestBytes, aborted);
        body.Bytes = ByteOrderMark.Skip(body._buffer.AsMemory(0, length));
        if (JsonScanner.Scan(body.Bytes.Span, members).IsNone && members.RootKind == JsonKind.Object)
        {
            body.Members = members;
        }

        return body;
    }

    /// <summary>A text member of the root; null when there is none.</summary>
    public string? Text(ReadOnlySpan<byte> name)
        => Find(name) is { } member ? JsonText.AsString(Bytes.Span.Slice(member.ValueStart, member.ValueLength)) : null;

    /// <summary>A member of the root; null when there is none.</summary>
    public MemberSpan? Find(ReadOnlySpan<byte> name) => Members is { } members && members.Find(Bytes.Span, name) is >= 0 and var index
        ? members[index] : null;

    /// <summary>What is sent; null when there is no body.</summary>
    public RelayedContent? ToContent()
    {
        if (!Exists)
        {
            return null;
        }

        return IsWhole ? new RelayedContent(Bytes, Edits) : new RelayedContent(_request, _limit, Head);
    }

    /// <summary>The whole body, without the fields of a form that were taken out of its beginning.</summary>
    public Stream ToStream(HttpRequest request)
    {
        if (IsWhole)
        {
            return new MemoryStream(Bytes.ToArray(), writable: false);
        }

        return Head is { Kept: var kept } ? new ChainedStream(kept, request.BodyReader.AsStream(leaveOpen: true))
            : request.BodyReader.AsStream(leaveOpen: true);
    }

    /// <summary>Gives the buffer back, unless a transport still reads from it.</summary>
    public void Return(RelayedContent? content)
    {
        if (_buffer is { } buffer && content is not { IsSending: true })
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        _buffer = null;
    }

    private static bool IsJson(string? type)
        => string.IsNullOrEmpty(type) || type.Contains("json", StringComparison.OrdinalIgnoreCase)
            || type.StartsWith("text/plain", StringComparison.OrdinalIgnoreCase);
}

/// <summary>Some bytes, then a stream.</summary>
internal sealed class ChainedStream(ReadOnlyMemory<byte> first, Stream rest) : Stream
{
    private ReadOnlyMemory<byte> _first = first;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_first.IsEmpty)
        {
            return rest.ReadAsync(buffer, cancellationToken);
        }

        var count = Math.Min(buffer.Length, _first.Length);
        _first[..count].CopyTo(buffer);
        _first = _first[count..];
        return new ValueTask<int>(count);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A body is read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            rest.Dispose();
        }

        base.Dispose(disposing);
    }
}

/// <summary>A body on its way to the upstream: bytes that were read, or the client's stream.</summary>
internal sealed class RelayedContent : HttpContent
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly JsonEdits? _edits;
    private readonly HttpRequest? _request;
    private readonly FormHead? _head;
    private readonly long _limit;
    private volatile bool _sending;

    public RelayedContent(ReadOnlyMemory<byte> bytes, JsonEdits edits)
    {
        _bytes = bytes;
        _edits = edits;
    }

    public RelayedContent(HttpRequest request, long limit, FormHead? head)
    {
        _head = head;
        _request = request;
        _limit = limit;
    }

    /// <summary>A transport is reading from it.</summary>
    public bool IsSending => _sending;

    /// <summary>The client sends more than is allowed.</summary>
    public bool IsTooLarge { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        _sending = true;
        try
        {
            await (_request is null ? SendAsync(stream, cancellationToken) : CopyAsync(_request, stream, cancellationToken));
        }
        finally
        {
            _sending = false;
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _edits?.LengthOf(_bytes.Length) ?? _request?.ContentLength - (_head?.Taken ?? 0) + (_head?.Kept.Length ?? 0) ?? -1;
        return length >= 0;
    }

    private async Task SendAsync(Stream stream, CancellationToken cancellationToken)
    {
        for (var i = 0; i < _edits!.PieceCount; i++)
        {
            await stream.WriteAsync(_edits.Piece(i, _bytes), cancellationToken);
        }
    }

    private async Task CopyAsync(HttpRequest request, Stream stream, CancellationToken cancellationToken)
    {
        var sent = _head?.Taken ?? 0;
        if (_head is { } head)
        {
            await stream.WriteAsync(head.Kept, cancellationToken);
        }

        while (true)
        {
            var read = await request.BodyReader.ReadAsync(cancellationToken);
            sent += read.Buffer.Length;
            if (sent > _limit)
            {
                request.BodyReader.AdvanceTo(read.Buffer.End);
                IsTooLarge = true;
                throw new IOException("The client sends more than is allowed.");
            }

            foreach (var part in read.Buffer)
            {
                await stream.WriteAsync(part, cancellationToken);
            }

            request.BodyReader.AdvanceTo(read.Buffer.End);
            await stream.FlushAsync(cancellationToken);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }
}
