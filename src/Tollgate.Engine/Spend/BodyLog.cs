using System.Buffers;
using System.Text.Json;
using Tollgate.Engine.Pipeline;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Engine.Spend;

/// <summary>
/// What a call said and was told, kept for its row of the logs (<c>store_prompts_in_spend_logs</c>, database.md 4.5). There is one only for
/// calls whose bodies are stored: all others pay one look at a setting.
/// </summary>
internal sealed class BodyLog
{
    /// <summary>Bytes of a stream that are kept; of a longer one only what came before.</summary>
    private const int MostOfStream = 4 * 1024 * 1024;

    private readonly bool _redacts;
    private ArrayBufferWriter<byte>? _answer;
    private bool _isStream;
    private bool _isFull;

    private BodyLog(bool redacts) => _redacts = redacts;

    /// <summary>The log of a peeked call; null when its bodies are not stored.</summary>
    public static BodyLog? For(CallContext call)
    {
        var settings = call.Snapshot.Config.Spend;
        if (!settings.StoreBodies || settings.DisableLogs || call.CountsTokens || (IsOn(call, "no-log"u8) && !settings.IgnoreNoLog))
        {
            return null;
        }

        return new BodyLog(
            settings.RedactBodies || IsOn(call, "turn_off_message_logging"u8)
            || string.Equals(call.Http.Request.Headers["x-litellm-enable-message-redaction"].ToString(), "true", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Keeps a whole answer as the client gets it.</summary>
    public void Keep(AnswerPath path)
    {
        if (path.ContentType.StartsWith("application/json", StringComparison.OrdinalIgnoreCase))
        {
            _answer = new ArrayBufferWriter<byte>(Math.Max(path.Length, 1));
            path.WriteTo(_answer);
        }
    }

    /// <summary>Writes the client's events for a payload, and keeps them.</summary>
    /// <param name="path">The stream.</param>
    /// <param name="payload">The upstream's payload looked at last.</param>
    /// <param name="output">The client; null when it has left.</param>
    public void Forward(StreamPath path, ReadOnlyMemory<byte> payload, IBufferWriter<byte>? output)
    {
        _isStream = true;
        _answer ??= new ArrayBufferWriter<byte>(4096);
        var before = _answer.WrittenCount;
        path.WriteTo(payload, _isFull ? output ?? _answer : _answer);
        if (!_isFull)
        {
            output?.Write(_answer.WrittenSpan[before..]);
            _isFull = _answer.WrittenCount > MostOfStream;
        }
    }

    /// <summary>Fills the row's columns.</summary>
    public void Fill(CallContext call, SpendEvent spent)
    {
        var longest = call.Snapshot.Config.Spend.LongestStoredText;
        spent.RequestBody = StoredJson.Of(call.Body.Span, longest, _redacts, isAnswer: false);
        try
        {
            var answer = !_isStream ? _answer?.WrittenMemory ?? default : Assembled(call, spent);
            spent.ResponseBody = answer.IsEmpty ? default : StoredJson.Of(answer.Span, longest, _redacts, isAnswer: true);
        }
        catch (Exception exception) when (exception is JsonException or InvalidDataException or InvalidOperationException or NotSupportedException)
        {
            // What cannot be put together is not kept; what it cost is.
            spent.ResponseBody = default;
        }
    }

    /// <summary>The whole answer that a stream made, in its client's dialect.</summary>
    private ReadOnlyMemory<byte> Assembled(CallContext call, SpendEvent spent)
    {
        if (_answer is null || Dialects.Of(call.Surface) is not { } codec)
        {
            return default;
        }

        if (call.Surface == Surface.Completions)
        {
            return CompletionAssembly.OfStream(_answer.WrittenMemory);
        }

        var response = AnswerAssembly.OfStream(codec, _answer.WrittenMemory, call.Envelope.Model);
        response.Usage = call.Usage;
        var view = new AnswerView
        {
            Surface = call.Surface,
            Model = call.Envelope.Model,
            ModelJson = call.Envelope.ModelJson,
            CreatedUnixSeconds = spent.Start.ToUnixTimeSeconds(),
            PromptBytes = call.Body.Length,
        };
        var whole = new ArrayBufferWriter<byte>(_answer.WrittenCount);
        using var json = new Utf8JsonWriter(whole, HubJson.Writing);
        codec.WriteResponse(response, view, json);
        json.Flush();
        return whole.WrittenMemory;
    }

    private static bool IsOn(CallContext call, ReadOnlySpan<byte> name)
        => call.Members.Find(call.Body.Span, name) is >= 0 and var index && call.Members[index].Kind == JsonKind.True;
}
