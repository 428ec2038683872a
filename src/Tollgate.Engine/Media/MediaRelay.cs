using System.Net.Http.Headers;
using System.Text.Json;
using Tollgate.Engine.Lookups;
using Tollgate.Engine.Media.Videos;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.Media;
using Tollgate.Wire.Media.Videos;
using Tollgate.Wire.OpenAi;
using Tollgate.Wire.Sse;
using Tollgate.Wire.Vectors;

namespace Tollgate.Engine.Media;

/// <summary>Requests and answers of calls about pictures, sounds and documents: JSON, forms, event streams and sound as it comes.</summary>
internal sealed class MediaRelay(
    BodyRelay bodies, StreamRelay streams, SoundRelay sounds, MediaFetcher fetcher, VideoOwners owners, QueryVectors vectors, TimeProvider time)
{
    /// <summary>Most bytes of files in a JSON body: in base64 a third more, and a copy or two on the way.</summary>
    private const long MostFileBytes = 20L * 1024 * 1024;

    /// <summary>An answer that only says where a film is.</summary>
    private const int MostFilmAnswer = 16 * 1024 * 1024;

    /// <summary>Makes the body of an attempt.</summary>
    /// <param name="call">The call.</param>
    /// <param name="deployment">Who is asked.</param>
    /// <param name="request">The client's body.</param>
    /// <param name="edits">What policies changed of it.</param>
    /// <param name="address">Where it goes; the provider's words may add to it.</param>
    /// <param name="cancellationToken">Ends reading files of the client's.</param>
    /// <returns>The request, or why there is none.</returns>
    public async ValueTask<(HttpRequestMessage? Message, ConnectionFault? Fault)> OpenAsync(
        CallContext call, Deployment deployment, UpstreamRequest request, JsonEdits edits, Uri address, CancellationToken cancellationToken)
    {
        var media = call.Media!;
        media.BeginAttempt();
        if (TooLarge(call.Form, deployment) is { } tooLarge)
        {
            return (null, tooLarge);
        }

        if (await vectors.PrepareAsync(call, cancellationToken) is { } noVector)
        {
            return (null, noVector);
        }

        var shape = deployment.Connection.ShapeFor(call.Surface);
        if (call.Surface is Surface.Videos && call.Operation.Length > 0)
        {
            if (shape is not null)
            {
                return (null, new ConnectionFault(
                    UpstreamErrorKind.BadRequest, $"{deployment.Connection.ExceptionName} - the provider makes no films from films."));
            }

            shape = call.Form is null ? VideoRework.Json : VideoRework.Form;
        }

        if (shape is null && call.Form is null)
        {
            return (Post(address, new SplicedContent(request.Json, edits)), null);
        }

        var edited = new System.Buffers.ArrayBufferWriter<byte>(edits.LengthOf(request.Json.Length) + 1);
        edits.WriteTo(request.Json.Span, edited);
        try
        {
            // Parsed from a copy of its own, which lives as long as the answer may be turned around.
            media.Sent = JsonDocument.Parse(edited.WrittenMemory).RootElement;
            if (shape is null)
            {
                return (Post(address, new FormContent(FormFields.Read(media.Sent), call.Form)), null);
            }

            media.Shape = shape;
            var target = TargetOf(deployment, call);
            var shaped = shape.TakesFiles
                ? shape.Write(media.Sent, await FilesAsync(call, shape, media.Sent, cancellationToken), target) : shape.Write(media.Sent, target);
            return (Shaped(call.Form, call.Route, shaped, address), null);
        }
        catch (WireException exception)
        {
            return (null, new ConnectionFault(UpstreamErrorKind.BadRequest, exception.Message, exception.Param));
        }
        catch (JsonException exception)
        {
            return (null, new ConnectionFault(UpstreamErrorKind.BadRequest, $"Invalid JSON payload: {exception.Message}"));
        }
    }

    /// <summary>Relays an answer.</summary>
    public ValueTask<AttemptOutcome> RelayAsync(CallContext call, CallScratch scratch, UpstreamAnswer answer, AttemptClock clock)
    {
        var media = call.Media!;
        var type = answer.ContentType ?? "";
        if (type.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase))
        {
            StreamPath events = media.Shape is { } sounding && sounding.StreamsSound(media.Sent)
                ? new SoundEvents(sounding, media.Sent, media.Facts) : new MediaStream(call.Surface, media.Facts);
            return streams.RelayAsync(call, scratch, answer, new SseSplitter(), events, clock);
        }

        if (call.Surface is Surface.Speech && media.Shape is { ReadsSound: true } inside)
        {
            return sounds.RelayAsync(call, scratch, answer, inside, clock);
        }

        if (call.Surface is Surface.Speech && !type.StartsWith("application/json", StringComparison.OrdinalIgnoreCase))
        {
            return sounds.RelayAsync(call, scratch, answer, clock);
        }

        var path = new MediaAnswer(call.Surface, ClientModel.For(call), answer.ContentType, media.Facts, time.GetUtcNow().ToUnixTimeSeconds())
        {
            EncodeId = call.Surface is Surface.Videos ? VideoIds.EncoderFor(answer.Deployment, call.Envelope.Model) : null,
        };
        AnswerPath shaped = media.Shape is { ReadsAnswers: true } shape ? new ShapedAnswer(shape, media.Sent, path) : path;
        return call.Surface is Surface.Videos ? RelayFilmAsync(call, scratch, answer, shaped, clock) : bodies.RelayAsync(call, scratch, answer, shaped, clock);
    }

    /// <summary>Keeps whose a film is before the client knows of it.</summary>
    private async ValueTask<AttemptOutcome> RelayFilmAsync(
        CallContext call, CallScratch scratch, UpstreamAnswer answer, AnswerPath path, AttemptClock clock)
    {
        using var whole = new MemoryStream();
        var buffer = new byte[8 * 1024];
        while (await answer.Body.ReadAsync(buffer, clock.Token) is > 0 and var read)
        {
            whole.Write(buffer.AsSpan(0, read));
            if (whole.Length > MostFilmAnswer)
            {
                return UpstreamErrors.BadResponse(answer.Deployment, "The upstream's answer is longer than 16 MB.", answer.Headers);
            }
        }

        if (path.Read(whole.GetBuffer().AsMemory(0, (int)whole.Length)) is ResponseVerdict.Good && path.AnswerId is { } id)
        {
            await owners.KeepAsync(call, answer.Deployment.Connection.Provider, id);
        }

        whole.Position = 0;
        return await bodies.RelayAsync(call, scratch, answer with { Body = whole, Length = whole.Length }, path, clock);
    }

    private static TargetModel TargetOf(Deployment deployment, CallContext call)
    {
        var target = deployment.Connection.TargetFor(call.Surface);
        return call.Media!.Vector is { } vector
            ? target with { Options = new Dictionary<string, string>(target.Options, StringComparer.Ordinal) { [VectorShape.VectorOption] = vector.Json } }
            : target;
    }

    /// <summary>The operator's limit of files for a deployment, where the client's is larger; of a form that streams its announced size counts.</summary>
    private static ConnectionFault? TooLarge(FormBody? form, Deployment deployment)
    {
        const double megabyte = 1024 * 1024;
        if (form is null || deployment.Config.MaxFileBytes is not { } limit)
        {
            return null;
        }

        var size = form.Parts.Count == 0 ? 0 : Math.Max(form.FileBytes, form.Parts.Max(static part => part.Length));
        return size <= limit ? null : new ConnectionFault(
            UpstreamErrorKind.BadRequest,
            FormattableString.Invariant($"File size is too large. Please check your file size. Passed file size: {size / megabyte:0.##} MB. ")
            + FormattableString.Invariant($"Max file size: {limit / megabyte:0.##} MB"),
            "file");
    }

    /// <summary>The files of a form as bytes, or what a request points at where the provider needs its bytes.</summary>
    /// <exception cref="WireException">They are too large to be put into a body, or cannot be fetched.</exception>
    private async ValueTask<IReadOnlyList<MediaFile>> FilesAsync(CallContext call, MediaShape shape, JsonElement request, CancellationToken cancellationToken)
    {
        if (call.Form is not { Parts.Count: > 0 } form)
        {
            if (shape.UrlToFetch(request) is not var (name, url))
            {
                return [];
            }

            var fetched = await fetcher.FetchAsync(url, mediaType: null, call.Snapshot.Config.Media, cancellationToken);
            return [new MediaFile(name, fetched.MediaType, Convert.FromBase64String(System.Text.Encoding.ASCII.GetString(fetched.Base64.Span)))];
        }

        if (!form.IsWhole || form.Parts.Sum(static part => part.Length) > MostFileBytes)
        {
            throw new WireException($"The provider takes files inside of a JSON body: {MostFileBytes / 1024 / 1024} MB of them at most.");
        }

        var files = new List<MediaFile>(form.Parts.Count);
        foreach (var part in form.Parts)
        {
            using var bytes = new MemoryStream((int)part.Length);
            await part.Held.WriteToAsync(bytes, cancellationToken);
            files.Add(new MediaFile(part.Name, part.ContentType, bytes.ToArray()));
        }

        return files;
    }

    /// <summary>A request in a provider's words.</summary>
    /// <param name="form">The client's form; null for none.</param>
    /// <param name="route">What was called, for messages.</param>
    /// <param name="shaped">The words.</param>
    /// <param name="address">Where it goes; the words may add to it.</param>
    /// <exception cref="WireException">They need a file that is not there.</exception>
    internal static HttpRequestMessage Shaped(FormBody? form, string route, MediaRequest shaped, Uri address)
    {
        if (shaped.Address.Length > 0)
        {
            var root = address.GetLeftPart(UriPartial.Path).TrimEnd('/');
            var query = address.Query.TrimStart('?');
            var more = shaped.Address.IndexOf('?', StringComparison.Ordinal) is >= 0 and var mark ? shaped.Address[(mark + 1)..] : "";
            var path = more.Length == 0 ? shaped.Address.TrimEnd('?') : shaped.Address[..^(more.Length + 1)];
            var both = query.Length > 0 && more.Length > 0 ? $"{query}&{more}" : query + more;
            address = new Uri(root + path + (both.Length == 0 ? "" : "?" + both));
        }

        HttpContent? content = shaped.Body switch
        {
            MediaBody.None => null,
            MediaBody.File when form is { Parts.Count: > 0 } => new FileContent(form),
            MediaBody.File => throw new WireException($"{route}: Missing required parameter: 'file'.", "file"),
            MediaBody.Form => new FormContent(FormFields.Read(JsonDocument.Parse(shaped.Json).RootElement), form),
            _ => Bytes(shaped.Json, shaped.Body is MediaBody.Text && shaped.ContentType is { } type ? type : "application/json"),
        };
        var message = content is null ? Get(address) : Post(address, content);
        if (shaped.Accept is { } accept)
        {
            message.Headers.TryAddWithoutValidation("Accept", accept);
        }

        SecondBody.Set(message, shaped.Next);
        foreach (var (name, value) in shaped.Headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        return message;
    }

    /// <summary>A request with a body.</summary>
    public static HttpRequestMessage Post(Uri address, HttpContent content) => new(HttpMethod.Post, address)
    {
        Content = content,
        VersionPolicy = HttpVersionPolicy.RequestVersionOrHigher,
    };

    /// <summary>A request without one.</summary>
    private static HttpRequestMessage Get(Uri address) => new(HttpMethod.Get, address) { VersionPolicy = HttpVersionPolicy.RequestVersionOrHigher };

    private static ReadOnlyMemoryContent Bytes(ReadOnlyMemory<byte> bytes, string type)
    {
        var content = new ReadOnlyMemoryContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return content;
    }
}
