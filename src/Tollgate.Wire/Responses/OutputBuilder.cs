using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Responses;

/// <summary>
/// Makes an answer's output from events, and says to a streaming client what happens to it: items open and close in the order that the dialect
/// promises, whatever the upstream's blocks were. One instance an answer.
/// </summary>
internal sealed partial class OutputBuilder(AnswerView view)
{
    private readonly EventWriter _events = new();
    private readonly List<OutputItem> _items = [];
    private readonly Dictionary<int, CallItem> _calls = [];
    private readonly bool _isSealed = WantsSeals(view);
    private string? _id;
    private OutputItem? _current;
    private TokenUsage? _usage;
    private StopReason _stop;

    /// <summary>Unix seconds at which the upstream says that it answered; null for the gateway's own time.</summary>
    public long? Created { get; init; }

    /// <summary>Class of service, in the upstream's word.</summary>
    public string? ServiceTier { get; init; }

    /// <summary>Takes what happens next.</summary>
    /// <param name="next">What.</param>
    /// <param name="output">The client's stream; null when the answer is sent whole.</param>
    public void Take(in ChatEvent next, IBufferWriter<byte>? output)
    {
        _usage = next.Usage ?? _usage;
        if (next.Choice > 0 || next.Kind is ChatEventKind.Usage or ChatEventKind.Extra)
        {
            // The dialect has one answer a call.
            return;
        }

        Start(next.Id, next.Kind, output);
        switch (next.Kind)
        {
            case ChatEventKind.Text or ChatEventKind.Refusal:
                Say(next.Text ?? "", next.Kind is ChatEventKind.Refusal, output);
                break;
            case ChatEventKind.Thinking:
                Think(next.Text ?? "", output);
                break;
            case ChatEventKind.Signature:
                Seal(next.Text, output);
                break;
            case ChatEventKind.RedactedThinking:
                Redact(next.Text, output);
                break;
            case ChatEventKind.ToolCallStart:
                StartCall(next, output);
                break;
            case ChatEventKind.ToolCallArguments:
                Argue(next.Index, next.Text ?? "", output);
                break;
            case ChatEventKind.Part when next.Part is { } part:
                AddWhole(part, output);
                break;
            case ChatEventKind.Citation when next.Citation is { } citation:
                Cite(citation, output);
                break;
            case ChatEventKind.LogProbs when next.Json is { } probabilities:
                AddLogProbs(probabilities);
                break;
            case ChatEventKind.BlockEnd:
                EndBlock(output);
                break;
            case ChatEventKind.Finish:
                _stop = next.Stop;
                break;
            default:
                break;
        }
    }

    /// <summary>Closes what is open and the answer with it.</summary>
    /// <returns>The answer's object.</returns>
    public ReadOnlyMemory<byte> Complete(IBufferWriter<byte>? output)
    {
        Start(null, ChatEventKind.Start, output);
        var reason = _stop switch
        {
            StopReason.Length or StopReason.ContextWindow => "max_output_tokens",
            StopReason.ContentFilter => "content_filter",
            StopReason.Refusal when !_items.Exists(static item => item is MessageItem message && message.Content.Exists(static part => part.IsRefusal))
                => "content_filter",
            _ => null,
        };
        var status = reason is null ? "completed" : "incomplete";
        CloseAll(status, output);
        var whole = Bytes(Object(status) with { Reason = reason });
        var type = reason is null ? "response.completed"u8 : "response.incomplete"u8;
        var json = _events.Begin(type);
        json.WritePropertyName("response"u8);
        json.WriteRawValue(whole.Span, skipInputValidation: true);
        _events.End(type, output);
        return whole;
    }

    /// <summary>Says that the rest will not come.</summary>
    public void Fail(ErrorBody error, IBufferWriter<byte> output)
    {
        Start(null, ChatEventKind.Start, output);
        ErrorEvents.Write(_events, error, Object("failed") with { Error = error }, output);
    }

    /// <summary>
    /// Thoughts come back sealed where the client asked for that, and where tools may be called: the next turn is refused by some providers
    /// when the thoughts before the call are missing (08-bridges.md section 2.3).
    /// </summary>
    private static bool WantsSeals(AnswerView view)
        => view.Request is { Tools.Count: > 0 } || Items.Holds(view.RequestJson.Member("include"u8), "reasoning.encrypted_content"u8);

    private void Start(string? id, ChatEventKind kind, IBufferWriter<byte>? output)
    {
        if (_id is not null)
        {
            return;
        }

        var given = kind is ChatEventKind.Start ? id : null;
        _id = view.PublicId?.Invoke(given) ?? (given is not null && given.StartsWith("resp_", StringComparison.Ordinal) ? given : "resp_" + view.NewId());
        Announce("response.created"u8, output);
        Announce("response.in_progress"u8, output);
    }

    private void Announce(ReadOnlySpan<byte> type, IBufferWriter<byte>? output)
    {
        var json = _events.Begin(type);
        json.WritePropertyName("response"u8);
        (Object("in_progress") with { Output = [], Usage = null }).Write(json);
        _events.End(type, output);
    }

    private ResponseObject Object(string status) => new()
    {
        Id = _id!,
        View = view,
        Created = Created ?? view.CreatedUnixSeconds,
        Status = status,
        Output = _items,
        Usage = _usage,
        ServiceTier = ServiceTier,
    };

    private static ReadOnlyMemory<byte> Bytes(ResponseObject response)
    {
        var bytes = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(bytes, HubJson.Writing))
        {
            response.Write(json);
        }

        return bytes.WrittenMemory;
    }
}
