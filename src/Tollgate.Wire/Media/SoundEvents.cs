using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Media;

/// <summary>Sound that a provider makes piece by piece, on its way to a client that hears OpenAI's events of speech.</summary>
/// <param name="shape">The provider's words.</param>
/// <param name="request">The client's body.</param>
/// <param name="facts">Takes what the stream says of its size.</param>
public sealed class SoundEvents(MediaShape shape, JsonElement request, MediaFacts facts) : StreamPath
{
    private TokenUsage? _usage;
    private ReadOnlyMemory<byte> _piece;
    private bool _finished;

    /// <inheritdoc/>
    public override TokenUsage? Usage => _usage;

    /// <inheritdoc/>
    public override string? AnswerId => null;

    /// <inheritdoc/>
    public override bool Finished => _finished;

    /// <inheritdoc/>
    public override bool HasOutput => !_piece.IsEmpty;

    /// <inheritdoc/>
    public override long OutputBytes => 0;

    /// <inheritdoc/>
    public override ChunkAction Next(ReadOnlyMemory<byte> payload)
    {
        _piece = default;
        try
        {
            using var document = JsonDocument.Parse(payload);
            var root = document.RootElement;
            if (root.Member("error"u8).ValueKind is JsonValueKind.Object or JsonValueKind.String || root.Member("promptFeedback"u8).Member("blockReason"u8).IsGiven())
            {
                return ChunkAction.Error;
            }

            var piece = shape.ReadPiece(root, request, facts.SoundBytes == 0);
            _usage = piece.Usage.TotalTokens > 0 ? piece.Usage : _usage;
            _finished |= piece.IsLast;
            Take(piece.Bytes);
            return _piece.IsEmpty ? ChunkAction.Drop : ChunkAction.Forward;
        }
        catch (Exception exception) when (exception is JsonException or WireException or FormatException or InvalidOperationException)
        {
            return ChunkAction.Malformed;
        }
    }

    /// <inheritdoc/>
    public override void WriteTo(ReadOnlyMemory<byte> payload, IBufferWriter<byte> output)
    {
        output.Write("data: "u8);
        using (var json = new Utf8JsonWriter(output, HubJson.Writing))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "speech.audio.delta"u8);
            json.WriteBase64String("audio"u8, _piece.Span);
            json.WriteEndObject();
        }

        output.Write("\n\n"u8);
    }

    /// <inheritdoc/>
    public override void WriteEnd(IBufferWriter<byte> output, bool isClosed)
    {
        output.Write("data: "u8);
        using (var json = new Utf8JsonWriter(output, HubJson.Writing))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "speech.audio.done"u8);
            if (_usage is { } usage)
            {
                json.WriteStartObject("usage"u8);
                json.WriteNumber("input_tokens"u8, usage.PromptTokens);
                json.WriteNumber("output_tokens"u8, usage.CompletionTokens);
                json.WriteNumber("total_tokens"u8, usage.TotalTokens);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        output.Write("\n\n"u8);
    }

    /// <inheritdoc/>
    public override void WriteError(ErrorBody error, IBufferWriter<byte> output)
    {
        output.Write("event: error\ndata: "u8);
        error.WriteTo(output, default);
        output.Write("\n\n"u8);
    }

    private void Take(ReadOnlyMemory<byte> bytes)
    {
        if (facts.SoundBytes == 0)
        {
            facts.SoundHead = bytes.ToArray();
        }

        facts.SoundBytes += bytes.Length;
        _piece = bytes;
    }
}
