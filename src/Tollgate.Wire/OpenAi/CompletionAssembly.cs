using System.Buffers;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Sse;

namespace Tollgate.Wire.OpenAi;

/// <summary>Puts the chunks of a stream of legacy completions together to the whole answer that they make.</summary>
public sealed class CompletionAssembly
{
    private readonly ArrayBufferWriter<byte> _usage = new(128);
    private readonly SortedDictionary<long, (StringBuilder Text, string? Finish)> _choices = [];
    private string? _id;
    private string? _model;
    private long? _created;

    /// <summary>The answer as JSON; empty when the stream holds no chunk.</summary>
    /// <param name="stream">What the client was sent, framing included.</param>
    public static ReadOnlyMemory<byte> OfStream(ReadOnlyMemory<byte> stream)
    {
        var assembly = new CompletionAssembly();
        var splitter = new SseSplitter();
        while (splitter.TryRead(stream, out var consumed, out var next))
        {
            if (!next.IsComment && next.Data.Span is [(byte)'{', ..])
            {
                using var chunk = JsonDocument.Parse(next.Data);
                assembly.Take(chunk.RootElement);
            }

            stream = stream[consumed..];
        }

        return assembly._choices.Count == 0 ? default : assembly.Write();
    }

    private void Take(JsonElement chunk)
    {
        if (chunk.Member("choices"u8) is not { ValueKind: JsonValueKind.Array } choices)
        {
            return;
        }

        _id ??= chunk.Text("id"u8);
        _model ??= chunk.Text("model"u8);
        _created ??= chunk.Member("created"u8).Count();
        if (chunk.Member("usage"u8) is { ValueKind: JsonValueKind.Object } usage)
        {
            _usage.ResetWrittenCount();
            _usage.Write(Encoding.UTF8.GetBytes(usage.GetRawText()));
        }

        foreach (var choice in choices.EnumerateArray())
        {
            var index = choice.Member("index"u8).Count() ?? 0;
            var known = _choices.GetValueOrDefault(index, (new StringBuilder(), null));
            known.Text.Append(choice.Text("text"u8));
            _choices[index] = (known.Text, choice.Text("finish_reason"u8) ?? known.Finish);
        }
    }

    private ReadOnlyMemory<byte> Write()
    {
        var whole = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(whole, HubJson.Writing);
        json.WriteStartObject();
        json.WriteString("id"u8, _id);
        json.WriteString("object"u8, "text_completion"u8);
        json.WriteNumber("created"u8, _created ?? 0);
        json.WriteString("model"u8, _model);
        json.WriteStartArray("choices"u8);
        foreach (var (index, choice) in _choices)
        {
            json.WriteStartObject();
            json.WriteNumber("index"u8, index);
            json.WriteString("text"u8, choice.Text.ToString());
            json.WriteString("finish_reason"u8, choice.Finish);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (_usage.WrittenCount > 0)
        {
            json.WritePropertyName("usage"u8);
            json.WriteRawValue(_usage.WrittenSpan, skipInputValidation: true);
        }

        json.WriteEndObject();
        json.Flush();
        return whole.WrittenMemory;
    }
}
