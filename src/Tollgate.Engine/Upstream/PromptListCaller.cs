using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Tollgate.Engine.Media;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.Relay;

namespace Tollgate.Engine.Upstream;

/// <summary>
/// Legacy completions of several prompts by a model that takes one conversation a call: as many calls as there are prompts, put together as
/// one answer of OpenAI's form, which then goes the way of all answers (08-bridges.md section 7).
/// </summary>
internal sealed class PromptListCaller(UpstreamTransport transport, RequestMedia media, TimeProvider time)
{
    /// <summary>Most prompts of a call: each is a call of its own to the upstream.</summary>
    public const int MostPrompts = 128;

    /// <summary>Calls under way at once for one client.</summary>
    private const int AtOnce = 8;

    /// <summary>How many prompts a call holds; 1 when it is no list, or one of tokens.</summary>
    public static int CountOf(CallContext call)
    {
        if (call.Surface is not Surface.Completions)
        {
            return 1;
        }

        var json = call.Body.Span;
        var prompt = call.Members.Find(json, "prompt"u8);
        if (prompt < 0 || call.Members[prompt].Kind is not JsonKind.Array)
        {
            return 1;
        }

        var count = 0;
        var item = new JsonWalker(json, call.Members[prompt].ValueStart);
        while (item.MoveNext())
        {
            if (item.Current.Kind is not JsonKind.String)
            {
                return 1;
            }

            count++;
        }

        return Math.Max(count, 1);
    }

    /// <summary>Makes the calls.</summary>
    /// <param name="call">The client's call.</param>
    /// <param name="scratch">Its working memory.</param>
    /// <param name="deployment">Where it goes.</param>
    /// <param name="spoken">What the upstream is spoken to in.</param>
    /// <param name="prompts">How many prompts there are.</param>
    /// <param name="clientKey">A key the client was allowed to bring.</param>
    /// <param name="clock">Limits of the attempt.</param>
    /// <returns>The answer in OpenAI's form, or how it failed.</returns>
    public async ValueTask<GatheredAnswer> CallAsync(
        CallContext call, CallScratch scratch, Deployment deployment, Surface spoken, int prompts, string? clientKey, AttemptClock clock)
    {
        if (prompts > MostPrompts)
        {
            return Failed(UpstreamErrors.FromFault(deployment, new ConnectionFault(
                UpstreamErrorKind.BadRequest, $"'prompt' holds {prompts} prompts; this model takes at most {MostPrompts} a call.", "prompt")));
        }

        var translations = new List<Translation>(prompts);
        var answers = new Answered[prompts];
        try
        {
            for (var i = 0; i < prompts; i++)
            {
                var (translation, unfit) = await Translation.OpenAsync(call, scratch, deployment, spoken, media, clock.Token, prompt: i);
                if (translation is null)
                {
                    return Failed(UpstreamErrors.FromFault(deployment, unfit!));
                }

                translations.Add(translation);
            }

            for (var start = 0; start < prompts; start += AtOnce)
            {
                var first = start;
                var running = translations.Skip(first).Take(AtOnce)
                    .Select(translation => SendAsync(call, deployment, spoken, translation, clientKey, clock)).ToList();
                var done = await Task.WhenAll(running);
                done.CopyTo(answers, first);
                if (Array.Find(done, static answer => answer.Failure is not null).Failure is { } failure)
                {
                    return Failed(failure);
                }
            }

            return new GatheredAnswer(Written(call, answers), answers[^1].Headers, null);
        }
        finally
        {
            foreach (var translation in translations)
            {
                translation.Dispose();
            }

            foreach (var answer in answers)
            {
                answer.Document?.Dispose();
            }
        }
    }

    private async Task<Answered> SendAsync(
        CallContext call, Deployment deployment, Surface spoken, Translation translation, string? clientKey, AttemptClock clock)
    {
        var connection = deployment.Connection;
        var request = new UpstreamRequest(
            translation.Body, translation.Members, spoken, Stream: false, call.Envelope.Policy, call.Envelope.ApiVersion)
        {
            ClientHeaders = call.Http.Request.Headers,
            IsTranslated = true,
        };
        var endpoint = connection.EndpointFor(spoken, stream: false, call.Envelope.ApiVersion);
        var edits = new JsonEdits();
        if ((endpoint.Uri is null ? endpoint.Fault : connection.WriteRequest(request, edits)) is { } unfit)
        {
            return new Answered { Failure = UpstreamErrors.FromFault(deployment, unfit) };
        }

        using var message = MediaRelay.Post(endpoint.Uri!, new SplicedContent(request.Json, edits));
        if (await connection.AuthorizeAsync(message, clientKey, clock.Token) is { } fault)
        {
            return new Answered { Failure = UpstreamErrors.FromFault(deployment, fault) };
        }

        ForwardedHeaders.Copy(call, deployment, message.Headers);
        connection.CompleteHeaders(request, message.Headers);
        using var response = await connection.ExchangeAsync(transport.For(connection.Transport), message, request, clock.Token);
        await using var body = UpstreamCaller.Decoded(response, clock.Token);
        return response.StatusCode is >= HttpStatusCode.OK and < HttpStatusCode.Ambiguous
            ? await ReadAsync(deployment, translation, response.Headers, body, clock)
            : new Answered { Failure = await UpstreamErrors.FromResponseAsync(deployment, response, body, time, clock.Token) };
    }

    private async ValueTask<Answered> ReadAsync(
        Deployment deployment, Translation translation, HttpResponseHeaders headers, Stream body, AttemptClock clock)
    {
        JsonDocument? document = null;
        try
        {
            var bytes = await EmbeddingCaller.ReadAllAsync(body, clock.Token);
            document = JsonDocument.Parse(bytes);
            var root = document.RootElement;
            if (root.ValueKind is JsonValueKind.Object && root.Member("error"u8).ValueKind is JsonValueKind.Object or JsonValueKind.String)
            {
                document.Dispose();
                return new Answered { Failure = UpstreamErrors.FromBody(deployment, 200, bytes.Span, headers, time) };
            }

            var answer = translation.Upstream.ReadResponse(root, bytes, translation.Target);
            answer.Usage ??= deployment.Connection.UsageOf(headers) ?? Estimate(translation, answer);
            return new Answered { Response = answer, Headers = headers, Document = document };
        }
        catch (Exception exception) when (exception is JsonException or WireException or InvalidOperationException or FormatException)
        {
            document?.Dispose();
            return new Answered { Failure = UpstreamErrors.BadResponse(deployment, $"Invalid response object: {exception.Message}", headers) };
        }
    }

    /// <summary>What is not counted upstream is estimated here, like everywhere.</summary>
    private static TokenUsage Estimate(Translation translation, ChatResponse answer)
    {
        var prompt = TokenEstimate.FromBytes(translation.Body.Length);
        var completion = TokenEstimate.FromBytes(
            answer.Choices.Sum(static choice => choice.Parts.OfType<TextPart>().Sum(static part => (long)part.Text.Length)));
        return new TokenUsage(prompt, completion, prompt + completion, 0, 0);
    }

    private byte[] Written(CallContext call, Answered[] answers)
    {
        var all = new ChatResponse { Id = answers[0].Response!.Id, Created = answers[0].Response!.Created };
        foreach (var answer in answers)
        {
            // Prompts stand one behind the other, each with all of its choices.
            foreach (var choice in answer.Response!.Choices)
            {
                all.Choices.Add(choice with { Index = all.Choices.Count });
            }

            all.Usage = AnswerUsage.Sum(all.Usage ?? default, answer.Response.Usage ?? default);
        }

        var view = new AnswerView
        {
            Surface = Surface.Completions,
            Model = call.Envelope.Model,
            ModelJson = ClientModel.For(call),
            CreatedUnixSeconds = time.GetUtcNow().ToUnixTimeSeconds(),
        };
        var written = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(written, HubJson.Writing))
        {
            Dialects.Of(Surface.Completions)!.WriteResponse(all, view, json);
        }

        return written.WrittenSpan.ToArray();
    }

    private static GatheredAnswer Failed(AttemptOutcome failure) => new(null, null, failure);

    /// <summary>What became of one prompt.</summary>
    private readonly record struct Answered
    {
        public ChatResponse? Response { get; init; }

        public HttpResponseHeaders? Headers { get; init; }

        /// <summary>What the response's JSON lives in.</summary>
        public JsonDocument? Document { get; init; }

        public AttemptOutcome? Failure { get; init; }
    }
}
