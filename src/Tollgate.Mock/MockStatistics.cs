using System.Buffers;
using System.Text.Json;

namespace Tollgate.Mock;

/// <summary>What the server has done since its start. Also at <c>GET /__stats</c>, which is not counted itself.</summary>
public sealed class MockStatistics
{
    private long _requests;
    private long _streams;
    private long _chunks;
    private long _clientAborts;
    private long _errors;
    private long _cuts;
    private long _promptTokens;
    private long _completionTokens;

    /// <summary>Requests whose body was read, scripted ones included.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Answers that were started as a stream.</summary>
    public long Streams => Interlocked.Read(ref _streams);

    /// <summary>Content events sent.</summary>
    public long Chunks => Interlocked.Read(ref _chunks);

    /// <summary>Requests whose client left before the answer had ended.</summary>
    public long ClientAborts => Interlocked.Read(ref _clientAborts);

    /// <summary>Injected errors: statuses, HTML pages, errors in a 200 and in a stream.</summary>
    public long Errors => Interlocked.Read(ref _errors);

    /// <summary>Connections cut by the server.</summary>
    public long Cuts => Interlocked.Read(ref _cuts);

    /// <summary>Prompt tokens of all answers that were started; errors and cuts before the body count none.</summary>
    public long PromptTokens => Interlocked.Read(ref _promptTokens);

    /// <summary>Completion tokens produced: all of a body, and of a stream the content events sent, whoever ended it.</summary>
    public long CompletionTokens => Interlocked.Read(ref _completionTokens);

    internal long RequestStarted() => Interlocked.Increment(ref _requests);

    internal void StreamStarted() => Interlocked.Increment(ref _streams);

    internal void ChunkSent()
    {
        Interlocked.Increment(ref _chunks);
        Interlocked.Increment(ref _completionTokens);
    }

    internal void ClientAborted() => Interlocked.Increment(ref _clientAborts);

    internal void ErrorInjected() => Interlocked.Increment(ref _errors);

    internal void ConnectionCut() => Interlocked.Increment(ref _cuts);

    internal void TokensUsed(int prompt, int completion)
    {
        Interlocked.Add(ref _promptTokens, prompt);
        Interlocked.Add(ref _completionTokens, completion);
    }

    internal byte[] ToJson()
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteNumber("requests"u8, Requests);
            json.WriteNumber("streams"u8, Streams);
            json.WriteNumber("chunks"u8, Chunks);
            json.WriteNumber("client_aborts"u8, ClientAborts);
            json.WriteNumber("errors"u8, Errors);
            json.WriteNumber("cuts"u8, Cuts);
            json.WriteNumber("prompt_tokens"u8, PromptTokens);
            json.WriteNumber("completion_tokens"u8, CompletionTokens);
            json.WriteNumber("total_tokens"u8, PromptTokens + CompletionTokens);
            json.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }
}
