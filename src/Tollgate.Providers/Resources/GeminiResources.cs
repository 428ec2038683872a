using System.Text.Json;
using Tollgate.Engine.PassThrough.Natives;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;

namespace Tollgate.Providers.Resources;

/// <summary>Files and batches of AI Studio: files are uploaded resumably, batches run <c>generateContent</c> over one.</summary>
/// <param name="host">Address without version.</param>
/// <param name="model">Model of the deployment.</param>
/// <param name="authorize">Adds the key.</param>
internal sealed class GeminiResources(string host, string model, Authorize authorize) : INativeResources
{
    private const string Version = "v1beta";

    /// <inheritdoc/>
    public Surface Spoken => Surface.GenerateContent;

    /// <inheritdoc/>
    public bool TakesLines => false;

    /// <inheritdoc/>
    public async Task<NativeFile> UploadAsync(INativeSender sender, NativeUpload upload, CancellationToken cancellationToken)
    {
        var start = NativeHttp.Message(
            HttpMethod.Post,
            new Uri($"{host}/upload/{Version}/files"),
            NativeHttp.Json(json =>
            {
                json.WriteStartObject("file"u8);
                json.WriteString("display_name"u8, upload.Name);
                json.WriteEndObject();
            }));
        start.Headers.TryAddWithoutValidation("X-Goog-Upload-Protocol", "resumable");
        start.Headers.TryAddWithoutValidation("X-Goog-Upload-Command", "start");
        start.Headers.TryAddWithoutValidation("X-Goog-Upload-Header-Content-Length", upload.Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
        start.Headers.TryAddWithoutValidation("X-Goog-Upload-Header-Content-Type", upload.MediaType);
        var place = await sender.SendAsync(start, (message, token) => authorize(message, token), static (answer, _) => Task.FromResult(
            answer.Headers.TryGetValues("X-Goog-Upload-URL", out var values) && Uri.TryCreate(values.First(), UriKind.Absolute, out var uri) ? uri : null));

        // The address holds its own right to write; the key stays here, and the file inside the operator's network goes to no other host there.
        var address = new Uri((place?.AbsoluteUri).Need("X-Goog-Upload-URL"));
        var send = ForeignRequest.To(HttpMethod.Post, address, new Uri(host));
        send.Content = NativeHttp.File(upload);
        var made = await sender.JsonAsync(
            send,
            static (message, _) =>
            {
                message.Headers.TryAddWithoutValidation("X-Goog-Upload-Offset", "0");
                message.Headers.TryAddWithoutValidation("X-Goog-Upload-Command", "upload, finalize");
                return default;
            });
        return FileOf(made.At("file"), upload.Purpose) with { Name = upload.Name };
    }

    /// <inheritdoc/>
    public async Task<NativeFile> FileAsync(INativeSender sender, string id, CancellationToken cancellationToken)
    {
        var file = FileOf(
            await sender.JsonAsync(HttpMethod.Get, At(NameOf(id)), content: null, authorize), IsResult(id) ? "batch_output" : "user_data");
        return file with { Id = id };
    }

    /// <inheritdoc/>
    public Task DeleteAsync(INativeSender sender, string id, CancellationToken cancellationToken)
        => sender.DoAsync(HttpMethod.Delete, At(NameOf(id)), content: null, authorize);

    /// <inheritdoc/>
    public Task ContentAsync(INativeSender sender, string id, Func<Stream, CancellationToken, Task> take, CancellationToken cancellationToken)
        => sender.BytesAsync(new Uri($"{host}/download/{Version}/{Escaped(NameOf(id))}:download?alt=media"), authorize, take);

    /// <inheritdoc/>
    public bool IsResult(string id) => id.StartsWith(NativeHttp.ResultPrefix, StringComparison.Ordinal);

    /// <inheritdoc/>
    public async Task<NativeBatch> CreateAsync(INativeSender sender, NativeBatchRequest request, CancellationToken cancellationToken)
    {
        var name = request.Model ?? model;
        var path = name.Contains('/', StringComparison.Ordinal) ? Escaped(name) : "models/" + Uri.EscapeDataString(name);
        var content = NativeHttp.Json(json =>
        {
            json.WriteStartObject("batch"u8);
            json.WriteString("display_name"u8, request.Name);
            json.WriteStartObject("input_config"u8);
            json.WriteString("file_name"u8, request.InputId);
            json.WriteEndObject();
            json.WriteEndObject();
        });
        return Read(await sender.JsonAsync(HttpMethod.Post, new Uri($"{host}/{Version}/{path}:batchGenerateContent"), content, authorize))
            with
        { InputId = request.InputId };
    }

    /// <inheritdoc/>
    public async Task<NativeBatch> BatchAsync(INativeSender sender, string id, CancellationToken cancellationToken)
        => Read(await sender.JsonAsync(HttpMethod.Get, At(id), content: null, authorize));

    /// <inheritdoc/>
    public async Task<NativeBatch> CancelAsync(INativeSender sender, string id, CancellationToken cancellationToken)
    {
        await sender.DoAsync(HttpMethod.Post, new Uri(At(id).AbsoluteUri + ":cancel"), content: null, authorize);
        return await BatchAsync(sender, id, cancellationToken);
    }

    /// <inheritdoc/>
    public void WriteLine(Utf8JsonWriter json, string customId, ReadOnlySpan<byte> body)
    {
        json.WriteStartObject();
        json.WriteString("key"u8, customId);
        json.WritePropertyName("request"u8);
        json.WriteRawValue(body);
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public NativeResult? ReadLine(JsonElement line)
    {
        if (line.TextAt("key") is not { } id)
        {
            return null;
        }

        return line.At("response") is { ValueKind: JsonValueKind.Object } response
            ? new NativeResult(id, 200, response)
            : NativeHttp.Failed(id, line.TextAt("error", "status") ?? "server_error", line.TextAt("error", "message") ?? line.TextAt("status", "message") ?? "");
    }

    private static NativeBatch Read(JsonElement json)
    {
        var facts = json.At("metadata") is { ValueKind: JsonValueKind.Object } metadata ? metadata : json;
        var stats = facts.At("batchStats");
        var total = stats.CountAt("requestCount");
        var output = json.TextAt("response", "responsesFile") ?? facts.TextAt("output", "responsesFile") ?? facts.TextAt("dest", "fileName");
        var status = GoogleStates.Of(facts.TextAt("state") ?? json.TextAt("state"));
        var isOver = json.At("done").ValueKind is JsonValueKind.True;
        return new NativeBatch(
            json.TextAt("name").Need("name"),
            isOver && status is "validating" or "in_progress" ? json.At("error").ValueKind is JsonValueKind.Object ? "failed" : "completed" : status)
        {
            InputId = facts.TextAt("inputConfig", "fileName"),
            OutputId = output is null ? null : NativeHttp.ResultPrefix + output,
            CreatedAt = facts.TimeAt("createTime"),
            EndedAt = facts.TimeAt("endTime"),
            Counts = total > 0 ? (total, stats.CountAt("successfulRequestCount"), stats.CountAt("failedRequestCount")) : null,
            Error = json.TextAt("error", "message"),
        };
    }

    private static NativeFile FileOf(JsonElement file, string purpose) => new(
        file.TextAt("name").Need("name"), file.TextAt("displayName") ?? "file", file.CountAt("sizeBytes"), file.TimeAt("createTime") ?? default, purpose,
        file.TimeAt("expirationTime"));

    private static string NameOf(string id)
        => id.StartsWith(NativeHttp.ResultPrefix, StringComparison.Ordinal) ? id[NativeHttp.ResultPrefix.Length..] : id;

    private static string Escaped(string name) => string.Join('/', name.Split('/').Select(Uri.EscapeDataString));

    private Uri At(string name) => new($"{host}/{Version}/{Escaped(name)}");
}

/// <summary>States of Google's jobs in OpenAI's words.</summary>
internal static class GoogleStates
{
    /// <summary>The word for a state, whatever it begins with.</summary>
    public static string Of(string? state) => (state ?? "").Replace("BATCH_STATE_", "", StringComparison.Ordinal).Replace("JOB_STATE_", "", StringComparison.Ordinal) switch
    {
        "RUNNING" or "UPDATING" or "PAUSED" => "in_progress",
        "SUCCEEDED" or "PARTIALLY_SUCCEEDED" => "completed",
        "FAILED" => "failed",
        "CANCELLING" => "cancelling",
        "CANCELLED" => "cancelled",
        "EXPIRED" => "expired",
        _ => "validating",
    };
}
