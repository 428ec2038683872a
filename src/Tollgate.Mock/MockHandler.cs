using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Tollgate.Mock;

/// <summary>Answers requests. Read it top to bottom: record, script, misbehave, answer.</summary>
internal sealed class MockHandler(MockServerOptions options, MockStatistics statistics, RequestLog? log)
{
    private const string StatisticsPath = "/__stats";
    private const string JsonType = "application/json";

    private readonly PreparedAnswers _prepared = new(options);
    private readonly AnswerSender _sender = new(statistics);

    public async Task HandleAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "/";
        if (path is StatisticsPath)
        {
            http.Response.ContentType = JsonType;
            await http.Response.Body.WriteAsync(statistics.ToJson(), http.RequestAborted);
            return;
        }

        try
        {
            using var body = await RequestBody.ReadAsync(http.Request, http.RequestAborted);
            await HandleAsync(new MockCall(http, options, MockRoute.Parse(path), statistics.RequestStarted(), body.Bytes));
        }
        catch (Exception gone) when (gone is BadHttpRequestException or ConnectionResetException or OperationCanceledException)
        {
            // The client left or broke off within the request: there is nobody to answer.
            http.Abort();
        }
    }

    private async Task HandleAsync(MockCall call)
    {
        RecordedRequest? recorded = null;
        if (log is not null)
        {
            recorded = new RecordedRequest(call.Number, call.Http, call.Body.ToArray());
            log.Add(recorded);
        }

        try
        {
            await AnswerAsync(call);
        }
        catch (OperationCanceledException) when (call.Aborted.IsCancellationRequested)
        {
            // The client left while it was being answered; counted below.
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // The server closes a connection that was reset before it says so.
            call.LoseClient();
            call.Http.Abort();
        }
        finally
        {
            if (call.ClientLeft)
            {
                statistics.ClientAborted();
            }

            recorded?.End(call.ClientLeft);
        }
    }

    private async Task AnswerAsync(MockCall call)
    {
        if (options.Script is { } script && await script(
            call.Http,
            new MockScriptContext(call.Number, call.Route.Operation, call.Route.Deployment, call.Body.ToArray(), options)))
        {
            return;
        }

        try
        {
            call.Options = OverrideTable.Apply(options, call.Http.Request.Headers);
            ResponseHead.Write(call.Response, call.Options, call.Route, call.Number);
            if (!await MisbehaveAsync(call))
            {
                await DispatchAsync(call);
            }
        }
        catch (Exception refused) when (refused is FormatException or JsonException)
        {
            await RefuseAsync(call, 400, refused.Message);
        }
    }

    /// <summary>Everything that takes the place of the answer.</summary>
    private async ValueTask<bool> MisbehaveAsync(MockCall call)
    {
        var chosen = call.Options;
        if (chosen.Latency > TimeSpan.Zero)
        {
            await Task.Delay(chosen.Latency, chosen.TimeProvider, call.Aborted);
        }

        if (chosen.Stall.Point == MockStallPoint.Headers)
        {
            await AnswerSender.StallAsync(call);
        }

        if (chosen.Cut.Point is MockCutPoint.Headers or MockCutPoint.StatusLine or MockCutPoint.MidHeaders)
        {
            call.Response.ContentType = JsonType;
            await _sender.CutWithinHeadAsync(call, chosen.Cut.Point);
            return true;
        }

        if (Chance.Hits(chosen.RateLimitRate, chosen.Seed, call.Number, Fate.RateLimit))
        {
            await FailAsync(call, StatusCodes.Status429TooManyRequests);
            return true;
        }

        if (Chance.Hits(chosen.ErrorRate, chosen.Seed, call.Number, Fate.Error))
        {
            await FailAsync(call, chosen.ErrorStatus);
            return true;
        }

        if (chosen.HtmlStatus is { } status)
        {
            statistics.ErrorInjected();
            await _sender.SendAsync(call, status, "text/html; charset=utf-8", Encoding.UTF8.GetBytes(ErrorAnswers.HtmlPage));
            return true;
        }

        if (chosen.ErrorIn200)
        {
            statistics.ErrorInjected();
            await _sender.SendAsync(call, StatusCodes.Status200OK, JsonType, ErrorAnswers.Injected(chosen, chosen.ErrorStatus));
            return true;
        }

        return false;
    }

    private Task FailAsync(MockCall call, int status)
    {
        statistics.ErrorInjected();
        var mayRetry = status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable;
        if (mayRetry && call.Options.RetryAfter is { } after)
        {
            ResponseHead.WriteRetryAfter(call.Response, after);
        }

        return _sender.SendAsync(call, status, JsonType, ErrorAnswers.Injected(call.Options, status));
    }

    private Task RefuseAsync(MockCall call, int status, string message) =>
        _sender.SendAsync(call, status, JsonType, ErrorAnswers.Json(message, "invalid_request_error", null));

    private Task DispatchAsync(MockCall call)
    {
        var operation = call.Route.Operation;
        if (HttpMethods.IsPost(call.Http.Request.Method))
        {
            switch (operation)
            {
                case "chat/completions":
                    return GenerateAsync(call, Surface.Chat);
                case "completions":
                    return GenerateAsync(call, Surface.Text);
                case "embeddings":
                    return EmbedAsync(call);
            }

            if (MediaAnswers.Of(operation, call.Body) is var (type, body))
            {
                return _sender.SendAsync(call, StatusCodes.Status200OK, type, body);
            }
        }
        else if (HttpMethods.IsGet(call.Http.Request.Method))
        {
            if (operation is "models")
            {
                return _sender.SendAsync(call, StatusCodes.Status200OK, JsonType, ModelAnswers.List(call.Options.Models));
            }

            if (operation.StartsWith("models/", StringComparison.Ordinal))
            {
                return _sender.SendAsync(call, StatusCodes.Status200OK, JsonType, ModelAnswers.One(operation["models/".Length..]));
            }
        }

        return RefuseAsync(call, StatusCodes.Status404NotFound, $"Invalid URL ({call.Http.Request.Method} {call.Http.Request.Path})");
    }

    private Task GenerateAsync(MockCall call, Surface surface)
    {
        var request = call.Parse();
        var values = call.Values(request);
        if (request.Stream && !call.Options.IgnoreStream)
        {
            return _sender.StreamAsync(call, _prepared.Events(call.Options, surface, request), values);
        }

        var (body, completionTokens) = _prepared.Body(call.Options, surface, request);
        statistics.TokensUsed(values.PromptTokens, completionTokens);
        return _sender.SendAsync(call, StatusCodes.Status200OK, JsonType, body, values);
    }

    private Task EmbedAsync(MockCall call)
    {
        var request = call.Parse();
        var body = Embeddings.Write(call.Options, request);
        statistics.TokensUsed(request.PromptTokens, 0);
        return _sender.SendAsync(call, StatusCodes.Status200OK, JsonType, body);
    }
}
