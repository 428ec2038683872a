using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Errors;
using Tollgate.Engine.PassThrough.Stored;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;
using Tollgate.Engine.Upstream;

namespace Tollgate.Engine.PassThrough.Natives;

/// <summary>
/// Files and batches at providers with APIs of their own, in OpenAI's shape (llm-api.md 13.2, 13.3): lines are translated on their way in and
/// out, one at a time; what a file needs to be sent whole stands on disk, not in memory.
/// </summary>
internal sealed class NativeFiles(ResourceCaller caller, LineTranslator lines, KeptFiles kept)
{
    private const int CopySize = 81920;

    private static readonly byte[] NewLine = "\n"u8.ToArray();

    /// <summary>Uploads a file.</summary>
    /// <returns>The file in OpenAI's shape.</returns>
    public async Task<ReadOnlyMemory<byte>> UploadAsync(NativeCall about, ManagedUpload upload)
    {
        var native = about.Native;
        var aborted = about.Call.Aborted;
        var file = upload.OpenFile();
        if (upload.Purpose is not "batch")
        {
            var sent = new NativeUpload(file, file.Length, upload.FileName, upload.MediaType, upload.Purpose, Model: null);
            var made = await native.UploadAsync(caller.SenderFor(about), sent, aborted);
            return NativeObjects.File(NativeId.File(made.Id, model: null), made);
        }

        var models = new LineModels(caller, about, one: !native.TakesLines);
        if (native.TakesLines)
        {
            // Translated now, so that what cannot be run is refused now; translated again when the batch starts.
            await TranslateAsync(about, file, models, Stream.Null);
            var keptFile = await kept.AddAsync(upload.OpenFile(), file.Length, upload.FileName, aborted);
            return NativeObjects.File(NativeId.File(keptFile.Id, model: null), keptFile);
        }

        await using var translated = new FileStream(
            Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, CopySize,
            FileOptions.Asynchronous | FileOptions.DeleteOnClose);
        await TranslateAsync(about, file, models, translated);
        translated.Position = 0;
        var ready = new NativeUpload(translated, translated.Length, upload.FileName, "application/jsonl", "batch", models.Model);
        var done = await native.UploadAsync(caller.SenderFor(about), ready, aborted);
        return NativeObjects.File(NativeId.File(done.Id, about.Group is null ? models.Model : null), done with { Bytes = file.Length });
    }

    /// <summary>Facts about a file, in OpenAI's shape.</summary>
    public async Task<ReadOnlyMemory<byte>> FileAsync(NativeCall about, string id)
    {
        var known = Known(id, "File");
        var file = KeptFiles.IsKept(known.Id) ? await kept.FindAsync(known.Id, about.Call.Aborted)
            : await about.Native.FileAsync(caller.SenderFor(about), known.Id, about.Call.Aborted);
        return NativeObjects.File(NativeId.File(known.Id, known.Model), file);
    }

    /// <summary>Deletes a file.</summary>
    public Task DeleteAsync(NativeCall about, string id)
    {
        var known = Known(id, "File");
        return KeptFiles.IsKept(known.Id) ? kept.DeleteAsync(known.Id, about.Call.Aborted)
            : about.Native.DeleteAsync(caller.SenderFor(about), known.Id, about.Call.Aborted);
    }

    /// <summary>Hands out the bytes of a file; those of results are OpenAI's lines.</summary>
    public Task ContentAsync(NativeCall about, string id, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write)
    {
        var known = Known(id, "File");
        if (KeptFiles.IsKept(known.Id))
        {
            return CopyKeptAsync(about, known.Id, write);
        }

        return about.Native.IsResult(known.Id) ? EachResultAsync(about, id, write) : about.Native.ContentAsync(
            caller.SenderFor(about),
            known.Id,
            async (stream, cancellationToken) =>
            {
                var buffer = new byte[CopySize];
                while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var read)
                {
                    await write(buffer.AsMemory(0, read), cancellationToken);
                }
            },
            about.Call.Aborted);
    }

    /// <summary>Hands out the results of a batch as OpenAI's lines, each with its end.</summary>
    public Task EachResultAsync(NativeCall about, string id, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> take)
    {
        var native = about.Native;
        var known = Known(id, "File");
        var models = new LineModels(caller, about, one: false);
        return native.ContentAsync(
            caller.SenderFor(about),
            known.Id,
            (stream, cancellationToken) => BatchLines.EachAsync(
                stream,
                async (line, _) =>
                {
                    if (ResultOf(native, models, known.Model, line) is { IsEmpty: false } shown)
                    {
                        await take(shown, cancellationToken);
                        await take(NewLine, cancellationToken);
                    }
                },
                cancellationToken),
            about.Call.Aborted);
    }

    /// <summary>Starts a batch.</summary>
    public async Task<ReadOnlyMemory<byte>> CreateAsync(NativeCall about, JsonElement body)
    {
        var input = Text(body, "input_file_id") ?? throw ApiException.BadRequest("/batches: Missing required parameter: 'input_file_id'.", "input_file_id");
        if (Text(body, "endpoint") is { } endpoint && endpoint is not ("/v1/chat/completions" or "/chat/completions"))
        {
            throw ApiException.BadRequest($"/batches: this provider runs batches of /v1/chat/completions only, not of {endpoint}.", "endpoint");
        }

        var native = about.Native;
        var known = Known(input, "File");
        if (native.TakesLines && !KeptFiles.IsKept(known.Id))
        {
            throw ApiException.BadRequest("/batches: the file was not uploaded with the purpose 'batch'.", "input_file_id");
        }

        var metadata = NotesOf(body);
        if (native.TakesLines)
        {
            await kept.FindAsync(known.Id, about.Call.Aborted);
        }

        var request = new NativeBatchRequest(
            native.TakesLines ? "" : known.Id, native.TakesLines ? (output, token) => WriteLinesAsync(about, known.Id, output, token) : null,
            about.Group is null ? known.Model : null, "tollgate-" + Guid.NewGuid().ToString("N"), metadata);
        var batch = await native.CreateAsync(caller.SenderFor(about), request, about.Call.Aborted);
        return Shown(batch, known.Model, native.TakesLines ? known.Id : null, input, metadata);
    }

    /// <summary>State of a batch.</summary>
    public async Task<ReadOnlyMemory<byte>> BatchAsync(NativeCall about, string id)
    {
        var known = Known(id, "Batch");
        return Shown(await about.Native.BatchAsync(caller.SenderFor(about), known.Id, about.Call.Aborted), known.Model, known.Input, input: null, metadata: null);
    }

    /// <summary>Asks for the end of a batch.</summary>
    public async Task<ReadOnlyMemory<byte>> CancelAsync(NativeCall about, string id)
    {
        var known = Known(id, "Batch");
        return Shown(await about.Native.CancelAsync(caller.SenderFor(about), known.Id, about.Call.Aborted), known.Model, known.Input, input: null, metadata: null);
    }

    private static ReadOnlyMemory<byte> Shown(
        NativeBatch batch, string? model, string? keptInput, string? input, IReadOnlyDictionary<string, string>? metadata)
    {
        input ??= (keptInput ?? batch.InputId) is { } native ? NativeId.File(native, keptInput is null ? model : null) : null;
        var output = batch.OutputId is { } results ? NativeId.File(results, model) : null;
        return NativeObjects.Batch(batch, NativeId.Batch(batch.Id, model, keptInput), input, output, metadata);
    }

    private async Task CopyKeptAsync(NativeCall about, string id, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write)
    {
        await kept.FindAsync(id, about.Call.Aborted);
        await kept.CopyAsync(id, write, about.Call.Aborted);
    }

    private Task TranslateAsync(NativeCall about, Stream file, LineModels models, Stream output)
        => BatchLines.EachAsync(
            file,
            async (line, number) =>
            {
                if (await TranslateAsync(about, line, number, models) is { IsEmpty: false } written)
                {
                    await output.WriteAsync(written, about.Call.Aborted);
                    await output.WriteAsync(NewLine, about.Call.Aborted);
                }
            },
            about.Call.Aborted);

    private async Task WriteLinesAsync(NativeCall about, string id, Stream output, CancellationToken cancellationToken)
    {
        var models = new LineModels(caller, about, one: false);
        var isFirst = true;
        await output.WriteAsync("["u8.ToArray(), cancellationToken);
        await kept.EachLineAsync(
            id,
            async (line, number) =>
            {
                if (await TranslateAsync(about, line, number, models) is { IsEmpty: false } written)
                {
                    if (!isFirst)
                    {
                        await output.WriteAsync(","u8.ToArray(), cancellationToken);
                    }

                    isFirst = false;
                    await output.WriteAsync(written, cancellationToken);
                }
            },
            cancellationToken);
        await output.WriteAsync("]"u8.ToArray(), cancellationToken);
    }

    private async ValueTask<ReadOnlyMemory<byte>> TranslateAsync(NativeCall about, ReadOnlyMemory<byte> line, int number, LineModels models)
    {
        if (line.Span.Trim(" \r\n\t"u8).IsEmpty)
        {
            return default;
        }

        var (customId, body) = await lines.WriteAsync(about.Call, line, number, about.Native.Spoken, models.For, about.Call.Aborted);
        return StoredObject.Write(json => about.Native.WriteLine(json, customId, body.Span));
    }

    private ReadOnlyMemory<byte> ResultOf(INativeResources native, LineModels models, string? model, ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            if (native.ReadLine(document.RootElement) is not { } result)
            {
                return default;
            }

            var body = result.ErrorCode is null ? lines.Read(native.Spoken, models.Any(model), result.Body, models.Shown(model)) : default;
            return NativeObjects.Line(
                result.ErrorCode is null && body.IsEmpty ? result with { ErrorCode = "server_error", ErrorMessage = "The answer is none of the provider's." }
                    : result,
                body);
        }
        catch (JsonException)
        {
            // An empty line, or one that is broken: it reports nothing.
            return default;
        }
    }

    private static NativeId Known(string id, string kind)
        => NativeId.Of(id) ?? throw new ApiException(StatusCodes.Status404NotFound, $"No such {kind} object: {id}", "invalid_request_error", "id");

    private static Dictionary<string, string> NotesOf(JsonElement body)
    {
        var notes = new Dictionary<string, string>(StringComparer.Ordinal);
        if (body.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object)
        {
            foreach (var note in metadata.EnumerateObject().Where(static note => note.Value.ValueKind == JsonValueKind.String))
            {
                notes[note.Name] = note.Value.GetString()!;
            }
        }

        return notes;
    }

    private static string? Text(JsonElement root, string name)
        => root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString() : null;
}

/// <summary>A call about files or batches of a provider with an API of its own.</summary>
/// <param name="Call">The client's call, or the gateway's own.</param>
/// <param name="Deployment">Who is asked, as logs and errors know it.</param>
/// <param name="Target">Where.</param>
/// <param name="Holder">Deployment or settings whose credentials count; null for those of the environment.</param>
/// <param name="Group">Model group that lines name; null where they name the provider's models.</param>
internal sealed record NativeCall(CallContext Call, Deployment Deployment, PassThroughTarget Target, DeploymentConfig? Holder, string? Group)
{
    /// <summary>The provider's way.</summary>
    public INativeResources Native => Target.Native!;
}

/// <summary>The models that lines name, and the ways to them.</summary>
/// <param name="caller">Makes them.</param>
/// <param name="about">The call.</param>
/// <param name="one">All lines must name the same.</param>
internal sealed class LineModels(ResourceCaller caller, NativeCall about, bool one)
{
    private readonly Dictionary<string, IUpstreamConnection> _known = new(StringComparer.Ordinal);

    /// <summary>Model of the lines, where they name the provider's; null where they name a group.</summary>
    public string? Model { get; private set; }

    /// <summary>The way to the model that a line names.</summary>
    /// <exception cref="ApiException">400 for one that is not this batch's.</exception>
    public IUpstreamConnection For(string name)
    {
        if (about.Group is not null)
        {
            return Any(model: null);
        }

        if (one && Model is not null && !string.Equals(Model, name, StringComparison.Ordinal))
        {
            throw ApiException.BadRequest($"The lines of the file call '{Model}' and '{name}': a batch of this provider runs one model.", "file");
        }

        Model = name;
        return Any(name);
    }

    /// <summary>The way to the group's model, to the one that is named, or to any of the provider: enough to read answers.</summary>
    public IUpstreamConnection Any(string? model)
    {
        var name = about.Group is not null ? about.Holder!.Model : model ?? "any";
        if (!_known.TryGetValue(name, out var connection))
        {
            _known[name] = connection = caller.ConnectModel(about.Call, about.Target, about.Holder, name);
        }

        return connection;
    }

    /// <summary>The model that answers name; null for what the answer itself says.</summary>
    public string? Shown(string? model) => about.Group is null ? model : about.Deployment.ModelName;
}
