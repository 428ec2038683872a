using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using Tollgate.Engine.Media;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.Media;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Engine.Upstream;

/// <summary>Asks a deployment for a minimal answer, for <c>GET /health</c>. No client, no key, no retries.</summary>
public sealed class DeploymentProbe(UpstreamTransport transport, TimeProvider time)
{
    /// <summary>Makes one call.</summary>
    /// <returns>Null when the deployment answered; otherwise why it is unhealthy, without secrets.</returns>
    public async Task<string?> CheckAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        if (deployment.Config.MockResponse is not null)
        {
            return null;
        }

        var timeout = deployment.Config.Info.HealthCheckTimeout;
        using var clock = new AttemptClock(time, new CallTimeouts(timeout, timeout, timeout), cancellationToken);
        try
        {
            var outcome = await CallAsync(deployment, clock);
            return outcome is null ? null : $"litellm.{ErrorClasses.NameOf(outcome.Kind)}: {outcome.Message}";
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            var outcome = UpstreamErrors.FromException(deployment, exception, clock);
            return $"litellm.{ErrorClasses.NameOf(outcome.Kind)}: {outcome.Message}";
        }
    }

    private async Task<AttemptOutcome?> CallAsync(Deployment deployment, AttemptClock clock)
    {
        if (SurfaceOf(deployment.Config.Info.Mode) is not { } surface)
        {
            return null;
        }

        var connection = deployment.Connection;
        var spoken = connection.SpokenFor(surface);
        var endpoint = connection.EndpointFor(spoken, stream: false, apiVersion: null);
        if (endpoint.Uri is null)
        {
            return UpstreamErrors.FromFault(deployment, endpoint.Fault!);
        }

        var body = ProbeBody.For(surface, deployment.Config.Info);
        if (spoken != surface && Translate(connection, body, surface, spoken) is { } translated)
        {
            body = translated;
        }

        var members = new JsonMembers();
        _ = JsonScanner.Scan(body, members);
        var edits = new JsonEdits();
        var policy = RequestPolicy.Default with { DropParams = true };
        var request = new UpstreamRequest(body, members, spoken, Stream: false, policy, ApiVersion: null);
        if (connection.WriteRequest(request, edits) is { } unfit)
        {
            return UpstreamErrors.FromFault(deployment, unfit);
        }

        var (opened, impossible) = Open(connection, surface, request, edits, endpoint.Uri);
        if (opened is null)
        {
            return UpstreamErrors.FromFault(deployment, impossible!);
        }

        using var message = opened;
        if (await connection.AuthorizeAsync(message, clientKey: null, clock.Token) is { } fault)
        {
            return UpstreamErrors.FromFault(deployment, fault);
        }

        connection.CompleteHeaders(request, message.Headers);
        using var response = await connection.ExchangeAsync(transport.For(connection.Transport), message, request, clock.Token);
        await using var answer = await response.Content.ReadAsStreamAsync(clock.Token);
        return response.IsSuccessStatusCode ? null : await UpstreamErrors.FromResponseAsync(deployment, response, answer, time, clock.Token);
    }

    /// <summary>
    /// What a deployment of a mode is asked; null for those that no small call can be made to (films, sessions, jobs): they count as healthy.
    /// </summary>
    private static Surface? SurfaceOf(string? mode) => mode switch
    {
        "embedding" => Surface.Embeddings,
        "completion" => Surface.Completions,
        "responses" => Surface.Responses,
        "image_generation" => Surface.ImageGenerations,
        "audio_speech" => Surface.Speech,
        "audio_transcription" => Surface.Transcriptions,
        "rerank" => Surface.Rerank,
        "moderation" or "moderations" => Surface.Moderations,
        "image_edit" or "realtime" or "batch" or "ocr" or "video_generation" or "vector_store" or "search" => null,
        _ => Surface.Chat,
    };

    /// <summary>The request: as it stands, or in the words that the provider has for it.</summary>
    private static (HttpRequestMessage? Message, ConnectionFault? Fault) Open(
        IUpstreamConnection connection, Surface surface, in UpstreamRequest request, JsonEdits edits, Uri address)
    {
        var shape = connection.ShapeFor(surface);
        var codec = surface is Surface.Embeddings ? connection.Embeddings : null;
        if (shape is null && codec is null && surface is not Surface.Transcriptions)
        {
            return (MediaRelay.Post(address, new SplicedContent(request.Json, edits)), null);
        }

        var edited = new ArrayBufferWriter<byte>(edits.LengthOf(request.Json.Length) + 1);
        edits.WriteTo(request.Json.Span, edited);
        try
        {
            using var document = JsonDocument.Parse(edited.WrittenMemory);
            if (surface is Surface.Transcriptions)
            {
                return (Spoken(shape, document.RootElement, connection.TargetFor(surface), address), null);
            }

            return codec is null
                ? (MediaRelay.Shaped(form: null, surface.Route(), shape!.Write(document.RootElement, connection.TargetFor(surface)), address), null)
                : (MediaRelay.Post(address, Embedded(codec, document.RootElement, connection.TargetFor(surface))), null);
        }
        catch (WireException exception)
        {
            return (null, new ConnectionFault(UpstreamErrorKind.BadRequest, exception.Message, exception.Param));
        }
    }

    private static ReadOnlyMemoryContent Embedded(EmbeddingCodec codec, JsonElement body, TargetModel target)
    {
        var request = EmbeddingBodies.Read(body);
        request.Model = target.Model;
        var written = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(written, HubJson.Writing))
        {
            codec.WriteRequest(request, target, json);
        }

        return new ReadOnlyMemoryContent(written.WrittenMemory) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
    }

    /// <summary>A short silence: in a form, alone, or inside of a question about it.</summary>
    private static HttpRequestMessage Spoken(MediaShape? shape, JsonElement body, TargetModel target, Uri address)
    {
        var silence = ProbeBody.Silence();
        var shaped = shape is null ? new MediaRequest(MediaBody.Form, body.Bytes().ToArray())
            : shape.TakesFiles ? shape.Write(body, [new MediaFile("file", "audio/wav", silence)], target)
            : shape.Write(body, target);
        var place = new Uri(address.GetLeftPart(UriPartial.Path) + shaped.Address
            + (address.Query.Length > 0 && shaped.Address.Contains('?', StringComparison.Ordinal) ? "&" + address.Query[1..] : address.Query));
        var message = MediaRelay.Post(place, shaped.Body switch
        {
            MediaBody.File => SoundOf(silence),
            MediaBody.Form => FormOf(shaped.Json, silence),
            _ => new ReadOnlyMemoryContent(shaped.Json) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        });
        SecondBody.Set(message, shaped.Next);
        return message;
    }

    private static ByteArrayContent SoundOf(byte[] sound)
        => new(sound) { Headers = { ContentType = new MediaTypeHeaderValue("audio/wav") } };

    private static MultipartFormDataContent FormOf(ReadOnlyMemory<byte> json, byte[] sound)
    {
        using var fields = JsonDocument.Parse(json);
        var form = new MultipartFormDataContent();
        foreach (var (name, value) in FormFields.Read(fields.RootElement))
        {
            form.Add(new StringContent(value), name);
        }

        form.Add(SoundOf(sound), "file", "probe.wav");
        return form;
    }

    private static byte[]? Translate(IUpstreamConnection connection, byte[] body, Surface surface, Surface spoken)
    {
        if (Dialects.Of(surface) is not { } client || Dialects.Of(spoken) is not { } upstream)
        {
            return null;
        }

        using var document = JsonDocument.Parse(body);
        var request = client.ReadRequest(document.RootElement, body);
        var target = connection.TargetFor(spoken);
        request.Model = target.Model;
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, HubJson.Writing))
        {
            upstream.WriteRequest(request, target, json);
        }

        return buffer.WrittenSpan.ToArray();
    }
}
