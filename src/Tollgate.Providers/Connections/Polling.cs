using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Tollgate.Engine.Upstream;
using Tollgate.Wire.Hub;

namespace Tollgate.Providers.Connections;

/// <summary>Where a task stands.</summary>
/// <param name="IsOver">Nothing more will come of it.</param>
/// <param name="Next">Where to ask for it; null where the answer does not say (again).</param>
/// <param name="Status">The status that its last answer is told under.</param>
internal readonly record struct PollState(bool IsOver, Uri? Next, HttpStatusCode Status)
{
    /// <summary>Where the task tells what it makes as it makes it; null where it does not.</summary>
    public Uri? Stream { get; init; }

    /// <summary>What is asked, where questions are JSON that is posted; empty where they are not.</summary>
    public ReadOnlyMemory<byte> Question { get; init; }

    /// <summary>A task that is over, whatever it came to: who reads the answer says more.</summary>
    public static PollState Over { get; } = new(IsOver: true, null, HttpStatusCode.OK);

    /// <summary>A task that is not.</summary>
    public static PollState Goes(Uri? next) => new(IsOver: false, next, HttpStatusCode.OK);
}

/// <summary>
/// Waits for providers that answer with a task: asked again and again until it is over, for as long as the attempt may last and never longer
/// than a limit (07-native-others.md section 18). The client's leaving ends it.
/// </summary>
internal sealed class Polling(TimeProvider clock)
{
    /// <summary>Time between two questions.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a task may take at most.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Hosts besides the provider's own address that may be asked, with their subdomains: <c>bfl.ai</c>.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Sends a request and waits for its task.</summary>
    /// <param name="transport">The connection's pool.</param>
    /// <param name="message">The request; questions get its headers, the key among them.</param>
    /// <param name="look">Reads an answer: the body of the request's, or of a question's.</param>
    /// <param name="cancellationToken">Ends waiting.</param>
    /// <returns>The last answer, or the first that is an error.</returns>
    public async Task<HttpResponseMessage> RunAsync(
        HttpMessageInvoker transport, HttpRequestMessage message, Func<JsonElement, PollState> look, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var response = await transport.SendAsync(message, either.Token);
        Uri? known = null;
        try
        {
            while (response.IsSuccessStatusCode)
            {
                var body = await response.Content.ReadAsByteArrayAsync(either.Token);
                var state = StateOf(body, look);
                if (state.Stream is { } stream && MayAsk(stream, message.RequestUri!))
                {
                    response.Dispose();
                    return await AskAsync(transport, message, stream, default, either.Token, "text/event-stream");
                }

                known = state.Next ?? known;
                if (state.IsOver || known is not { } next)
                {
                    return Ended(response, body, state.Status);
                }

                // The key must not be sent to wherever an answer points.
                if (!MayAsk(next, message.RequestUri!))
                {
                    return Ended(
                        response, """{"error":{"message":"The task's own address is not one of the provider's.","code":"502"}}"""u8.ToArray(), HttpStatusCode.BadGateway);
                }

                await Task.Delay(Pause, clock, either.Token);
                response.Dispose();
                response = await AskAsync(transport, message, next, state.Question, either.Token);
            }

            return response;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return Ended(
                response, """{"error":{"message":"The task was not over in time.","code":"504"}}"""u8.ToArray(), HttpStatusCode.GatewayTimeout);
        }
    }

    /// <summary>Puts a body in the place of an answer's own.</summary>
    public static HttpResponseMessage Ended(HttpResponseMessage response, byte[] body, HttpStatusCode status)
    {
        response.StatusCode = status;
        response.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        return response;
    }

    /// <summary>An absolute address in a member; null when there is none.</summary>
    public static Uri? AddressIn(JsonElement json, ReadOnlySpan<byte> name) => Uri.TryCreate(json.Text(name), UriKind.Absolute, out var address) ? address : null;

    private static PollState StateOf(byte[] body, Func<JsonElement, PollState> look)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return look(document.RootElement);
        }
        catch (JsonException)
        {
            // Whoever reads the answer says what is wrong with it.
            return PollState.Over;
        }
    }

    private static async Task<HttpResponseMessage> AskAsync(
        HttpMessageInvoker transport, HttpRequestMessage message, Uri address, ReadOnlyMemory<byte> question, CancellationToken cancellationToken,
        string? accept = null)
    {
        using var ask = ForeignRequest.To(question.IsEmpty ? HttpMethod.Get : HttpMethod.Post, address, message.RequestUri!);
        if (!question.IsEmpty)
        {
            ask.Content = new ReadOnlyMemoryContent(question) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        }

        if (accept is not null)
        {
            ask.Headers.TryAddWithoutValidation("Accept", accept);
        }

        foreach (var (name, values) in message.Headers.NonValidated)
        {
            ask.Headers.TryAddWithoutValidation(name, (IEnumerable<string>)values);
        }

        return await transport.SendAsync(ask, cancellationToken);
    }

    private bool MayAsk(Uri next, Uri asked)
        => ForeignRequest.IsSameOrigin(next, asked) || (next is { Scheme: "https", IsDefaultPort: true }
            && Hosts.Any(host => next.Host.Equals(host, StringComparison.OrdinalIgnoreCase)
                || next.Host.EndsWith("." + host, StringComparison.OrdinalIgnoreCase)));
}
