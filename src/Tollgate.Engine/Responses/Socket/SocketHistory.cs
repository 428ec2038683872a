using System.Buffers;
using System.Text.Json;

namespace Tollgate.Engine.Responses.Socket;

/// <summary>
/// Answers that are kept nowhere but as long as their socket is open: those that must not be stored, and warm-ups. The oldest leave first.
/// </summary>
internal sealed class SocketHistory
{
    private const int MostAnswers = 16;
    private const long MostBytes = 16L * 1024 * 1024;

    private readonly LinkedList<(string Id, ReadOnlyMemory<byte> Items)> _answers = new();
    private long _bytes;

    /// <summary>The whole conversation of a frame whose earlier answer is here; null when that is elsewhere or there is none.</summary>
    public ReadOnlyMemory<byte>? Continue(SocketRequest request)
    {
        foreach (var (id, items) in _answers)
        {
            if (string.Equals(id, request.PreviousResponseId, StringComparison.Ordinal))
            {
                return Joined(items, request.Input ?? "[]"u8.ToArray());
            }
        }

        return null;
    }

    /// <summary>Remembers what was said.</summary>
    /// <param name="id">The answer's id as the client has it.</param>
    /// <param name="input">Everything before it, as an array.</param>
    /// <param name="answer">The response object; empty for none.</param>
    public void Add(string id, ReadOnlyMemory<byte> input, ReadOnlyMemory<byte> answer)
    {
        var items = answer.IsEmpty ? input : Joined(input, OutputOf(answer));
        if (items.Length > MostBytes)
        {
            return;
        }

        _answers.AddLast((id, items.ToArray()));
        _bytes += items.Length;
        while (_answers.First is { } oldest && (_answers.Count > MostAnswers || _bytes > MostBytes))
        {
            _bytes -= oldest.Value.Items.Length;
            _answers.RemoveFirst();
        }
    }

    /// <summary>The output as it may be sent again: a thought without its encrypted content means nothing to anybody.</summary>
    private static ReadOnlyMemory<byte> OutputOf(ReadOnlyMemory<byte> answer)
    {
        using var document = JsonDocument.Parse(answer);
        var items = new ArrayBufferWriter<byte>(answer.Length);
        using var writer = new Utf8JsonWriter(items, new JsonWriterOptions { SkipValidation = true });
        writer.WriteStartArray();
        if (document.RootElement.TryGetProperty("output"u8, out var output) && output.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in output.EnumerateArray())
            {
                var isThought = item.ValueKind == JsonValueKind.Object && item.TryGetProperty("type"u8, out var type) && type.ValueEquals("reasoning"u8);
                if (!isThought || (item.TryGetProperty("encrypted_content"u8, out var content) && content.ValueKind == JsonValueKind.String))
                {
                    item.WriteTo(writer);
                }
            }
        }

        writer.WriteEndArray();
        writer.Flush();
        return items.WrittenMemory;
    }

    private static ReadOnlyMemory<byte> Joined(ReadOnlyMemory<byte> first, ReadOnlyMemory<byte> second)
        => KeptResponse.Join([first[1..^1], second[1..^1]]);
}
