using System.IO.Compression;
using System.Net;
using System.Runtime.CompilerServices;
using Tollgate.Engine.Media;
using Tollgate.Engine.PassThrough.Stored;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;

namespace Tollgate.Engine.Upstream;

/// <summary>Step 7: one attempt. Sends the request, relays the answer, and says what it came to.</summary>
internal sealed class UpstreamCaller(
    UpstreamTransport transport, BodyRelay bodies, StreamRelay streams, AnswerPaths paths, RequestMedia media, MediaRelay works, MockAnswers mocks,
    EmbeddingCaller embeddings, PromptListCaller prompts, TimeProvider time)
{
    /// <summary>Makes an attempt on a deployment.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<AttemptOutcome> SendAsync(CallContext call, CallScratch scratch, Deployment deployment)
    {
        using var clock = new AttemptClock(time, CallTimeouts.For(call, deployment), call.Aborted);
        try
        {
            return MockAnswers.WantsMock(call, deployment)
                ? await AnswerFromMockAsync(call, scratch, deployment, clock)
                : await CallAsync(call, scratch, deployment, clock);
        }
        catch (Exception exception) when (UpstreamErrors.IsOfTransport(exception))
        {
            return call.Form?.Fault is { } fault && clock.End == AttemptEnd.Running
                ? UpstreamErrors.FromClient(deployment, fault)
                : UpstreamErrors.FromException(deployment, exception, clock);
        }
        finally
        {
            call.UpstreamTime += clock.Elapsed;
        }
    }

    /// <summary>Chooses the way: the client's own bytes, a translation, or something that takes several calls.</summary>
    /// <remarks>PERF: not async, so that the client's own bytes have one frame less to resume.</remarks>
    private ValueTask<AttemptOutcome> CallAsync(CallContext call, CallScratch scratch, Deployment deployment, AttemptClock clock)
    {
        var connection = deployment.Connection;

        // What an attempt before this one left out is not missing from this one.
        call.DroppedParams = [];
        if (call.Files is { } files && !files.PutFor(call, deployment))
        {
            return new(UpstreamErrors.FromFault(deployment, new ConnectionFault(
                UpstreamErrorKind.BadRequest, $"{connection.ExceptionName} - {NamedFiles.Elsewhere(deployment.Config.ModelGroup)}", "file_id")));
        }

        var request = RequestFor(call);
        var spoken = connection.SpokenFor(request);
        var endpoint = connection.EndpointFor(spoken, call.Envelope.Stream, call.Envelope.ApiVersion);
        if (endpoint.Uri is null)
        {
            return new(UpstreamErrors.FromFault(deployment, endpoint.Fault!));
        }

        if (call.Surface is Surface.Embeddings && connection.Embeddings is { } codec)
        {
            return EmbedAsync(call, scratch, deployment, codec, clock);
        }

        if (spoken == call.Surface)
        {
            var address = call.Operation.Length == 0 ? endpoint.Uri : AddressBelow(endpoint.Uri, call.Operation);
            return SendAsync(call, scratch, deployment, clock, address, WithCachePoints(request, deployment), translation: null);
        }

        if (call.Operation.Length > 0)
        {
            return new(UpstreamErrors.FromFault(deployment, new ConnectionFault(
                UpstreamErrorKind.BadRequest, $"{connection.ExceptionName} - the provider does not serve {call.Route}{call.Operation}.")));
        }

        return PromptListCaller.CountOf(call) is > 1 and var count
            ? CallEachAsync(call, scratch, deployment, spoken, count, clock)
            : TranslateAsync(call, scratch, deployment, spoken, endpoint.Uri, clock);
    }

    private async ValueTask<AttemptOutcome> EmbedAsync(
        CallContext call, CallScratch scratch, Deployment deployment, EmbeddingCodec codec, AttemptClock clock)
    {
        var embedded = await embeddings.CallAsync(call, scratch, deployment, codec, ClientKey(call, deployment), clock);
        return await RelayGatheredAsync(call, scratch, deployment, clock, embedded);
    }

    private async ValueTask<AttemptOutcome> CallEachAsync(
        CallContext call, CallScratch scratch, Deployment deployment, Surface spoken, int count, AttemptClock clock)
    {
        var answer = await prompts.CallAsync(call, scratch, deployment, spoken, count, ClientKey(call, deployment), clock);
        return await RelayGatheredAsync(call, scratch, deployment, clock, answer);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<AttemptOutcome> TranslateAsync(
        CallContext call, CallScratch scratch, Deployment deployment, Surface spoken, Uri address, AttemptClock clock)
    {
        var (translation, unfit) = await Translation.OpenAsync(call, scratch, deployment, spoken, media, clock.Token);
        if (translation is null)
        {
            return UpstreamErrors.FromFault(deployment, unfit!);
        }

        using (translation)
        {
            var translated = new UpstreamRequest(
                translation.Body, translation.Members, spoken, call.Envelope.Stream, call.Envelope.Policy, call.Envelope.ApiVersion)
            {
                ClientHeaders = call.Http.Request.Headers,
                IsTranslated = true,
            };
            var outcome = await SendAsync(call, scratch, deployment, clock, address, translated, translation);
            translation.IsSent = !scratch.BuffersInUse;
            return outcome;
        }
    }

    /// <summary>Relays an answer that was put together of several: from here on it is OpenAI's, whoever made it.</summary>
    private async ValueTask<AttemptOutcome> RelayGatheredAsync(
        CallContext call, CallScratch scratch, Deployment deployment, AttemptClock clock, GatheredAnswer answer)
    {
        if (answer.Failure is { } failure)
        {
            return failure;
        }

        await using var body = new MemoryStream(answer.Body!, writable: false);
        return await RelayAsync(
            call, scratch, new UpstreamAnswer(deployment, body, body.Length, answer.Headers), clock, translation: null, isStream: false);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<AttemptOutcome> SendAsync(
        CallContext call, CallScratch scratch, Deployment deployment, AttemptClock clock, Uri address, UpstreamRequest request, Translation? translation)
    {
        var connection = deployment.Connection;
        var edits = scratch.RequestEdits;
        edits.Clear();
        if (connection.WriteRequest(request, edits) is { } unfit)
        {
            return UpstreamErrors.FromFault(deployment, unfit);
        }

        var (opened, impossible) = call.Media is null
            ? (MediaRelay.Post(address, new SplicedContent(request.Json, edits)), null)
            : await works.OpenAsync(call, deployment, request, edits, address, clock.Token);
        if (opened is null)
        {
            return UpstreamErrors.FromFault(deployment, impossible!);
        }

        using var message = opened;
        var content = message.Content as ISentContent;
        if (await connection.AuthorizeAsync(message, ClientKey(call, deployment), clock.Token) is { } fault)
        {
            return UpstreamErrors.FromFault(deployment, fault);
        }

        ForwardedHeaders.Copy(call, deployment, message.Headers);
        connection.CompleteHeaders(request, message.Headers);
        try
        {
            using var response = await connection.ExchangeAsync(transport.For(connection.Transport), message, request, clock.Token);
            return await ReadAsync(call, scratch, deployment, clock, response, translation);
        }
        finally
        {
            if (content is { IsSending: true })
            {
                scratch.AbandonRequestBuffers();
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<AttemptOutcome> ReadAsync(
        CallContext call, CallScratch scratch, Deployment deployment, AttemptClock clock, HttpResponseMessage response, Translation? translation)
    {
        await using var body = Decoded(response, clock.Token);
        if (response.StatusCode >= HttpStatusCode.BadRequest)
        {
            return await UpstreamErrors.FromResponseAsync(deployment, response, body, time, clock.Token);
        }

        if (response.StatusCode is < HttpStatusCode.OK or >= HttpStatusCode.Ambiguous)
        {
            return UpstreamErrors.BadResponse(
                deployment, $"Upstream answered with status {(int)response.StatusCode}; check api_base.", response.Headers);
        }

        var answer = new UpstreamAnswer(deployment, body, response.Content.Headers.ContentLength, response.Headers)
        {
            ContentType = call.Media is null ? null : response.Content.Headers.ContentType?.ToString(),
            MediaType = call.Envelope.Stream ? response.Content.Headers.ContentType?.MediaType : null,
        };
        return await RelayAsync(call, scratch, answer, clock, translation, isStream: call.Envelope.Stream && !IsJson(response));
    }

    private ValueTask<AttemptOutcome> RelayAsync(
        CallContext call, CallScratch scratch, UpstreamAnswer answer, AttemptClock clock, Translation? translation, bool isStream)
    {
        if (call.Media is not null)
        {
            return works.RelayAsync(call, scratch, answer, clock);
        }

        if (isStream)
        {
            var (splitter, path) = paths.StreamOf(call, answer.Deployment, translation);
            return streams.RelayAsync(call, scratch, answer, Framing.For(answer.MediaType, splitter), path, clock);
        }

        return bodies.RelayAsync(call, scratch, answer, paths.AnswerOf(call, scratch, answer.Deployment, translation), clock);
    }

    private async ValueTask<AttemptOutcome> AnswerFromMockAsync(CallContext call, CallScratch scratch, Deployment deployment, AttemptClock clock)
    {
        var mock = await mocks.MakeAsync(call, deployment, clock);
        if (mock.Failure is { } failure)
        {
            return failure;
        }

        // Canned answers speak OpenAI's chat to all clients of chat calls.
        var answer = new UpstreamAnswer(deployment, mock.Body!, mock.Body!.Length, Headers: null);
        if (call.Surface is Surface.Chat or Surface.Completions || !call.Surface.IsChat())
        {
            return await RelayAsync(call, scratch, answer, clock, translation: null, call.Envelope.Stream);
        }

        var (translation, unfit) = await Translation.OpenAsync(call, scratch, deployment, Surface.Chat, media, clock.Token);
        if (translation is null)
        {
            return UpstreamErrors.FromFault(deployment, unfit!);
        }

        using (translation)
        {
            return await RelayAsync(call, scratch, answer, clock, translation, call.Envelope.Stream);
        }
    }

    /// <summary>The body with the marks that the operator wants in it, for upstreams that are told where to cache.</summary>
    private static UpstreamRequest WithCachePoints(in UpstreamRequest request, Deployment deployment)
    {
        var points = deployment.Config.CachePoints;
        if (points.IsDefaultOrEmpty || !IsToldWhereToCache(request.Surface, deployment))
        {
            return request;
        }

        var members = new JsonMembers();
        return CacheInjection.Apply(request.Json, request.Surface, points) is { } marked && JsonScanner.Scan(marked, members).IsNone
            ? request with { Json = marked, Members = members } : request;
    }

    private static bool IsToldWhereToCache(Surface surface, Deployment deployment) => surface is Surface.Messages
        || (surface is Surface.Chat && deployment.Connection.TargetFor(surface).Options.GetValueOrDefault("cache_control") is "true");

    /// <summary>The address of something below a surface's own; the query stays.</summary>
    internal static Uri AddressBelow(Uri address, string path) => new UriBuilder(address) { Path = address.AbsolutePath.TrimEnd('/') + path }.Uri;

    /// <summary>The client's body, as a connection needs to see it.</summary>
    internal static UpstreamRequest RequestFor(CallContext call)
    {
        var policy = call.Envelope.Policy;
        if (!call.Plan!.Overrides.IsDefaultOrEmpty)
        {
            policy = policy with { Overrides = call.Plan.Overrides };
        }

        return new UpstreamRequest(call.Body, call.Members, call.Surface, call.Envelope.Stream, policy, call.Envelope.ApiVersion)
        {
            ClientHeaders = call.Http.Request.Headers,
        };
    }

    /// <summary>A key the client brought counts only where the operator said so; the pipeline has refused it everywhere else.</summary>
    private static string? ClientKey(CallContext call, Deployment deployment)
        => call.Envelope.ApiKey is { } key && ClientCredentials.MaySend(call, deployment, "api_key", key) ? key
            : ForwardedHeaders.TokenOf(call, deployment);

    /// <summary>
    /// Upstreams are not asked for compression (it costs more than it saves on small chunks), but some compress all the same.
    /// </summary>
    internal static Stream Decoded(HttpResponseMessage response, CancellationToken cancellationToken)
    {
#pragma warning disable MA0042, MA0045, VSTHRD103, CA1849 // PERF: the stream is there with the headers; asking for it as a task only allocates one.
        var body = response.Content.ReadAsStream(cancellationToken);
#pragma warning restore MA0042, MA0045, VSTHRD103, CA1849
        if (!response.Content.Headers.NonValidated.TryGetValues("Content-Encoding", out var encodings))
        {
            return body;
        }

        Stream? decoded = encodings.ToString() switch
        {
            "gzip" or "x-gzip" => new GZipStream(body, CompressionMode.Decompress),
            "deflate" => new ZLibStream(body, CompressionMode.Decompress),
            "br" => new BrotliStream(body, CompressionMode.Decompress),
            _ => null,
        };
        if (decoded is null)
        {
            return body;
        }

        response.Content.Headers.ContentLength = null;
        return decoded;
    }

    private static bool IsJson(HttpResponseMessage response)
        => response.Content.Headers.ContentType?.MediaType is { } type && type.EndsWith("json", StringComparison.OrdinalIgnoreCase)
            && !type.EndsWith("x-ndjson", StringComparison.OrdinalIgnoreCase);
}

/// <summary>A good answer about to be relayed.</summary>
/// <param name="Deployment">Who answered.</param>
/// <param name="Body">Its bytes, decoded.</param>
/// <param name="Length">How many there are; null when unknown.</param>
/// <param name="Headers">The upstream's headers; null for a canned answer.</param>
internal readonly record struct UpstreamAnswer(
    Deployment Deployment, Stream Body, long? Length, System.Net.Http.Headers.HttpResponseHeaders? Headers)
{
    /// <summary>Media type as the upstream wrote it; read for calls about pictures and sounds only.</summary>
    public string? ContentType { get; init; }

    /// <summary>Media type of a stream; null when the upstream does not say.</summary>
    public string? MediaType { get; init; }

    /// <summary>The outcome when all went well.</summary>
    public AttemptOutcome Success => new() { Deployment = Deployment, Kind = UpstreamErrorKind.None, Headers = Headers };
}
