using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Realtime;

/// <summary>
/// The client's side of a translated session: OpenAI's events, for providers whose session is set up once, by the first <c>session.update</c>
/// or with the defaults when the client begins to talk before that.
/// </summary>
/// <param name="publicModel">Model as the client calls it.</param>
/// <param name="sessionId">Names the session.</param>
public abstract class RealtimeTranslator(string publicModel, string sessionId) : IRealtimeTranslator
{
    /// <inheritdoc/>
    public TokenUsage? Unreported => Usage;

    /// <summary>Names the session.</summary>
    private protected string SessionId { get; } = sessionId;

    /// <summary>Tells the client what happens.</summary>
    private protected RealtimeTalk Talk { get; } = new(sessionId, publicModel);

    /// <summary>What the client asked for; null for the defaults.</summary>
    private protected RealtimeSettings? Settings { get; private set; }

    /// <summary>The provider has been told how the session is to be.</summary>
    private protected bool IsSetUp { get; private set; }

    /// <summary>The client has cancelled the answer: what still comes of it is passed over.</summary>
    private protected bool IsMuted { get; set; }

    /// <summary>Tokens of the answer that is being made.</summary>
    private protected TokenUsage? Usage { get; set; }

    /// <inheritdoc/>
    public void Open(RealtimeOutbox outbox) => Talk.Session(outbox, "session.created", null);

    /// <inheritdoc/>
    public abstract void Close(RealtimeOutbox outbox);

    /// <inheritdoc/>
    public abstract void TakeFromUpstream(ReadOnlyMemory<byte> message, RealtimeOutbox outbox);

    /// <inheritdoc/>
    public void TakeFromClient(ReadOnlyMemory<byte> message, RealtimeOutbox outbox)
    {
        using var document = RealtimeMessage.Parse(message);
        var json = document.RootElement;
        var type = json.Text("type"u8);
        if (type is "session.update")
        {
            Update(json, outbox);
            return;
        }

        if (!IsSetUp)
        {
            IsSetUp = true;
            Begin(null, outbox);
        }

        switch (type)
        {
            case "input_audio_buffer.append":
                Append(json.Text("audio"u8) ?? throw new WireException("Missing required parameter: 'audio'.", "audio"), outbox);
                break;
            case "input_audio_buffer.commit":
                Talk.Committed(outbox);
                Commit(outbox);
                break;
            case "input_audio_buffer.clear":
                Talk.Plain(outbox, "input_audio_buffer.cleared");
                break;
            case "conversation.item.create":
                Create(json.Member("item"u8), outbox);
                break;
            case "conversation.item.truncate":
                Talk.Plain(outbox, "conversation.item.truncated", ("item_id", json.Text("item_id"u8) ?? ""));
                break;
            case "response.create":
                IsMuted = false;
                Respond(json.Member("response"u8), outbox);
                break;
            case "response.cancel" when Talk.IsAnswering:
                IsMuted = true;
                Talk.End(outbox, "cancelled", "client_cancelled", Spent());
                break;
            case "response.cancel":
                throw new WireException("Cancellation failed: no active response found");
            case null:
                throw new WireException("Missing required parameter: 'type'.", "type");
            default:
                throw new WireException($"Events of the type '{type}' cannot be carried out by this model.", "type");
        }
    }

    /// <summary>Tells the provider how the session is to be; null for the defaults.</summary>
    private protected abstract void Begin(RealtimeSettings? settings, RealtimeOutbox outbox);

    /// <summary>Passes sound on, in base64.</summary>
    private protected abstract void Append(string audio, RealtimeOutbox outbox);

    /// <summary>The client says that it has spoken.</summary>
    private protected abstract void Commit(RealtimeOutbox outbox);

    /// <summary>Keeps the result of a call for the next answer; false when nobody made the call.</summary>
    private protected abstract bool TryAddResult(string callId, string output);

    /// <summary>Keeps a message for the next answer.</summary>
    private protected abstract void AddMessage(JsonElement item);

    /// <summary>Asks for an answer.</summary>
    private protected abstract void Respond(JsonElement response, RealtimeOutbox outbox);

    /// <summary>Tokens to tell the client of; from here on they are told.</summary>
    private protected TokenUsage? Spent()
    {
        var spent = Usage;
        Usage = null;
        return spent;
    }

    private void Update(JsonElement json, RealtimeOutbox outbox)
    {
        if (IsSetUp)
        {
            throw new WireException(
                "The session of this model cannot be changed once it has begun: send session.update first, and once.", "session");
        }

        var settings = RealtimeSettings.Read(json.Member("session"u8));
        Begin(settings, outbox);
        Settings = settings;
        IsSetUp = true;
    }

    private void Create(JsonElement item, RealtimeOutbox outbox)
    {
        if (item.ValueKind is not JsonValueKind.Object)
        {
            throw new WireException("Missing required parameter: 'item'.", "item");
        }

        switch (item.Text("type"u8))
        {
            case "function_call_output":
                var callId = item.Text("call_id"u8) ?? "";
                if (!TryAddResult(callId, item.Text("output"u8) ?? ""))
                {
                    throw new WireException($"No tool call found for function call output with call_id {callId}.", "item.call_id");
                }

                break;
            case "message":
                AddMessage(item);
                break;
            default:
                throw new WireException("Items for this model are of the type 'message' or 'function_call_output'.", "item.type");
        }

        Talk.Accept(outbox, item);
    }
}
