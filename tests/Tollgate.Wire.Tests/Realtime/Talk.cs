using System.Text;
using System.Text.Json;
using Tollgate.Wire.Realtime;

namespace Tollgate.Wire.Tests.Realtime;

/// <summary>Speaks to a translator from both sides and keeps what it says.</summary>
internal sealed class Talk
{
    private readonly IRealtimeTranslator _translator;
    private readonly RealtimeOutbox _outbox = new();

    public Talk(IRealtimeTranslator translator)
    {
        _translator = translator;
        _translator.Open(_outbox);
        Collect();
    }

    /// <summary>Events that the client got, since they were last asked for.</summary>
    public List<JsonElement> Client { get; private set; } = [];

    /// <summary>Messages that the provider got, since they were last asked for.</summary>
    public List<string> Upstream { get; private set; } = [];

    public string[] TakeTypes()
    {
        var types = Client.Select(static json => json.GetProperty("type").GetString()!).ToArray();
        Client = [];
        return types;
    }

    public List<string> TakeUpstream()
    {
        var messages = Upstream;
        Upstream = [];
        return messages;
    }

    public Talk Say(string json)
    {
        _outbox.Clear();
        _translator.TakeFromClient(Encoding.UTF8.GetBytes(json), _outbox);
        Collect();
        return this;
    }

    public Talk Hear(string json)
    {
        _outbox.Clear();
        _translator.TakeFromUpstream(Encoding.UTF8.GetBytes(json), _outbox);
        Collect();
        return this;
    }

    public Talk Leave()
    {
        _outbox.Clear();
        _translator.Close(_outbox);
        Collect();
        return this;
    }

    private void Collect()
    {
        Client.AddRange(_outbox.ToClient.Select(static bytes => JsonDocument.Parse(bytes).RootElement));
        Upstream.AddRange(_outbox.ToUpstream.Select(static bytes => Encoding.UTF8.GetString(bytes.Span)));
    }
}
