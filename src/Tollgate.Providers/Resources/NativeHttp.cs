using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Tollgate.Engine.Errors;
using Tollgate.Engine.PassThrough.Natives;
using Tollgate.Engine.Upstream;

namespace Tollgate.Providers.Resources;

/// <summary>Puts credentials and headers on a request.</summary>
internal delegate ValueTask<ConnectionFault?> Authorize(HttpRequestMessage message, CancellationToken cancellationToken);

/// <summary>What providers' ways with files and batches have in common: requests made, JSON read.</summary>
internal static class NativeHttp
{
    /// <summary>Begins the native ids of the results of batches.</summary>
    public const string ResultPrefix = "results:";

    /// <summary>Makes a call whose answer is JSON.</summary>
    /// <exception cref="ApiException">It failed, or its answer is no object.</exception>
    public static Task<JsonElement> JsonAsync(
        this INativeSender sender, HttpMethod method, Uri address, HttpContent? content, Authorize authorize)
        => sender.JsonAsync(Message(method, address, content), authorize);

    /// <summary>Makes a call whose answer is JSON.</summary>
    /// <exception cref="ApiException">It failed, or its answer is no object.</exception>
    public static Task<JsonElement> JsonAsync(this INativeSender sender, HttpRequestMessage message, Authorize authorize)
        => sender.SendAsync(message, (sent, token) => authorize(sent, token), ReadAsync);

    /// <summary>Makes a call whose answer does not matter.</summary>
    public static Task DoAsync(this INativeSender sender, HttpMethod method, Uri address, HttpContent? content, Authorize authorize)
        => sender.SendAsync(Message(method, address, content), (message, token) => authorize(message, token), static (_, _) => Task.FromResult(true));

    /// <summary>Makes a call and hands on the bytes of its answer.</summary>
    public static Task BytesAsync(this INativeSender sender, Uri address, Authorize authorize, Func<Stream, CancellationToken, Task> take)
        => sender.SendAsync(
            Message(HttpMethod.Get, address, content: null),
            (message, token) => authorize(message, token),
            async (answer, cancellationToken) =>
            {
                await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
                await take(body, cancellationToken);
                return true;
            });

    /// <summary>A request.</summary>
    public static HttpRequestMessage Message(HttpMethod method, Uri address, HttpContent? content)
        => new(method, address) { Content = content, VersionPolicy = HttpVersionPolicy.RequestVersionOrHigher };

    /// <summary>JSON to be sent.</summary>
    public static HttpContent Json(Action<Utf8JsonWriter> write)
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        var content = new ByteArrayContent(output.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    /// <summary>A file to be sent; may be read more than once, since signatures need its hash.</summary>
    public static HttpContent File(NativeUpload upload) => new FileContent(upload);

    /// <summary>An object of an answer; undefined when there is none.</summary>
    public static JsonElement At(this JsonElement json, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(name, out json))
            {
                return default;
            }
        }

        return json;
    }

    /// <summary>A text of an answer; null when there is none.</summary>
    public static string? TextAt(this JsonElement json, params ReadOnlySpan<string> path)
        => json.At(path) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    /// <summary>A count, which some write as a text.</summary>
    public static long CountAt(this JsonElement json, params ReadOnlySpan<string> path) => json.At(path) switch
    {
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out var count) => count,
        { ValueKind: JsonValueKind.String } text when long.TryParse(text.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var count) => count,
        _ => 0,
    };

    /// <summary>A moment; null when there is none.</summary>
    public static DateTimeOffset? TimeAt(this JsonElement json, params ReadOnlySpan<string> path)
        => DateTimeOffset.TryParse(json.TextAt(path), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>A text that must be there.</summary>
    /// <exception cref="ApiException">502 when it is not.</exception>
    public static string Need(this string? text, string what) => text ?? throw new ApiException(502, $"The upstream's answer has no {what}.");

    /// <summary>The class of a failed line in OpenAI's word.</summary>
    public static NativeResult Failed(string customId, string code, string message) => new(customId, 500, default, code, message);

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        try
        {
            using var document = await JsonDocument.ParseAsync(body, default, cancellationToken);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw new ApiException(502, "The upstream's answer is not JSON.");
        }
    }

    private sealed class FileContent : HttpContent
    {
        private readonly NativeUpload _upload;

        public FileContent(NativeUpload upload)
        {
            _upload = upload;
            Headers.ContentType = MediaTypeHeaderValue.TryParse(upload.MediaType, out var type) ? type : new MediaTypeHeaderValue("application/octet-stream");
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
            => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            _upload.Content.Position = 0;
            return _upload.Content.CopyToAsync(stream, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _upload.Length;
            return true;
        }
    }
}
