using System.Buffers;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Media;

/// <summary>A stream of pictures or speech events on its way to the client: relayed as it is, its usage read.</summary>
/// <param name="surface">What was called.</param>
/// <param name="facts">Takes what the stream says of its size.</param>
public sealed class MediaStream(Surface surface, MediaFacts facts) : StreamPath
{
    private readonly JsonMembers _members = new();
    private string? _type;
    private TokenUsage? _usage;
    private bool _finished;

    /// <inheritdoc/>
    public override TokenUsage? Usage => _usage;

    /// <inheritdoc/>
    public override string? AnswerId => null;

    /// <inheritdoc/>
    public override bool Finished => _finished;

    /// <inheritdoc/>
    public override bool HasOutput => true;

    /// <inheritdoc/>
    public override long OutputBytes => 0;

    /// <inheritdoc/>
    public override ChunkAction Next(ReadOnlyMemory<byte> payload)
    {
        var json = payload.Span;
        if (json.SequenceEqual("[DONE]"u8))
        {
            _finished = true;
            return ChunkAction.Done;
        }

        if (!JsonScanner.Scan(json, _members).IsNone || _members.RootKind != JsonKind.Object)
        {
            return ChunkAction.Malformed;
        }

        var type = _members.Find(json, "type"u8);
        _type = type < 0 ? null : JsonText.AsString(json.Slice(_members[type].ValueStart, _members[type].ValueLength));
        var error = _members.Find(json, "error"u8);
        if (error >= 0 && _members[error].Kind is JsonKind.Object or JsonKind.String)
        {
            return ChunkAction.Error;
        }

        if (_type is not null && (_type.EndsWith(".completed", StringComparison.Ordinal) || _type.EndsWith(".done", StringComparison.Ordinal)))
        {
            _finished = true;
            facts.Images = _type.StartsWith("image", StringComparison.Ordinal) ? (facts.Images ?? 0) + 1 : facts.Images;
            facts.Size ??= Text(json, "size"u8);
            facts.Quality ??= Text(json, "quality"u8);
        }

        if (_members.Find(json, "usage"u8) is >= 0 and var usage && _members[usage].Kind == JsonKind.Object)
        {
            Take(json, usage);
        }

        return ChunkAction.Forward;
    }

    /// <inheritdoc/>
    public override void WriteTo(ReadOnlyMemory<byte> payload, IBufferWriter<byte> output)
    {
        if (_type is { Length: > 0 and < 100 } type && !type.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            output.Write("event: "u8);
            output.Write(System.Text.Encoding.ASCII.GetBytes(type));
            output.Write("\n"u8);
        }

        output.Write("data: "u8);
        var lines = payload.Span;
        for (var end = lines.IndexOf((byte)'\n'); end >= 0; end = lines.IndexOf((byte)'\n'))
        {
            // A payload of several lines; in JSON they break between tokens only.
            output.Write(lines[..end]);
            lines = lines[(end + 1)..];
        }

        output.Write(lines);
        output.Write("\n\n"u8);
    }

    /// <inheritdoc/>
    public override void WriteEnd(IBufferWriter<byte> output, bool isClosed)
    {
        if (isClosed)
        {
            output.Write("data: [DONE]\n\n"u8);
        }
    }

    /// <inheritdoc/>
    public override void WriteError(ErrorBody error, IBufferWriter<byte> output)
    {
        output.Write("event: error\ndata: "u8);
        error.WriteTo(output, default);
        output.Write("\n\n"u8);
    }

    private void Take(ReadOnlySpan<byte> json, int usage)
    {
        var read = MediaUsage.Complete(surface, TokenUsage.ReadIn(json, _members, usage));

        // Every picture of a stream brings the usage of its own.
        _usage = _usage is { } before && surface is Surface.ImageGenerations or Surface.ImageEdits ? Sum(before, read) : read;
    }

    private static TokenUsage Sum(in TokenUsage left, in TokenUsage right)
        => new(left.PromptTokens + right.PromptTokens, left.CompletionTokens + right.CompletionTokens, left.TotalTokens + right.TotalTokens, 0, 0)
        {
            ImageInputTokens = left.ImageInputTokens + right.ImageInputTokens,
            ImageOutputTokens = left.ImageOutputTokens + right.ImageOutputTokens,
            TextOutputTokens = left.TextOutputTokens + right.TextOutputTokens,
        };

    private string? Text(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
        => _members.Find(json, name) is >= 0 and var index ? JsonText.AsString(json.Slice(_members[index].ValueStart, _members[index].ValueLength)) : null;
}
