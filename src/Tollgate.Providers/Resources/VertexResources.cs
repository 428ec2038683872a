using System.Text;
using System.Text.Json;
using Tollgate.Engine.Errors;
using Tollgate.Engine.PassThrough.Natives;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;

namespace Tollgate.Providers.Resources;

/// <summary>Batches of Vertex AI: files and results stand in a bucket of the operator's (04-gemini-vertex.md, files and batches).</summary>
/// <param name="project">Address of the project's location.</param>
/// <param name="storage">Address of Cloud Storage.</param>
/// <param name="bucket">Bucket, perhaps with a folder; null when the operator has named none.</param>
/// <param name="model">Model of the deployment.</param>
/// <param name="authorize">Adds the token.</param>
internal sealed class VertexResources(string project, string storage, string? bucket, string model, Authorize authorize) : INativeResources
{
    private const string Folder = "tollgate-vertex-files";
    private const string Scheme = "gs://";
    private const string IdLabel = "litellm_custom_id";
    private const string HexLabel = "tollgate_custom_id_";
    private const int LongestLabel = 63;

    private readonly string _jobs = project + "/batchPredictionJobs";

    /// <inheritdoc/>
    public INativeTuning Tuning { get; } = new VertexTuning(project + "/tuningJobs", authorize);

    /// <inheritdoc/>
    public Surface Spoken => Surface.GenerateContent;

    /// <inheritdoc/>
    public bool TakesLines => false;

    /// <inheritdoc/>
    public async Task<NativeFile> UploadAsync(INativeSender sender, NativeUpload upload, CancellationToken cancellationToken)
    {
        var (name, folder) = Bucket();
        var key = $"{folder}{Folder}/{Guid.NewGuid():N}/{Safe(upload.Name)}";
        var address = new Uri($"{storage}/upload/storage/v1/b/{Uri.EscapeDataString(name)}/o?uploadType=media&name={Uri.EscapeDataString(key)}");
        return FileOf(await sender.JsonAsync(HttpMethod.Post, address, NativeHttp.File(upload), AsIsAsync), $"{Scheme}{name}/{key}", upload.Purpose)
            with
        { Name = upload.Name };
    }

    /// <inheritdoc/>
    public async Task<NativeFile> FileAsync(INativeSender sender, string id, CancellationToken cancellationToken)
        => FileOf(await sender.JsonAsync(HttpMethod.Get, ObjectAt(id, ""), content: null, AsIsAsync), id, IsResult(id) ? "batch_output" : "batch");

    /// <inheritdoc/>
    public Task DeleteAsync(INativeSender sender, string id, CancellationToken cancellationToken)
        => sender.DoAsync(HttpMethod.Delete, ObjectAt(id, ""), content: null, AsIsAsync);

    /// <inheritdoc/>
    public Task ContentAsync(INativeSender sender, string id, Func<Stream, CancellationToken, Task> take, CancellationToken cancellationToken)
        => sender.BytesAsync(ObjectAt(id, "?alt=media"), AsIsAsync, take);

    /// <inheritdoc/>
    public bool IsResult(string id) => id.StartsWith(NativeHttp.ResultPrefix, StringComparison.Ordinal);

    /// <inheritdoc/>
    public async Task<NativeBatch> CreateAsync(INativeSender sender, NativeBatchRequest request, CancellationToken cancellationToken)
    {
        var (name, folder) = Bucket();
        var asked = request.Model ?? model;
        var content = NativeHttp.Json(json =>
        {
            json.WriteString("displayName"u8, request.Name);
            json.WriteString("model"u8, asked.Contains('/', StringComparison.Ordinal) ? asked : "publishers/google/models/" + asked);
            json.WriteStartObject("inputConfig"u8);
            json.WriteString("instancesFormat"u8, "jsonl"u8);
            json.WriteStartObject("gcsSource"u8);
            json.WriteStartArray("uris"u8);
            json.WriteStringValue(request.InputId);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteStartObject("outputConfig"u8);
            json.WriteString("predictionsFormat"u8, "jsonl"u8);
            json.WriteStartObject("gcsDestination"u8);
            json.WriteString("outputUriPrefix"u8, $"{Scheme}{name}/{folder}{Folder}/{request.Name}");
            json.WriteEndObject();
            json.WriteEndObject();
        });
        return Read(await sender.JsonAsync(HttpMethod.Post, new Uri(_jobs), content, authorize));
    }

    /// <inheritdoc/>
    public async Task<NativeBatch> BatchAsync(INativeSender sender, string id, CancellationToken cancellationToken)
        => Read(await sender.JsonAsync(HttpMethod.Get, JobAt(id, ""), content: null, authorize));

    /// <inheritdoc/>
    public async Task<NativeBatch> CancelAsync(INativeSender sender, string id, CancellationToken cancellationToken)
    {
        await sender.DoAsync(HttpMethod.Post, JobAt(id, ":cancel"), content: null, authorize);
        return await BatchAsync(sender, id, cancellationToken);
    }

    /// <summary>
    /// Results repeat the request and nothing else of the line, so that the client's id goes in labels: as it is where their letters allow it,
    /// else as hexadecimal digits over as many as it takes.
    /// </summary>
    public void WriteLine(Utf8JsonWriter json, string customId, ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        using var document = JsonDocument.ParseValue(ref reader);
        json.WriteStartObject();
        json.WriteStartObject("request"u8);
        foreach (var member in document.RootElement.EnumerateObject().Where(static member => member.Name is not "labels"))
        {
            member.WriteTo(json);
        }

        json.WriteStartObject("labels"u8);
        if (document.RootElement.At("labels") is { ValueKind: JsonValueKind.Object } labels)
        {
            foreach (var label in labels.EnumerateObject())
            {
                label.WriteTo(json);
            }
        }

        if (customId.Length <= LongestLabel && customId.All(static letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '-' or '_'))
        {
            json.WriteString(IdLabel, customId);
        }
        else
        {
            var number = 0;
            foreach (var piece in Convert.ToHexStringLower(Encoding.UTF8.GetBytes(customId)).Chunk(LongestLabel - 1))
            {
                json.WriteString($"{HexLabel}{number++}", piece);
            }
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public NativeResult? ReadLine(JsonElement line)
    {
        if (IdOf(line.At("request", "labels")) is not { } id)
        {
            return null;
        }

        return line.At("response") is { ValueKind: JsonValueKind.Object } response && response.At("candidates").ValueKind is JsonValueKind.Array
            ? new NativeResult(id, 200, response)
            : NativeHttp.Failed(id, "server_error", line.TextAt("status") is { Length: > 0 } status ? status : line.TextAt("error", "message") ?? "");
    }

    private static string? IdOf(JsonElement labels)
    {
        if (labels.TextAt(IdLabel) is { } plain)
        {
            return plain;
        }

        var hex = new StringBuilder();
        while (labels.TextAt($"{HexLabel}{hex.Length / (LongestLabel - 1)}") is { } piece)
        {
            hex.Append(piece);
            if (piece.Length < LongestLabel - 1)
            {
                break;
            }
        }

        try
        {
            return hex.Length > 0 ? Encoding.UTF8.GetString(Convert.FromHexString(hex.ToString())) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static NativeBatch Read(JsonElement json)
    {
        var name = json.TextAt("name").Need("name");
        var stats = json.At("completionStats");
        var (succeeded, failed) = (stats.CountAt("successfulCount"), stats.CountAt("failedCount"));
        var input = json.At("inputConfig", "gcsSource", "uris");
        return new NativeBatch(name[(name.LastIndexOf('/') + 1)..], GoogleStates.Of(json.TextAt("state")))
        {
            InputId = input is { ValueKind: JsonValueKind.Array } uris && uris.GetArrayLength() > 0 ? uris[0].GetString() : null,
            OutputId = json.TextAt("outputInfo", "gcsOutputDirectory") is { Length: > 0 } folder
                ? $"{NativeHttp.ResultPrefix}{folder.TrimEnd('/')}/predictions.jsonl" : null,
            CreatedAt = json.TimeAt("createTime"),
            EndedAt = json.TimeAt("endTime"),
            Counts = stats.ValueKind is JsonValueKind.Object ? (succeeded + failed + Math.Max(stats.CountAt("incompleteCount"), 0), succeeded, failed) : null,
            Error = json.TextAt("error", "message"),
        };
    }

    private static NativeFile FileOf(JsonElement json, string id, string purpose) => new(
        id, id[(id.LastIndexOf('/') + 1)..], json.CountAt("size"), json.TimeAt("timeCreated") ?? default, purpose);

    private static string Safe(string name)
        => new([.. name.Select(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_' ? letter : '_')]);

    private (string Name, string Folder) Bucket()
    {
        if (bucket is null)
        {
            throw ApiException.BadRequest("Files for Vertex AI stand in a bucket: set litellm_params.gcs_bucket_name or the environment variable GCS_BUCKET_NAME.");
        }

        var path = bucket.StartsWith(Scheme, StringComparison.Ordinal) ? bucket[Scheme.Length..] : bucket;
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (path, "") : (path[..slash], path[(slash + 1)..].Trim('/') is { Length: > 0 } folder ? folder + "/" : "");
    }

    private Uri JobAt(string id, string suffix) => new($"{_jobs}/{Uri.EscapeDataString(id)}{suffix}");

    /// <summary>Only what this gateway has put into the bucket, or had put there, is opened.</summary>
    private Uri ObjectAt(string id, string query)
    {
        var (name, folder) = Bucket();
        var place = IsResult(id) ? id[NativeHttp.ResultPrefix.Length..] : id;
        var own = $"{Scheme}{name}/{folder}{Folder}/";
        return place.StartsWith(own, StringComparison.Ordinal)
            ? new Uri($"{storage}/storage/v1/b/{Uri.EscapeDataString(name)}/o/{Uri.EscapeDataString(place[(Scheme.Length + name.Length + 1)..])}{query}")
            : throw new ApiException(404, "No such File object.", "invalid_request_error", "id");
    }

    /// <summary>The project stands in no address of Cloud Storage.</summary>
    private ValueTask<ConnectionFault?> AsIsAsync(HttpRequestMessage message, CancellationToken cancellationToken) => authorize(message, cancellationToken);
}
