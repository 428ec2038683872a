using System.Buffers;
using System.Text.Json;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Media;
using Tollgate.Engine.Routing;
using Tollgate.Engine.Spend;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Engine.Pipeline;

/// <summary>
/// Counts the tokens of a prompt without sending it to the model: the provider does where it can, an estimate stands in where it cannot
/// (llm-api.md 15.5). Free, but calls count for rate limits.
/// </summary>
internal sealed class TokenCounts(UpstreamTransport transport, Router router, SpendRecorder spend, RequestMedia media, TimeProvider time)
{
    private const int LongestAnswer = 64 * 1024;

    /// <summary>Answers an admitted call.</summary>
    /// <exception cref="ApiException">400 for a body that is no prompt; 502 for a provider that fails to count where no estimate is wanted.</exception>
    public async Task AnswerAsync(CallContext call, CallScratch scratch)
    {
        Unwrap(call);
        call.Group = ClientCredentials.Apply(call, call.Group!);
        var plan = call.Plan = router.PlanFor(call, call.Group, scratch.RouteClaims);
        var tokens = plan.TryNext(out var deployment) ? await AskAsync(call, scratch, deployment) : null;
        call.DroppedParams = [];
        var answer = new ArrayBufferWriter<byte>(32);
        using (var json = new Utf8JsonWriter(answer))
        {
            Write(call, tokens, json);
        }

        CallHeaders.Write(call, outcome: null, call.UpstreamTime, time.GetElapsedTime(call.StartedAt));
        var response = call.Http.Response;
        response.ContentType = "application/json";
        response.ContentLength = answer.WrittenCount;
        call.OutputCommitted = true;
        await response.Body.WriteAsync(answer.WrittenMemory, call.Aborted);
    }

    /// <summary>Gives back what the call held.</summary>
    public void Release(CallContext call, CallScratch scratch) => spend.Release(call, scratch);

    /// <summary>Google's clients may send the request that they would make in a member of its own.</summary>
    private static void Unwrap(CallContext call)
    {
        if (call.Surface is Surface.GenerateContent && call.Members.Find(call.Body.Span, "generateContentRequest"u8) is >= 0 and var index
            && call.Members[index].Kind is JsonKind.Object)
        {
            call.Body = call.Body.Slice(call.Members[index].ValueStart, call.Members[index].ValueLength);
            JsonScanner.Scan(call.Body.Span, call.Members);
        }
    }

    private static void Write(CallContext call, long? tokens, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (call.Surface is Surface.GenerateContent)
        {
            (tokens is { } counted ? new GooglePrompt(counted, 0) : Estimate(call, GooglePrompt.Estimate)).Write(json);
        }
        else
        {
            if (call.Surface is Surface.Responses)
            {
                json.WriteString("object"u8, "response.input_tokens"u8);
            }

            json.WriteNumber("input_tokens"u8, tokens ?? Estimate(call, body =>
            {
                using var document = JsonDocument.Parse(body);
                return PromptSize.Of(Dialects.Of(call.Surface)!.ReadRequest(document.RootElement, body));
            }));
        }

        json.WriteEndObject();
    }

    /// <summary>The provider's own count; null when it has none to give.</summary>
    private async Task<long?> AskAsync(CallContext call, CallScratch scratch, Deployment deployment)
    {
        var connection = deployment.Connection;
        var spoken = connection.SpokenFor(call.Surface);
        var counter = connection.CounterFor(spoken);
        if (counter.Uri is null)
        {
            return null;
        }

        using var clock = new AttemptClock(time, CallTimeouts.For(call, deployment), call.Aborted);
        try
        {
            var tokens = await AskAsync(call, scratch, deployment, spoken, counter, clock);
            return tokens ?? Missing(call);
        }
        catch (Exception exception) when (UpstreamErrors.IsOfTransport(exception) && !call.Aborted.IsCancellationRequested)
        {
            return Missing(call);
        }
        finally
        {
            call.UpstreamTime += clock.Elapsed;
        }
    }

    private static long? Missing(CallContext call) => call.Snapshot.Config.Models.EstimatesTokens ? null : throw new ApiException(
        502, "The provider did not count the tokens, and litellm_settings.disable_token_counter forbids an estimate.", "token_counting_error", "model");

    private async Task<long?> AskAsync(
        CallContext call, CallScratch scratch, Deployment deployment, Surface spoken, UpstreamCounter counter, AttemptClock clock)
    {
        if (spoken == call.Surface)
        {
            return await AskAsync(call, deployment, new UpstreamRequest(
                call.Body, call.Members, spoken, Stream: false, RequestPolicy.Default, ApiVersion: null), counter, clock);
        }

        var (translation, _) = await Translation.OpenAsync(call, scratch, deployment, spoken, media, clock.Token);
        if (translation is null)
        {
            return null;
        }

        using (translation)
        {
            return await AskAsync(call, deployment, new UpstreamRequest(
                translation.Body, translation.Members, spoken, Stream: false, RequestPolicy.Default, ApiVersion: null), counter, clock);
        }
    }

    private async Task<long?> AskAsync(CallContext call, Deployment deployment, UpstreamRequest prompt, UpstreamCounter counter, AttemptClock clock)
    {
        var connection = deployment.Connection;
        var request = prompt with { ClientHeaders = call.Http.Request.Headers };
        if (Question(connection, request, counter.Form) is not { } question)
        {
            return null;
        }

        using var message = new HttpRequestMessage(HttpMethod.Post, counter.Uri) { Content = new SplicedContent(question, new JsonEdits()) };
        if (await connection.AuthorizeAsync(message, clientKey: null, clock.Token) is not null)
        {
            return null;
        }

        connection.CompleteHeaders(request, message.Headers);
        using var response = await transport.For(connection.Transport).SendAsync(message, clock.Token);
        if (!response.IsSuccessStatusCode || response.Content.Headers.ContentLength > LongestAnswer)
        {
            return null;
        }

        await using var stream = await response.Content.ReadAsStreamAsync(clock.Token);
        var answer = new byte[LongestAnswer];
        var length = await stream.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, clock.Token);
        return PromptCounter.Read(answer.AsSpan(0, length));
    }

    /// <summary>What the upstream is asked; null when the prompt cannot be said to it.</summary>
    private static ReadOnlyMemory<byte>? Question(IUpstreamConnection connection, in UpstreamRequest request, CounterForm form)
    {
        var (body, members) = (request.Json, request.Members);
        if (form is CounterForm.InvokeModel)
        {
            // Only here the body is looked at as a whole, and must be what the model would get.
            var edits = new JsonEdits();
            if (connection.WriteRequest(request, edits) is not null)
            {
                return null;
            }

            var finished = new ArrayBufferWriter<byte>(edits.LengthOf(body.Length) + 1);
            edits.WriteTo(body.Span, finished);
            body = finished.WrittenMemory;
            members = new JsonMembers();
            JsonScanner.Scan(body.Span, members);
        }

        var written = new ArrayBufferWriter<byte>(body.Length + 64);
        using (var json = new Utf8JsonWriter(written, HubJson.Writing))
        {
            PromptCounter.Write(form, body.Span, members, connection.TargetFor(request.Surface).Model, json);
        }

        return written.WrittenMemory;
    }

    private static T Estimate<T>(CallContext call, Func<ReadOnlyMemory<byte>, T> estimate)
    {
        try
        {
            return estimate(call.Body);
        }
        catch (WireException exception)
        {
            throw ApiException.BadRequest(exception.Message, exception.Param);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw ApiException.BadRequest($"Invalid JSON payload: {exception.Message}");
        }
    }
}
