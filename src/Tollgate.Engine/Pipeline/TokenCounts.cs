using System.Buffers;
using System.Text.Json;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Routing;
using Tollgate.Engine.Spend;
using Tollgate.Engine.Upstream;
using Tollgate.Wire.Anthropic;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Engine.Pipeline;

/// <summary>
/// Counts the tokens of a prompt without sending it to the model: the provider does where it can, an estimate stands in where it cannot
/// (llm-api.md 15.5). Free, but calls count for rate limits.
/// </summary>
internal sealed class TokenCounts(UpstreamTransport transport, Router router, SpendRecorder spend, TimeProvider time)
{
    private const int LongestAnswer = 64 * 1024;

    /// <summary>Answers an admitted call.</summary>
    /// <exception cref="ApiException">400 for a body that is no prompt.</exception>
    public async Task AnswerAsync(CallContext call, CallScratch scratch)
    {
        call.Group = ClientCredentials.Apply(call, call.Group!);
        var plan = call.Plan = router.PlanFor(call, call.Group, scratch.RouteClaims);
        var tokens = plan.TryNext(out var deployment) ? await AskAsync(call, deployment) : null;
        var answer = new ArrayBufferWriter<byte>(32);
        using (var json = new Utf8JsonWriter(answer))
        {
            json.WriteStartObject();
            json.WriteNumber("input_tokens"u8, tokens ?? Estimate(call));
            json.WriteEndObject();
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

    /// <summary>The provider's own count; null when it has none to give.</summary>
    private async Task<long?> AskAsync(CallContext call, Deployment deployment)
    {
        var connection = deployment.Connection;
        if (connection.CounterFor(call.Surface).Uri is not { } address)
        {
            return null;
        }

        using var clock = new AttemptClock(time, CallTimeouts.For(call, deployment), call.Aborted);
        try
        {
            return await AskAsync(call, connection, address, clock);
        }
        catch (Exception exception) when (UpstreamErrors.IsOfTransport(exception) && !call.Aborted.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            call.UpstreamTime += clock.Elapsed;
        }
    }

    private async Task<long?> AskAsync(CallContext call, IUpstreamConnection connection, Uri address, AttemptClock clock)
    {
        var body = new ArrayBufferWriter<byte>(call.Body.Length + 64);
        using (var json = new Utf8JsonWriter(body, HubJson.Writing))
        {
            CountRequest.Write(call.Body.Span, call.Members, connection.TargetFor(call.Surface).Model, json);
        }

        var request = new UpstreamRequest(call.Body, call.Members, call.Surface, Stream: false, RequestPolicy.Default, ApiVersion: null)
        {
            ClientHeaders = call.Http.Request.Headers,
        };
        using var message = new HttpRequestMessage(HttpMethod.Post, address) { Content = new SplicedContent(body.WrittenMemory, new JsonEdits()) };
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
        return CountRequest.Read(answer.AsSpan(0, length));
    }

    private static long Estimate(CallContext call)
    {
        try
        {
            using var document = JsonDocument.Parse(call.Body);
            return PromptSize.Of(Dialects.Of(call.Surface)!.ReadRequest(document.RootElement, call.Body));
        }
        catch (WireException exception)
        {
            throw ApiException.BadRequest(exception.Message, exception.Param);
        }
        catch (JsonException exception)
        {
            throw ApiException.BadRequest($"Invalid JSON payload: {exception.Message}");
        }
    }
}
