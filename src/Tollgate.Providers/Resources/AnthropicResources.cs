using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Tollgate.Engine.PassThrough.Natives;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;

namespace Tollgate.Providers.Resources;

/// <summary>Anthropic's files and message batches (03-anthropic.md section 8): a batch brings its lines, its results are an address of their own.</summary>
/// <param name="root">Address up to <c>/v1</c>.</param>
/// <param name="authorize">Adds credentials.</param>
internal sealed class AnthropicResources(string root, Authorize authorize) : INativeResources
{
    private const string Version = "2023-06-01";
    private const string FilesBeta = "files-api-2025-04-14";

    /// <inheritdoc/>
    public Surface Spoken => Surface.Messages;

    /// <inheritdoc/>
    public bool TakesLines => true;

    /// <inheritdoc/>
    public async Task<NativeFile> UploadAsync(INativeSender sender, NativeUpload upload, CancellationToken cancellationToken)
    {
        var form = new MultipartFormDataContent();
        form.Add(NativeHttp.File(upload), "file", upload.Name);
        return FileOf(await sender.JsonAsync(HttpMethod.Post, At("files"), form, FilesAsync), upload.Purpose);
    }

    /// <inheritdoc/>
    public async Task<NativeFile> FileAsync(INativeSender sender, string id, CancellationToken cancellationToken)
    {
        if (!IsResult(id))
        {
            return FileOf(await sender.JsonAsync(HttpMethod.Get, At("files", id), content: null, FilesAsync), "user_data");
        }

        var batch = await BatchAsync(sender, BatchOf(id), cancellationToken);
        return new NativeFile(id, batch.Id + "_results.jsonl", 0, batch.EndedAt ?? batch.CreatedAt ?? sender.Now, "batch_output", batch.ExpiresAt);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(INativeSender sender, string id, CancellationToken cancellationToken)
        => IsResult(id)
            ? sender.DoAsync(HttpMethod.Delete, At("messages", "batches", BatchOf(id)), content: null, MessagesAsync)
            : sender.DoAsync(HttpMethod.Delete, At("files", id), content: null, FilesAsync);

    /// <inheritdoc/>
    public Task ContentAsync(INativeSender sender, string id, Func<Stream, CancellationToken, Task> take, CancellationToken cancellationToken)
        => IsResult(id)
            ? sender.BytesAsync(At("messages", "batches", BatchOf(id), "results"), MessagesAsync, take)
            : sender.BytesAsync(At("files", id, "content"), FilesAsync, take);

    /// <inheritdoc/>
    public bool IsResult(string id) => id.StartsWith(NativeHttp.ResultPrefix, StringComparison.Ordinal);

    /// <inheritdoc/>
    public async Task<NativeBatch> CreateAsync(INativeSender sender, NativeBatchRequest request, CancellationToken cancellationToken)
        => Read(await sender.JsonAsync(HttpMethod.Post, At("messages", "batches"), new Requests(request.Lines!), MessagesAsync));

    /// <inheritdoc/>
    public async Task<NativeBatch> BatchAsync(INativeSender sender, string id, CancellationToken cancellationToken)
        => Read(await sender.JsonAsync(HttpMethod.Get, At("messages", "batches", id), content: null, MessagesAsync));

    /// <inheritdoc/>
    public async Task<NativeBatch> CancelAsync(INativeSender sender, string id, CancellationToken cancellationToken)
        => Read(await sender.JsonAsync(HttpMethod.Post, At("messages", "batches", id, "cancel"), content: null, MessagesAsync));

    /// <inheritdoc/>
    public void WriteLine(Utf8JsonWriter json, string customId, ReadOnlySpan<byte> body)
    {
        json.WriteStartObject();
        json.WriteString("custom_id"u8, customId);
        json.WritePropertyName("params"u8);
        json.WriteRawValue(body);
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public NativeResult? ReadLine(JsonElement line)
    {
        if (line.TextAt("custom_id") is not { } id)
        {
            return null;
        }

        return line.TextAt("result", "type") switch
        {
            "succeeded" => new NativeResult(id, 200, line.At("result", "message")),
            "expired" => NativeHttp.Failed(id, "batch_expired", "This request could not be executed before the batch expired."),
            "canceled" => NativeHttp.Failed(id, "batch_cancelled", "This request was not executed: the batch was cancelled."),
            _ => NativeHttp.Failed(
                id, line.TextAt("result", "error", "error", "type") ?? "server_error", line.TextAt("result", "error", "error", "message") ?? ""),
        };
    }

    private static NativeBatch Read(JsonElement json)
    {
        var id = json.TextAt("id").Need("id");
        var counts = json.At("request_counts");
        var (succeeded, expired) = (counts.CountAt("succeeded"), counts.CountAt("expired"));
        var failed = counts.CountAt("errored") + counts.CountAt("canceled") + expired;
        var isOver = json.TextAt("processing_status") is "ended";
        var status = json.TextAt("processing_status") switch
        {
            "canceling" => "cancelling",
            "ended" => json.TextAt("cancel_initiated_at") is not null ? "cancelled" : expired > 0 && succeeded == 0 ? "expired" : "completed",
            _ => "in_progress",
        };
        return new NativeBatch(id, status)
        {
            OutputId = isOver && json.TextAt("results_url") is not null ? NativeHttp.ResultPrefix + id : null,
            CreatedAt = json.TimeAt("created_at"),
            EndedAt = json.TimeAt("ended_at"),
            CancellingAt = json.TimeAt("cancel_initiated_at"),
            ExpiresAt = json.TimeAt("expires_at"),
            Counts = (succeeded + failed + counts.CountAt("processing"), succeeded, failed),
        };
    }

    private static NativeFile FileOf(JsonElement json, string purpose) => new(
        json.TextAt("id").Need("id"), json.TextAt("filename") ?? "file", json.CountAt("size_bytes"), json.TimeAt("created_at") ?? default, purpose);

    private static string BatchOf(string id) => id[NativeHttp.ResultPrefix.Length..];

    private Uri At(params ReadOnlySpan<string> path)
    {
        var address = root;
        foreach (var part in path)
        {
            address += "/" + Uri.EscapeDataString(part);
        }

        return new Uri(address);
    }

    private ValueTask<ConnectionFault?> MessagesAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        message.Headers.TryAddWithoutValidation("anthropic-version", Version);
        return authorize(message, cancellationToken);
    }

    private ValueTask<ConnectionFault?> FilesAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        message.Headers.TryAddWithoutValidation("anthropic-beta", FilesBeta);
        return MessagesAsync(message, cancellationToken);
    }

    /// <summary>The lines as they are translated: a batch may be larger than memory.</summary>
    private sealed class Requests : HttpContent
    {
        private readonly Func<Stream, CancellationToken, Task> _lines;

        public Requests(Func<Stream, CancellationToken, Task> lines)
        {
            _lines = lines;
            Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
            => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync("{\"requests\":"u8.ToArray(), cancellationToken);
            await _lines(stream, cancellationToken);
            await stream.WriteAsync("}"u8.ToArray(), cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = -1;
            return false;
        }
    }
}
