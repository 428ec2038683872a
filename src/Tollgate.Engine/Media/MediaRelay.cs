using System.Net.Http.Headers;
using System.Text.Json;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.Media;
using Tollgate.Wire.Sse;

namespace Tollgate.Engine.Media;

/// <summary>Requests and answers of calls about pictures, sounds and documents: JSON, forms, event streams and sound as it comes.</summary>
internal sealed class MediaRelay(BodyRelay bodies, StreamRelay streams, SoundRelay sounds, TimeProvider time)
{
    /// <summary>Makes the body of an attempt.</summary>
    /// <param name="call">The call.</param>
    /// <param name="deployment">Who is asked.</param>
    /// <param name="request">The client's body.</param>
    /// <param name="edits">What policies changed of it.</param>
    /// <param name="address">Where it goes; the provider's words may add to it.</param>
    /// <returns>The request, or why there is none.</returns>
    public static (HttpRequestMessage? Message, ConnectionFault? Fault) Open(
        CallContext call, Deployment deployment, in UpstreamRequest request, JsonEdits edits, Uri address)
    {
        var media = call.Media!;
        media.BeginAttempt();
        var shape = deployment.Connection.ShapeFor(call.Surface);
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
            return (Shaped(call, shape.Write(media.Sent, deployment.Connection.TargetFor(call.Surface)), address), null);
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
            return streams.RelayAsync(call, scratch, answer, new SseSplitter(), new MediaStream(call.Surface, media.Facts), clock);
        }

        if (call.Surface is Surface.Speech && !type.StartsWith("application/json", StringComparison.OrdinalIgnoreCase))
        {
            return sounds.RelayAsync(call, scratch, answer, clock);
        }

        var path = new MediaAnswer(call.Surface, ClientModel.For(call), answer.ContentType, media.Facts, time.GetUtcNow().ToUnixTimeSeconds());
        return bodies.RelayAsync(
            call, scratch, answer, media.Shape is { ReadsAnswers: true } shape ? new ShapedAnswer(shape, media.Sent, path) : path, clock);
    }

    private static HttpRequestMessage Shaped(CallContext call, MediaRequest shaped, Uri address)
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

        HttpContent content = shaped.Body switch
        {
            MediaBody.File when call.Form is { Parts.Count: > 0 } form => new FileContent(form),
            MediaBody.File => throw new WireException($"{call.Route}: Missing required parameter: 'file'.", "file"),
            MediaBody.Form => new FormContent(FormFields.Read(JsonDocument.Parse(shaped.Json).RootElement), call.Form),
            _ => Json(shaped.Json),
        };
        var message = Post(address, content);
        if (shaped.Accept is { } accept)
        {
            message.Headers.TryAddWithoutValidation("Accept", accept);
        }

        return message;
    }

    /// <summary>A request with a body.</summary>
    public static HttpRequestMessage Post(Uri address, HttpContent content) => new(HttpMethod.Post, address)
    {
        Content = content,
        VersionPolicy = HttpVersionPolicy.RequestVersionOrHigher,
    };

    private static ReadOnlyMemoryContent Json(ReadOnlyMemory<byte> json)
    {
        var content = new ReadOnlyMemoryContent(json);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }
}
