using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tollgate.Engine.Media;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;
using Tollgate.Wire;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Engine.Upstream;

/// <summary>Canned answers in place of an upstream: <c>mock_response</c> of a deployment or a request, and simulated failures (llm-api.md 6).</summary>
internal sealed class MockAnswers(TimeProvider time)
{
    private const int EmbeddingDimensions = 16;

    /// <summary>A simulated rate limit is over at the first retry; all other simulated failures stay (routing.md 6.3, 8.3).</summary>
    private const string RateLimited = "litellm.RateLimitError";

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Text that fails an attempt, as in LiteLLM, and the class it stands for.</summary>
    private static readonly (string Word, UpstreamErrorKind Kind, int Status)[] Failures =
    [
        (RateLimited, UpstreamErrorKind.RateLimit, 429),
        ("litellm.ContextWindowExceededError", UpstreamErrorKind.ContextWindowExceeded, 400),
        ("litellm.ContentPolicyViolationError", UpstreamErrorKind.ContentPolicyViolation, 400),
        ("Exception: content_filter_policy", UpstreamErrorKind.ContentPolicyViolation, 400),
        ("litellm.InternalServerError", UpstreamErrorKind.InternalServer, 500),
    ];

    /// <summary>A canned answer: bytes in the dialect, or a failure.</summary>
    internal readonly record struct Mock(MemoryStream? Body, AttemptOutcome? Failure);

    /// <summary>True when a call is not to reach the upstream.</summary>
    public static bool WantsMock(CallContext call, Deployment deployment)
        => deployment.Config.MockResponse is not null
            || (call.Snapshot.Config.General.AllowClientMock
                && (call.Envelope.MockResponse is not null || call.Envelope.MockTimeout || FailsNow(call)));

    /// <summary>Makes the answer.</summary>
    public async ValueTask<Mock> MakeAsync(CallContext call, Deployment deployment, AttemptClock clock)
    {
        if (call.Envelope.MockTimeout)
        {
            // Nothing ends this wait but the attempt's own timeout or the client.
            await Task.Delay(Timeout.InfiniteTimeSpan, time, clock.Token);
        }

        if ((call.Envelope.MockDelay ?? deployment.Config.MockDelay) is { } delay)
        {
            await Task.Delay(delay, time, clock.Token);
        }

        var json = call.Envelope.MockResponse ?? deployment.Config.MockResponse ?? default;
        var text = FailsNow(call) ? call.Envelope.MockFailure! : JsonText.AsString(json.Span);
        foreach (var (word, kind, status) in Failures)
        {
            if (string.Equals(text, word, StringComparison.Ordinal))
            {
                var failure = new AttemptOutcome { Deployment = deployment, Kind = kind, Status = status, Message = "Simulated failure (mock)." };
                return new Mock(null, failure);
            }
        }

        var answer = text is null ? json.ToArray()
            : call.Surface.IsMedia() ? MediaMocks.Answer(call, text)
            : Answer(call, text);
        return new Mock(call.Envelope.Stream && call.Surface is not Surface.Embeddings && !call.Surface.IsMedia() ? AsStream(answer) : new MemoryStream(answer), null);
    }

    /// <summary>A simulated failure concerns the group asked for only, so that fallbacks can be seen to work.</summary>
    private static bool FailsNow(CallContext call)
        => call.Envelope.MockFailure is { } failure && call.Plan is { Fallbacks: 0 } plan
            && (plan.Retries == 0 || !string.Equals(failure, RateLimited, StringComparison.Ordinal));

    private byte[] Answer(CallContext call, string text)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Relaxed))
        {
            json.WriteStartObject();
            if (call.Surface == Surface.Embeddings)
            {
                WriteEmbeddings(json, call);
            }
            else
            {
                WriteChoices(json, call.Surface == Surface.Chat, text);
                WriteUsage(json, TokenEstimate.FromBytes(call.Body.Length), TokenEstimate.FromBytes(Encoding.UTF8.GetByteCount(text)));
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private void WriteChoices(Utf8JsonWriter json, bool chat, string text)
    {
        json.WriteString("id"u8, (chat ? "chatcmpl-" : "cmpl-") + Guid.NewGuid().ToString("N"));
        json.WriteString("object"u8, chat ? "chat.completion" : "text_completion");
        json.WriteNumber("created"u8, time.GetUtcNow().ToUnixTimeSeconds());
        json.WriteString("model"u8, "");
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, 0);
        if (chat)
        {
            json.WriteStartObject("message"u8);
            json.WriteString("role"u8, "assistant"u8);
            json.WriteString("content"u8, text);
            json.WriteEndObject();
        }
        else
        {
            json.WriteString("text"u8, text);
            json.WriteNull("logprobs"u8);
        }

        json.WriteString("finish_reason"u8, "stop"u8);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteUsage(Utf8JsonWriter json, long prompt, long completion)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, prompt);
        json.WriteNumber("completion_tokens"u8, completion);
        json.WriteNumber("total_tokens"u8, prompt + completion);
        json.WriteEndObject();
    }

    private static void WriteEmbeddings(Utf8JsonWriter json, CallContext call)
    {
        var body = call.Body.Span;
        json.WriteString("object"u8, "list"u8);
        json.WriteString("model"u8, "");
        json.WriteStartArray("data"u8);
        var input = call.Members[call.Members.Find(body, "input"u8)];
        var count = 0;
        if (input.Kind == JsonKind.Array)
        {
            var items = new JsonWalker(body, input.ValueStart);
            var tokens = false;
            while (!tokens && items.MoveNext())
            {
                // A bare list of numbers is one input in tokens.
                tokens = items.Current.Kind == JsonKind.Number;
                if (!tokens)
                {
                    WriteEmbedding(json, count++, items.Value);
                }
            }
        }

        if (count == 0)
        {
            WriteEmbedding(json, 0, body.Slice(input.ValueStart, input.ValueLength));
        }

        json.WriteEndArray();
        WriteUsage(json, TokenEstimate.FromBytes(input.ValueLength), 0);
    }

    /// <summary>A unit-free vector that depends on the input alone, so that equal texts have equal vectors.</summary>
    private static void WriteEmbedding(Utf8JsonWriter json, int index, ReadOnlySpan<byte> input)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input, hash);
        json.WriteStartObject();
        json.WriteString("object"u8, "embedding"u8);
        json.WriteNumber("index"u8, index);
        json.WriteStartArray("embedding"u8);
        for (var i = 0; i < EmbeddingDimensions; i++)
        {
            json.WriteNumberValue((hash[i] - 127.5f) / 127.5f);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static MemoryStream AsStream(byte[] answer)
    {
        var events = new ArrayBufferWriter<byte>(answer.Length + 512);
        WholeAnswer.WriteAsStream(answer, showUsage: true, events);
        return new MemoryStream(events.WrittenSpan.ToArray());
    }
}
