using System.Globalization;
using System.Text.Json;
using Tollgate.Engine.Errors;
using Tollgate.Engine.PassThrough.Natives;
using Tollgate.Wire;

namespace Tollgate.Providers.Resources;

/// <summary>Where Bedrock's batches run and what they need.</summary>
/// <param name="Jobs">Address of the control plane.</param>
/// <param name="Storage">Address of S3.</param>
/// <param name="Bucket">Bucket of files; null when the operator has named none.</param>
/// <param name="OutputBucket">Bucket of results; null for the same.</param>
/// <param name="RoleArn">Role that batches run as; null when the operator has named none.</param>
/// <param name="EncryptionKey">Key that results are encrypted with; null for the bucket's.</param>
internal sealed record BedrockPlace(string Jobs, string Storage, string? Bucket, string? OutputBucket, string? RoleArn, string? EncryptionKey);

/// <summary>Batches of Bedrock (05-bedrock-sagemaker.md): model invocation jobs over files in S3.</summary>
/// <param name="place">Where.</param>
/// <param name="spoken">The dialect of the model's lines.</param>
/// <param name="model">Model of the deployment.</param>
/// <param name="authorize">Signs for Bedrock.</param>
/// <param name="sign">Signs for S3.</param>
internal sealed class BedrockResources(BedrockPlace place, Surface spoken, string model, Authorize authorize, Authorize sign) : INativeResources
{
    private const string Folder = "tollgate-bedrock-files";
    private const string Scheme = "s3://";

    /// <inheritdoc/>
    public Surface Spoken => spoken;

    /// <inheritdoc/>
    public bool TakesLines => false;

    private string Bucket => place.Bucket
        ?? throw ApiException.BadRequest("Files for Bedrock stand in S3: set litellm_params.s3_bucket_name or the environment variable AWS_S3_BUCKET_NAME.");

    /// <inheritdoc/>
    public async Task<NativeFile> UploadAsync(INativeSender sender, NativeUpload upload, CancellationToken cancellationToken)
    {
        var id = $"{Scheme}{Bucket}/{Folder}/{Guid.NewGuid():N}.{(upload.Model is null && upload.Purpose is not "batch" ? "bin" : "jsonl")}";
        await sender.DoAsync(HttpMethod.Put, ObjectAt(id), NativeHttp.File(upload), sign);
        return new NativeFile(id, upload.Name, upload.Length, sender.Now, upload.Purpose);
    }

    /// <inheritdoc/>
    public Task<NativeFile> FileAsync(INativeSender sender, string id, CancellationToken cancellationToken) => sender.SendAsync(
        NativeHttp.Message(HttpMethod.Head, ObjectAt(id), content: null),
        (message, token) => sign(message, token),
        (answer, _) => Task.FromResult(new NativeFile(
            id, id[(id.LastIndexOf('/') + 1)..], answer.Content.Headers.ContentLength ?? 0, answer.Content.Headers.LastModified ?? sender.Now,
            IsResult(id) ? "batch_output" : "batch")));

    /// <inheritdoc/>
    public Task DeleteAsync(INativeSender sender, string id, CancellationToken cancellationToken)
        => sender.DoAsync(HttpMethod.Delete, ObjectAt(id), content: null, sign);

    /// <inheritdoc/>
    public Task ContentAsync(INativeSender sender, string id, Func<Stream, CancellationToken, Task> take, CancellationToken cancellationToken)
        => sender.BytesAsync(ObjectAt(id), sign, take);

    /// <inheritdoc/>
    public bool IsResult(string id) => id.StartsWith(NativeHttp.ResultPrefix, StringComparison.Ordinal);

    /// <inheritdoc/>
    public async Task<NativeBatch> CreateAsync(INativeSender sender, NativeBatchRequest request, CancellationToken cancellationToken)
    {
        var role = place.RoleArn ?? throw ApiException.BadRequest(
            "Batches of Bedrock run as a role: set litellm_params.aws_batch_role_arn or the environment variable AWS_BATCH_ROLE_ARN.");
        var content = NativeHttp.Json(json =>
        {
            json.WriteString("jobName"u8, request.Name);
            json.WriteString("roleArn"u8, role);
            json.WriteString("modelId"u8, request.Model ?? model);
            if (spoken is Surface.Converse)
            {
                json.WriteString("modelInvocationType"u8, "Converse"u8);
            }

            json.WriteStartObject("inputDataConfig"u8);
            json.WriteStartObject("s3InputDataConfig"u8);
            json.WriteString("s3InputFormat"u8, "JSONL"u8);
            json.WriteString("s3Uri"u8, request.InputId);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteStartObject("outputDataConfig"u8);
            json.WriteStartObject("s3OutputDataConfig"u8);
            json.WriteString("s3Uri"u8, $"{Scheme}{place.OutputBucket ?? Bucket}/{Folder}/{request.Name}/");
            if (place.EncryptionKey is { } key)
            {
                json.WriteString("s3EncryptionKeyId"u8, key);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        });
        var made = await sender.JsonAsync(HttpMethod.Post, new Uri(place.Jobs + "/model-invocation-job"), content, authorize);
        return new NativeBatch(made.TextAt("jobArn").Need("jobArn"), "validating") { InputId = request.InputId, CreatedAt = sender.Now };
    }

    /// <inheritdoc/>
    public async Task<NativeBatch> BatchAsync(INativeSender sender, string id, CancellationToken cancellationToken)
    {
        var batch = Read(await sender.JsonAsync(HttpMethod.Get, JobAt(id, ""), content: null, authorize));
        return batch.OutputId is null ? batch : batch with { Counts = await CountsAsync(sender, batch.OutputId) };
    }

    /// <inheritdoc/>
    public async Task<NativeBatch> CancelAsync(INativeSender sender, string id, CancellationToken cancellationToken)
    {
        await sender.DoAsync(HttpMethod.Post, JobAt(id, "/stop"), content: null, authorize);
        return await BatchAsync(sender, id, cancellationToken);
    }

    /// <inheritdoc/>
    public void WriteLine(Utf8JsonWriter json, string customId, ReadOnlySpan<byte> body)
    {
        json.WriteStartObject();
        json.WriteString("recordId"u8, customId);
        json.WritePropertyName("modelInput"u8);
        json.WriteRawValue(body);
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public NativeResult? ReadLine(JsonElement line)
    {
        if (line.TextAt("recordId") is not { } id)
        {
            return null;
        }

        return line.At("modelOutput") is { ValueKind: JsonValueKind.Object } output
            ? new NativeResult(id, 200, output)
            : NativeHttp.Failed(id, line.CountAt("error", "errorCode") is > 0 and var code ? code.ToString(CultureInfo.InvariantCulture) : "server_error",
                line.TextAt("error", "errorMessage") ?? "");
    }

    private static NativeBatch Read(JsonElement json)
    {
        var arn = json.TextAt("jobArn").Need("jobArn");
        var input = json.TextAt("inputDataConfig", "s3InputDataConfig", "s3Uri");
        var folder = json.TextAt("outputDataConfig", "s3OutputDataConfig", "s3Uri");
        var state = json.TextAt("status");
        var status = state switch
        {
            "InProgress" => "in_progress",
            "Completed" or "PartiallyCompleted" => "completed",
            "Failed" => "failed",
            "Stopping" => "cancelling",
            "Stopped" => "cancelled",
            "Expired" => "expired",
            _ => "validating",
        };

        // What a job that was stopped has finished is there too; one that failed has nothing to show.
        var output = state is "Completed" or "PartiallyCompleted" or "Stopped" or "Expired" && input is not null && folder is not null
            ? $"{NativeHttp.ResultPrefix}{folder.TrimEnd('/')}/{arn[(arn.LastIndexOf('/') + 1)..]}/{input[(input.LastIndexOf('/') + 1)..]}.out" : null;
        return new NativeBatch(arn, status)
        {
            InputId = input,
            OutputId = output,
            CreatedAt = json.TimeAt("submitTime"),
            EndedAt = json.TimeAt("endTime"),
            ExpiresAt = json.TimeAt("jobExpirationTime"),
            Error = status is "failed" ? json.TextAt("message") ?? "The job failed." : null,
        };
    }

    /// <summary>Counts stand beside the results.</summary>
    private async Task<(long Total, long Completed, long Failed)?> CountsAsync(INativeSender sender, string output)
    {
        try
        {
            var counts = await sender.JsonAsync(HttpMethod.Get, ObjectAt(output[..(output.LastIndexOf('/') + 1)] + "manifest.json.out"), content: null, sign);
            return (counts.CountAt("totalRecordCount"), counts.CountAt("successRecordCount"), counts.CountAt("errorRecordCount"));
        }
        catch (ApiException)
        {
            // A job that was stopped early has none; the batch is shown without.
            return null;
        }
    }

    private Uri JobAt(string arn, string suffix) => new($"{place.Jobs}/model-invocation-job/{Uri.EscapeDataString(arn)}{suffix}");

    /// <summary>Only what this gateway has put into the buckets, or had put there, is opened.</summary>
    private Uri ObjectAt(string id)
    {
        var uri = IsResult(id) ? id[NativeHttp.ResultPrefix.Length..] : id;
        foreach (var bucket in (ReadOnlySpan<string>)[Bucket, place.OutputBucket ?? Bucket])
        {
            if (uri.StartsWith($"{Scheme}{bucket}/{Folder}/", StringComparison.Ordinal))
            {
                return new Uri($"{place.Storage}/{string.Join('/', uri[Scheme.Length..].Split('/').Select(Uri.EscapeDataString))}");
            }
        }

        throw new ApiException(404, "No such File object.", "invalid_request_error", "id");
    }
}
