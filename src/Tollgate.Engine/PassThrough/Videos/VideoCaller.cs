using System.Buffers;
using System.Net;
using System.Text.Json;
using Tollgate.Engine.Errors;
using Tollgate.Engine.PassThrough.Stored;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;
using Tollgate.Engine.Spend;
using Tollgate.Engine.Upstream;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Media;
using Tollgate.Wire.Media.Videos;

namespace Tollgate.Engine.PassThrough.Videos;

/// <summary>Answers calls about films for providers that have them in their own way: asks the provider and words the answer as OpenAI would.</summary>
internal sealed class VideoCaller(ResourceCaller caller, UpstreamTransport transport, SpendRecorder spend, TimeProvider time)
{
    private const int MostRedirects = 5;
    private const int ChunkSize = 64 * 1024;

    /// <summary>Tells where the making of a film stands.</summary>
    public async Task ReadAsync(RelayCall relay, IVideoTasks tasks, string id, VideoAnswers answers)
        => await AnswerAsync(relay, Written(await AskAsync(relay, tasks, id, tasks.StatusOf(id)), answers));

    /// <summary>Deletes a film.</summary>
    public async Task DeleteAsync(RelayCall relay, IVideoTasks tasks, string id, VideoAnswers answers)
    {
        var question = tasks.DeletionOf(id)
            ?? throw ApiException.BadRequest($"The provider '{relay.Target.Connection.Provider}' deletes no films: they end by themselves.");
        await SendAsync(relay, question, static (_, _) => Task.FromResult(true));
        var output = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(output, HubJson.Writing))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, answers.Encode(id));
            json.WriteString("object"u8, "video.deleted"u8);
            json.WriteBoolean("deleted"u8, true);
            json.WriteEndObject();
        }

        await AnswerAsync(relay, output.WrittenMemory);
    }

    /// <summary>Sends the film itself.</summary>
    public async Task SendContentAsync(RelayCall relay, IVideoTasks tasks, string id)
    {
        if (relay.Call.Http.Request.Query["variant"].ToString() is { Length: > 0 } variant and not "video")
        {
            throw ApiException.BadRequest($"Invalid value for 'variant': the provider '{relay.Target.Connection.Provider}' has the film only, no {variant}.", "variant");
        }

        var task = await AskAsync(relay, tasks, id, tasks.StatusOf(id));
        if (task is { Status: VideoStatus.Completed, Files.Count: 0 } && tasks.ResultOf(id) is { } result)
        {
            task = await AskAsync(relay, tasks, id, result);
        }

        if (task.Status is VideoStatus.Failed)
        {
            throw ApiException.BadRequest($"There is no video: {task.Failure ?? "it was not made"}.");
        }

        if (task.Files is not [var file, ..])
        {
            throw ApiException.BadRequest("Video is not ready yet, use GET /v1/videos/{video_id} to check status.");
        }

        await (file.Address is { } address ? RelayAsync(relay, tasks, address, file.MediaType) : AnswerAsync(relay, file.Bytes, file.MediaType));
    }

    private async Task<VideoTask> AskAsync(RelayCall relay, IVideoTasks tasks, string id, VideoQuestion question)
    {
        var answer = await SendAsync(relay, question, static (answer, cancellationToken) => answer.Content.ReadAsByteArrayAsync(cancellationToken));
        try
        {
            using var document = JsonDocument.Parse(answer);
            return tasks.Shape.ReadTask(document.RootElement, id);
        }
        catch (MediaRefusedException refused)
        {
            return new VideoTask(id, VideoStatus.Failed) { Failure = refused.Message };
        }
        catch (Exception exception) when (exception is JsonException or WireException or InvalidOperationException)
        {
            throw Refuse(relay, UpstreamErrors.BadResponse(relay.Deployment, $"Invalid response object: {exception.Message}"));
        }
    }

    private Task<T> SendAsync<T>(RelayCall relay, VideoQuestion question, Func<HttpResponseMessage, CancellationToken, Task<T>> take)
    {
        HttpContent? content = null;
        if (question.Body is { } body)
        {
            content = new ByteArrayContent(body);
            content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        }

        var target = relay.Target with { Address = question.Address, Fault = question.Fault };
        return caller.SendAsync(relay.Call, relay.Deployment, target, question.Method, content, take);
    }

    /// <summary>Hands a file on as it comes.</summary>
    private async Task RelayAsync(RelayCall relay, IVideoTasks tasks, string address, string mediaType)
    {
        var call = relay.Call;
        using var clock = new AttemptClock(time, CallTimeouts.For(call, relay.Deployment), call.Aborted);
        try
        {
            using var answer = await OpenAsync(relay, tasks, address, clock);
            await using var body = await answer.Content.ReadAsStreamAsync(clock.Token);
            if (!answer.IsSuccessStatusCode)
            {
                throw Refuse(relay, await UpstreamErrors.FromResponseAsync(relay.Deployment, answer, body, time, clock.Token));
            }

            var stated = answer.Content.Headers.ContentType?.MediaType;
            Begin(relay, answer.Content.Headers.ContentLength, stated is null or "application/octet-stream" or "binary/octet-stream" ? mediaType : stated);
            await CopyAsync(call, body, clock);
        }
        catch (Exception exception) when (UpstreamErrors.IsOfTransport(exception) && !call.Aborted.IsCancellationRequested)
        {
            var failure = UpstreamErrors.FromException(relay.Deployment, exception, clock);
            if (!call.OutputCommitted)
            {
                throw Refuse(relay, failure);
            }

            // The status is gone; a cut connection is the only honest end.
            call.Outcome = failure;
            call.Http.Abort();
        }
    }

    /// <summary>
    /// Files may be moved; the credential goes to where the provider's connection sends it, and not to where a redirect leads. What is not the
    /// provider's own host must be on the public internet.
    /// </summary>
    private async Task<HttpResponseMessage> OpenAsync(RelayCall relay, IVideoTasks tasks, string address, AttemptClock clock)
    {
        var (message, fault) = await tasks.OpenFileAsync(address, clock.Token);
        if (message is null)
        {
            throw Refuse(relay, UpstreamErrors.FromFault(relay.Deployment, fault!));
        }

        for (var redirects = 0; ; redirects++)
        {
            var place = message.RequestUri!;
            var isForeign = message is ForeignRequest;
            HttpResponseMessage answer;
            using (message)
            {
                answer = await transport.For(relay.Target.Connection.Transport).SendAsync(message, clock.Token);
            }

            if (answer.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
                or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect) || answer.Headers.Location is not { } location || redirects == MostRedirects)
            {
                return answer;
            }

            answer.Dispose();
            var next = new Uri(place, location);
            if (next.Scheme is not "https" && !string.Equals(next.Authority, place.Authority, StringComparison.OrdinalIgnoreCase))
            {
                throw Refuse(relay, UpstreamErrors.BadResponse(relay.Deployment, "The film is at an address that is not safe to ask."));
            }

            message = isForeign ? new ForeignRequest(HttpMethod.Get, next) : ForeignRequest.To(HttpMethod.Get, next, place);
        }
    }

    private static async Task CopyAsync(CallContext call, Stream body, AttemptClock clock)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkSize);
        try
        {
            while (await body.ReadAsync(buffer, clock.Token) is > 0 and var read)
            {
                clock.Touch();
                await call.Http.Response.Body.WriteAsync(buffer.AsMemory(0, read), clock.Token);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private Task AnswerAsync(RelayCall relay, ReadOnlyMemory<byte> bytes, string mediaType = "application/json")
    {
        Begin(relay, bytes.Length, mediaType);
        return relay.Call.Http.Response.Body.WriteAsync(bytes, relay.Call.Aborted).AsTask();
    }

    private void Begin(RelayCall relay, long? length, string mediaType)
    {
        var call = relay.Call;
        call.Outcome = new AttemptOutcome { Deployment = relay.Deployment, Kind = UpstreamErrorKind.None };
        spend.Record(call, relay.Scratch, relay.Deployment, answerId: null, succeeded: true);
        var response = call.Http.Response;
        response.ContentType = mediaType;
        response.ContentLength = length;
        CallHeaders.WriteAlways(response.Headers, call.CallId);
        LimitHeaders.Write(call, response.Headers);
        call.OutputCommitted = true;
    }

    private static ReadOnlyMemory<byte> Written(VideoTask task, VideoAnswers answers)
    {
        var output = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(output, HubJson.Writing))
        {
            (task with { Id = answers.Encode(task.Id) }).WriteTo(json, answers.Model, seconds: null, size: null);
        }

        return output.WrittenMemory;
    }

    private static ApiException Refuse(RelayCall relay, AttemptOutcome outcome)
    {
        relay.Call.Outcome = outcome;
        return new ApiException(ErrorClasses.StatusOf(outcome.Kind, outcome.Status), $"litellm.{ErrorClasses.NameOf(outcome.Kind)}: {outcome.Message}");
    }
}
