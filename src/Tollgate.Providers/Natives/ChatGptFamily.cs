using System.Net.Http.Headers;
using System.Text.Json;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Sse;

namespace Tollgate.Providers.Natives;

/// <summary>
/// ChatGPT's subscription: OpenAI's responses, always streamed and never kept (07-native-others.md section 14). A client that does not
/// stream gets the answer that the stream's last event holds.
/// </summary>
internal static class ChatGptFamily
{
    private const string Instructions = "You are a helpful assistant.";

    private static readonly string[] Refused =
    [
        "max_tokens", "max_output_tokens", "max_completion_tokens", "metadata", "temperature", "top_p", "user", "store", "stream",
        "service_tier", "truncation", "safety_identifier", "stream_options", "top_logprobs", "instructions",
    ];

    public static IUpstreamConnection Open(ConnectionDraft draft, ConnectionServices services)
    {
        draft.Headers["originator"] = draft.Env("CHATGPT_ORIGINATOR") ?? "tollgate";
        draft.Headers["session_id"] = Guid.NewGuid().ToString();
        draft.Headers["Accept"] = "text/event-stream";
        if (draft.Env("CHATGPT_USER_AGENT") is { } agent)
        {
            draft.Headers["User-Agent"] = agent + draft.Env("CHATGPT_USER_AGENT_SUFFIX");
        }

        var instructions = draft.Env("CHATGPT_DEFAULT_INSTRUCTIONS") ?? Instructions;
        var login = new ChatGptLogin(ChatGptLogin.FileOf(draft), services.Issuer(draft), services.Clock);
        var source = new TokenSource(login.Identity, login.FetchAsync);
        return new NativeConnection(draft, new TokenAuthorization(draft, services.Tokens, source), new NativeWiring
        {
            Spoken = Surface.Responses,
            Address = (_, _) => NativeConnection.Below(draft, "/responses"),
            Shape = (body, _, json) => Shape(body, instructions, json),
            Exchange = static (transport, message, request, token) => request.Stream
                ? transport.SendAsync(message, token) : CollectAsync(transport, message, token),
        });
    }

    private static void Shape(JsonElement body, string instructions, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var member in body.EnumerateObject())
        {
            if (!Refused.Contains(member.Name, StringComparer.Ordinal))
            {
                json.WritePropertyName(member.Name);
                json.WriteElement(member.Value);
            }
        }

        json.WriteString("instructions"u8, body.Text("instructions"u8) ?? instructions);
        json.WriteBoolean("store"u8, false);
        json.WriteBoolean("stream"u8, true);
        json.WriteEndObject();
    }

    /// <summary>Reads a stream to its end and answers with what its last event holds.</summary>
    private static async Task<HttpResponseMessage> CollectAsync(
        HttpMessageInvoker transport, HttpRequestMessage message, CancellationToken cancellationToken)
    {
        var response = await transport.SendAsync(message, cancellationToken);
        if (response.IsSuccessStatusCode)
        {
            var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            response.Content = new ByteArrayContent(LastAnswer(bytes));
            response.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        return response;
    }

    private static byte[] LastAnswer(ReadOnlyMemory<byte> stream)
    {
        var splitter = new SseSplitter();
        var answer = """{"error":{"message":"the stream ended without an answer","type":"server_error"}}"""u8.ToArray();
        for (var more = true; more;)
        {
            more = splitter.TryRead(stream, out var consumed, out var next);
            stream = stream[consumed..];
            if (more || splitter.TryFinish(stream, out next))
            {
                answer = AnswerOf(next.Data) ?? answer;
            }
        }

        return answer;
    }

    private static byte[]? AnswerOf(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var document = JsonDocument.Parse(payload);
            var root = document.RootElement;
            return root.Text("type"u8) is "response.completed" or "response.incomplete" or "response.failed"
                && root.Member("response"u8) is { ValueKind: JsonValueKind.Object } response ? response.Bytes().ToArray()
                : root.Text("type"u8) is "error" ? payload.ToArray() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
