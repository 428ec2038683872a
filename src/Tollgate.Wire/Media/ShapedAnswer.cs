using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Media;

/// <summary>A whole answer that a provider words otherwise than its client: turned around first, then treated like any other.</summary>
/// <param name="shape">The provider's words.</param>
/// <param name="request">The client's body.</param>
/// <param name="inner">The way of the turned answer.</param>
public sealed class ShapedAnswer(MediaShape shape, JsonElement request, MediaAnswer inner) : AnswerPath
{
    private ReadOnlyMemory<byte> _error;

    /// <inheritdoc/>
    public override TokenUsage Usage => inner.Usage;

    /// <inheritdoc/>
    public override bool UsageEstimated => inner.UsageEstimated;

    /// <inheritdoc/>
    public override string? AnswerId => inner.AnswerId;

    /// <inheritdoc/>
    public override int Length => inner.Length;

    /// <inheritdoc/>
    public override string ContentType => inner.ContentType;

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> Error => _error;

    /// <inheritdoc/>
    public override ResponseVerdict Read(ReadOnlyMemory<byte> answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            if (document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("error", out var error) && error.ValueKind is JsonValueKind.Object or JsonValueKind.String)
            {
                return ResponseVerdict.Error;
            }

            var turned = new ArrayBufferWriter<byte>(Math.Max(256, answer.Length));
            using (var json = new Utf8JsonWriter(turned, HubJson.Writing))
            {
                shape.Read(document.RootElement, request, json);
            }

            return inner.Read(turned.WrittenMemory);
        }
        catch (MediaRefusedException refused)
        {
            var error = new ArrayBufferWriter<byte>(256);
            refused.Error.WriteTo(error);
            _error = error.WrittenMemory;
            return ResponseVerdict.Error;
        }
        catch (Exception exception) when (exception is JsonException or WireException or InvalidOperationException)
        {
            return ResponseVerdict.Malformed;
        }
    }

    /// <inheritdoc/>
    public override void WriteTo(IBufferWriter<byte> output) => inner.WriteTo(output);

    /// <inheritdoc/>
    public override void WriteAsStream(IBufferWriter<byte> output) => inner.WriteAsStream(output);
}
