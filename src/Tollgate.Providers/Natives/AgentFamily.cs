using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Natives;

namespace Tollgate.Providers.Natives;

/// <summary>
/// Agents that speak Agent2Agent at an address of their own (07-native-others.md section 15). What they take as a task is asked for until it is
/// over; agents that cannot stream are asked again without.
/// </summary>
internal static class AgentFamily
{
    /// <summary>JSON-RPC's "method not found", and Agent2Agent's "this operation is not supported".</summary>
    private static readonly long[] CannotStream = [-32601, -32004];

    public static IUpstreamConnection Open(ConnectionDraft draft, ConnectionServices services)
    {
        var polling = new Polling(services.Clock) { Pause = TimeSpan.FromSeconds(0.5), Limit = TimeSpan.FromDays(1) };
        return new NativeConnection(draft, new KeyAuthorization(draft, draft.Row.Auth), new NativeWiring
        {
            Spoken = Surface.AgentMessage,
            Address = (surface, _) => surface is Surface.AgentMessage ? NativeConnection.Below(draft, "") : NativeConnection.NotServed(draft, surface),

            // Pydantic AI's server answers every message with a task and knows no streams.
            Options = draft.Row.Slug is "pydantic_ai_agents"
                ? new Dictionary<string, string>(StringComparer.Ordinal) { [AgentWords.StreamOption] = "false" } : null,
            Exchange = (transport, message, request, token) => ExchangeAsync(polling, transport, message, request, token),
        });
    }

    private static async Task<HttpResponseMessage> ExchangeAsync(
        Polling polling, HttpMessageInvoker transport, HttpRequestMessage message, UpstreamRequest request, CancellationToken cancellationToken)
    {
        if (!request.Stream || !AgentWords.AsksForStream(request.Json.Span))
        {
            return await polling.RunAsync(transport, message, task => StateOf(task, message.RequestUri!), cancellationToken);
        }

        var response = await transport.SendAsync(message, cancellationToken);
        if (!response.IsSuccessStatusCode || response.Content.Headers.ContentType?.MediaType is not "application/json")
        {
            return response;
        }

        // An agent that cannot stream says so, or answers as if it had not been asked to.
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        if (NextOf(body, request, message.RequestUri!) is not { } next)
        {
            return Polling.Ended(response, body, response.StatusCode);
        }

        response.Dispose();
        using var again = new HttpRequestMessage(HttpMethod.Post, message.RequestUri)
        {
            Content = new ReadOnlyMemoryContent(next) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        foreach (var (name, values) in message.Headers.NonValidated)
        {
            again.Headers.TryAddWithoutValidation(name, (IEnumerable<string>)values);
        }

        return await polling.RunAsync(transport, again, task => StateOf(task, message.RequestUri!), cancellationToken);
    }

    /// <summary>What is to be sent after a whole answer to the question for a stream; null where it is the last word.</summary>
    private static ReadOnlyMemory<byte>? NextOf(byte[] body, UpstreamRequest request, Uri address)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var code = document.RootElement.Member("error"u8).Member("code"u8);
            if (code.ValueKind is JsonValueKind.Number && code.TryGetInt64(out var number) && CannotStream.Contains(number))
            {
                return AgentWords.WithoutStream(request.Json.Span);
            }

            // Not one expression: a null would become an empty question.
            var state = StateOf(document.RootElement, address);
            if (state.IsOver)
            {
                return null;
            }

            return state.Question;
        }
        catch (JsonException)
        {
            // Whoever reads the answer says what is wrong with it.
            return null;
        }
    }

    private static PollState StateOf(JsonElement answer, Uri address)
    {
        var task = answer.Member("result"u8);
        return task.Member("status"u8).Text("state"u8) is "submitted" or "working" && task.Text("id"u8) is { Length: > 0 } id
            ? PollState.Goes(address) with { Question = QuestionAbout(id) } : PollState.Over;
    }

    private static byte[] QuestionAbout(string task)
    {
        var written = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(written, HubJson.Writing))
        {
            json.WriteStartObject();
            json.WriteString("jsonrpc"u8, "2.0"u8);
            json.WriteString("id"u8, task);
            json.WriteString("method"u8, "tasks/get"u8);
            json.WriteStartObject("params"u8);
            json.WriteString("id"u8, task);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return written.WrittenSpan.ToArray();
    }
}
