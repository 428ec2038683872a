using System.Buffers;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.Relay;

namespace Tollgate.Wire.Realtime;

/// <summary>Listens to a session of Google's Live API that is relayed as it is: what its turns used, and which model it is about.</summary>
public sealed class LiveUsage
{
    private TokenUsage? _turn;

    private TokenUsage? _turns;

    /// <summary>Sum over the turns, the running one included; null before the first report.</summary>
    public TokenUsage? Sum => (_turns, _turn) switch
    {
        ({ } whole, { } running) => AnswerUsage.Sum(whole, running),
        (var whole, var running) => whole ?? running,
    };

    /// <summary>Looks at a message of the provider.</summary>
    public void Take(ReadOnlyMemory<byte> message)
    {
        var text = message.Span;
        if (text.IndexOf("usageMetadata"u8) < 0 && text.IndexOf("turnComplete"u8) < 0)
        {
            return;
        }

        using var document = RealtimeMessage.TryParse(message);
        if (document is null)
        {
            return;
        }

        var json = document.RootElement;
        if (AnswerUsage.Read(json) is { } usage)
        {
            // What is said of a turn again is said of more of it.
            _turn = _turn is { } known ? AnswerUsage.Larger(known, usage) : usage;
        }

        if (_turn is not null && json.Member("serverContent"u8).Member("turnComplete"u8).Flag() is true)
        {
            _turns = Sum;
            _turn = null;
        }
    }

    /// <summary>The model that a client's first message sets up, as the client names it; null when it sets up none.</summary>
    public static string? ModelOf(ReadOnlyMemory<byte> message)
    {
        using var document = RealtimeMessage.TryParse(message);
        return document?.RootElement.Member("setup"u8).Text("model"u8);
    }

    /// <summary>The same message with another model; the message has one.</summary>
    public static ReadOnlyMemory<byte> WithModel(ReadOnlyMemory<byte> message, string model)
    {
        var json = message.Span;
        if (!JsonWalker.TryFind(json, 0, "setup"u8, out var setup) || !JsonWalker.TryFind(json, setup.ValueStart, "model"u8, out var named))
        {
            return message;
        }

        var edits = new JsonEdits();
        edits.Replace(named.ValueStart, named.End, JsonText.Quote(model));
        var written = new ArrayBufferWriter<byte>(message.Length + model.Length);
        edits.WriteTo(json, written);
        return written.WrittenMemory;
    }
}
