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

    private readonly LinkedList<(string Id, Conversation Said)> _answers = new();
    private long _bytes;

    /// <summary>What a frame goes on from.</summary>
    /// <param name="Items">Items of the conversation that are kept here, as an array; the frame's own are the last.</param>
    /// <param name="PreviousId">The answer before them, which is kept elsewhere; null for none.</param>
    public readonly record struct Conversation(ReadOnlyMemory<byte> Items, string? PreviousId);

    /// <summary>The conversation of a frame whose earlier answer is here; null when that is elsewhere or there is none.</summary>
    public Conversation? Continue(SocketRequest request)
    {
        foreach (var (id, said) in _answers)
        {
            if (string.Equals(id, request.PreviousResponseId, StringComparison.Ordinal))
            {
                return said with { Items = Joined(said.Items, request.Input ?? "[]"u8.ToArray()) };
            }
        }

        return null;
    }

    /// <summary>Remembers what was said.</summary>
    /// <param name="id">The answer's id as the client has it.</param>
    /// <param name="request">The frame that it answers.</param>
    /// <param name="conversation">What that went on from; null for what is not here.</param>
    /// <param name="answer">The response object; empty for none.</param>
    public void Add(string id, SocketRequest request, Conversation? conversation, ReadOnlyMemory<byte> answer)
    {
        var before = conversation ?? new Conversation(request.Input ?? "[]"u8.ToArray(), request.PreviousResponseId);
        var items = answer.IsEmpty ? before.Items : Joined(before.Items, OutputOf(answer));
        if (items.Length > MostBytes)
        {
            return;
        }

        _answers.AddLast((id, before with { Items = items.ToArray() }));
        _bytes += items.Length;
        while (_answers.First is { } oldest && (_answers.Count > MostAnswers || _bytes > MostBytes))
        {
            _bytes -= oldest.Value.Said.Items.Length;
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
