using System.Buffers;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Gemini;

/// <summary>A stream between two that speak the dialect: its bytes, with the usage read.</summary>
internal sealed class RelayedStream : StreamPath
{
    private readonly RelayedChunk _chunk = new();
    private byte[] _usage = [];
    private int _usageLength;
    private string? _id;
    private long _searches;
    private bool _finished;
    private bool _hasOutput;
    private long _outputBytes;

    /// <inheritdoc/>
    // PERF: every chunk has a usage object; only the last is ever asked for.
    public override TokenUsage? Usage => _usageLength == 0 ? null : UsageMetadata.Read(_usage.AsSpan(0, _usageLength)) with { WebSearchRequests = _searches };

    /// <inheritdoc/>
    public override string? AnswerId => _id;

    /// <inheritdoc/>
    public override bool Finished => _finished;

    /// <inheritdoc/>
    public override bool HasOutput => _hasOutput;

    /// <inheritdoc/>
    public override long OutputBytes => _outputBytes;

    /// <inheritdoc/>
    public override ChunkAction Next(ReadOnlyMemory<byte> payload)
    {
        _hasOutput = false;
        var bare = payload.Span.Trim(" \r\n\t"u8);
        if (bare.IsEmpty)
        {
            return ChunkAction.Drop;
        }

        if (bare.SequenceEqual("[DONE]"u8))
        {
            return ChunkAction.Done;
        }

        if (!_chunk.Read(payload))
        {
            return ChunkAction.Malformed;
        }

        if (_chunk.IsError)
        {
            return ChunkAction.Error;
        }

        _id ??= JsonText.AsString(_chunk.Id.Span);
        _finished |= _chunk.Finished;
        _hasOutput = _chunk.HasOutput;
        _outputBytes += _chunk.OutputBytes;
        _searches = Math.Max(_searches, _chunk.Searches);
        KeepUsage(_chunk.Usage.Span);
        return ChunkAction.Forward;
    }

    /// <inheritdoc/>
    public override void WriteTo(ReadOnlyMemory<byte> payload, IBufferWriter<byte> output)
    {
        output.Write("data: "u8);
        var rest = payload.Span;
        while (rest.IndexOfAny((byte)'\n', (byte)'\r') is >= 0 and var end)
        {
            // A line break inside JSON is white space, inside an event it would end the line.
            output.Write(rest[..end]);
            output.Write(" "u8);
            rest = rest[(end + 1)..];
        }

        output.Write(rest);
        output.Write("\n\n"u8);
    }

    /// <inheritdoc/>
    public override void WriteEnd(IBufferWriter<byte> output, bool isClosed)
    {
        // The dialect has no closing word.
    }

    /// <inheritdoc/>
    public override void WriteError(ErrorBody error, IBufferWriter<byte> output)
    {
        output.Write("data: "u8);
        GenerateContentErrors.Write(error, GenerateContentStreamWriter.StatusOf(error), default, output);
        output.Write("\n\n"u8);
    }

    private void KeepUsage(ReadOnlySpan<byte> usage)
    {
        if (usage.IsEmpty)
        {
            return;
        }

        if (_usage.Length < usage.Length)
        {
            _usage = new byte[usage.Length + 64];
        }

        usage.CopyTo(_usage);
        _usageLength = usage.Length;
    }
}
