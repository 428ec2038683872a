using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;
using Tollgate.Wire;
using Tollgate.Wire.Hub;

namespace Tollgate.Engine.Upstream;

/// <summary>
/// Embeddings of providers with a wire format of their own: translated, sent in as many requests as the provider needs, and put together as
/// one answer of OpenAI's form, which then goes the way of all answers.
/// </summary>
internal sealed class EmbeddingCaller(UpstreamTransport transport, TimeProvider time)
{
    /// <summary>A vector of 3,072 numbers takes some 60 KB; this is 4,000 of them.</summary>
    private const int MostAnswerBytes = 256 * 1024 * 1024;

    /// <summary>Makes the calls.</summary>
    /// <returns>The answer in OpenAI's form, or how it failed.</returns>
    public async ValueTask<GatheredAnswer> CallAsync(
        CallContext call, CallScratch scratch, Deployment deployment, EmbeddingCodec codec, string? clientKey, AttemptClock clock)
    {
        var connection = deployment.Connection;
        var (body, fault) = Translation.ClientBody(call, scratch, deployment);
        if (fault is not null)
        {
            return new GatheredAnswer(null, null, UpstreamErrors.FromFault(deployment, fault));
        }

        try
        {
            using var document = JsonDocument.Parse(body);
            var request = EmbeddingBodies.Read(document.RootElement);
            var target = connection.TargetFor(Surface.Embeddings);
            request.Model = target.Model;
            var all = new EmbeddingResponse { PromptTokens = 0 };
            HttpResponseHeaders? headers = null;
            var most = Math.Max(1, codec.MostInputs(target));
            for (var start = 0; start < request.Inputs.Count; start += most)
            {
                var slice = request.Slice(start, Math.Min(most, request.Inputs.Count - start));
                var (response, failure) = await SendAsync(call, deployment, codec, slice, target, clientKey, clock);
                if (failure is not null)
                {
                    return new GatheredAnswer(null, null, failure);
                }

                headers = response.Headers;
                response.Vectors!.PromptTokens ??= headers is null ? null : connection.UsageOf(headers)?.PromptTokens;
                Add(all, response.Vectors, slice);
            }

            return new GatheredAnswer(Written(all, call.Envelope.Model, request.AsBase64), headers, null);
        }
        catch (WireException exception)
        {
            var unfit = new ConnectionFault(UpstreamErrorKind.BadRequest, exception.Message, exception.Param);
            return new GatheredAnswer(null, null, UpstreamErrors.FromFault(deployment, unfit));
        }
        catch (JsonException exception)
        {
            // The scanner has accepted the text; what is left is nesting beyond the parser's limit.
            var unfit = new ConnectionFault(UpstreamErrorKind.BadRequest, $"Invalid JSON payload: {exception.Message}");
            return new GatheredAnswer(null, null, UpstreamErrors.FromFault(deployment, unfit));
        }
    }

    private async ValueTask<((EmbeddingResponse? Vectors, HttpResponseHeaders? Headers) Response, AttemptOutcome? Failure)> SendAsync(
        CallContext call, Deployment deployment, EmbeddingCodec codec, EmbeddingRequest request, TargetModel target, string? clientKey, AttemptClock clock)
    {
        var connection = deployment.Connection;
        var written = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(written, HubJson.Writing))
        {
            codec.WriteRequest(request, target, json);
        }

        var endpoint = connection.EndpointFor(Surface.Embeddings, stream: false, call.Envelope.ApiVersion);
        using var content = new ReadOnlyMemoryContent(written.WrittenMemory);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var message = new HttpRequestMessage(HttpMethod.Post, endpoint.Uri)
        {
            Content = content,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrHigher,
        };
        if (await connection.AuthorizeAsync(message, clientKey, clock.Token) is { } fault)
        {
            return (default, UpstreamErrors.FromFault(deployment, fault));
        }

        ForwardedHeaders.Copy(call, deployment, message.Headers);
        using var response = await transport.For(connection.Transport).SendAsync(message, clock.Token);
        await using var body = UpstreamCaller.Decoded(response, clock.Token);
        if (response.StatusCode is not (>= HttpStatusCode.OK and < HttpStatusCode.Ambiguous))
        {
            return (default, await UpstreamErrors.FromResponseAsync(deployment, response, body, time, clock.Token));
        }

        try
        {
            using var document = JsonDocument.Parse(await ReadAllAsync(body, clock.Token));
            var vectors = codec.ReadResponse(document.RootElement, target);
            return vectors.Vectors.Count == request.Inputs.Count
                ? ((vectors, response.Headers), null)
                : (default, UpstreamErrors.BadResponse(deployment, "Invalid response object: not one embedding for each input.", response.Headers));
        }
        catch (Exception exception) when (exception is JsonException or WireException or InvalidOperationException)
        {
            return (default, UpstreamErrors.BadResponse(deployment, $"Invalid response object: {exception.Message}", response.Headers));
        }
    }

    /// <summary>Reads an answer to its end.</summary>
    internal static async ValueTask<ReadOnlyMemory<byte>> ReadAllAsync(Stream body, CancellationToken cancellationToken)
    {
        var read = new ArrayBufferWriter<byte>(16 * 1024);
        while (true)
        {
            var count = await body.ReadAsync(read.GetMemory(16 * 1024), cancellationToken);
            if (count == 0)
            {
                return read.WrittenMemory;
            }

            read.Advance(count);
            if (read.WrittenCount > MostAnswerBytes)
            {
                throw new InvalidDataException("the answer is longer than 256 MB");
            }
        }
    }

    private static void Add(EmbeddingResponse all, EmbeddingResponse part, EmbeddingRequest slice)
    {
        foreach (var vector in part.Vectors)
        {
            all.Vectors.Add(vector);
        }

        // What is not counted upstream is estimated here, like everywhere.
        all.PromptTokens += part.PromptTokens
            ?? slice.Inputs.Sum(static input => TokenEstimate.FromBytes(System.Text.Encoding.UTF8.GetByteCount(input.Text ?? "")));
        all.ImageTokens += part.ImageTokens;
        all.Id ??= part.Id;
    }

    private static byte[] Written(EmbeddingResponse response, string model, bool asBase64)
    {
        var written = new ArrayBufferWriter<byte>(response.Vectors.Sum(static vector => vector.Length * 12) + 256);
        using (var json = new Utf8JsonWriter(written, HubJson.Writing))
        {
            EmbeddingBodies.Write(response, model, asBase64, json);
        }

        return written.WrittenSpan.ToArray();
    }
}

/// <summary>What the several requests of one call came to.</summary>
/// <param name="Body">The answer in OpenAI's form; null when there is none.</param>
/// <param name="Headers">Those of the upstream's last answer.</param>
/// <param name="Failure">How it failed; null when it did not.</param>
internal readonly record struct GatheredAnswer(byte[]? Body, HttpResponseHeaders? Headers, AttemptOutcome? Failure);
