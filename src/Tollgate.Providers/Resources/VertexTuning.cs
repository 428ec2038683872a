using System.Globalization;
using System.Text.Json;
using Tollgate.Engine.PassThrough.Natives;

namespace Tollgate.Providers.Resources;

/// <summary>Tuning jobs of Vertex AI: Google's own models, by supervision, from examples in a bucket.</summary>
/// <param name="jobs">Address of the project's tuning jobs.</param>
/// <param name="authorize">Adds the token.</param>
internal sealed class VertexTuning(string jobs, Authorize authorize) : INativeTuning
{
    private const int PageSize = 100;

    /// <inheritdoc/>
    public async Task<NativeTuningJob> CreateAsync(INativeSender sender, NativeTuningRequest request)
    {
        var content = NativeHttp.Json(json =>
        {
            json.WriteString("baseModel"u8, request.Model[(request.Model.LastIndexOf('/') + 1)..]);
            if (request.Suffix is { Length: > 0 } suffix)
            {
                json.WriteString("tunedModelDisplayName"u8, suffix);
            }

            json.WriteStartObject("supervisedTuningSpec"u8);
            json.WriteString("trainingDatasetUri"u8, request.TrainingFile);
            if (request.ValidationFile is { } validation)
            {
                json.WriteString("validationDatasetUri"u8, validation);
            }

            WriteNumbers(json, request);
            json.WriteEndObject();
        });
        return Read(await sender.JsonAsync(HttpMethod.Post, new Uri(jobs), content, authorize));
    }

    /// <inheritdoc/>
    public async Task<NativeTuningJob> JobAsync(INativeSender sender, string id)
        => Read(await sender.JsonAsync(HttpMethod.Get, At(id, ""), content: null, authorize));

    /// <inheritdoc/>
    public async Task<NativeTuningJob> CancelAsync(INativeSender sender, string id)
    {
        await sender.DoAsync(HttpMethod.Post, At(id, ":cancel"), content: null, authorize);
        return await JobAsync(sender, id);
    }

    /// <inheritdoc/>
    public async Task<NativeTuningPage> ListAsync(INativeSender sender, string? page)
    {
        var query = $"?pageSize={PageSize}{(page is null ? "" : "&pageToken=" + Uri.EscapeDataString(page))}";
        var answer = await sender.JsonAsync(HttpMethod.Get, new Uri(jobs + query), content: null, authorize);
        var found = answer.At("tuningJobs") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().Select(Read).ToList() : [];
        return new NativeTuningPage(found, answer.TextAt("nextPageToken") is { Length: > 0 } next ? next : null);
    }

    private static void WriteNumbers(Utf8JsonWriter json, NativeTuningRequest request)
    {
        json.WriteStartObject("hyperParameters"u8);
        if (request.Epochs is { } epochs)
        {
            json.WriteString("epochCount"u8, epochs.ToString(CultureInfo.InvariantCulture));
        }

        if (request.LearningRate is { } rate)
        {
            json.WriteNumber("learningRateMultiplier"u8, rate);
        }

        if (request.AdapterSize is { } size)
        {
            json.WriteString("adapterSize"u8, size switch
            {
                "1" => "ADAPTER_SIZE_ONE",
                "2" => "ADAPTER_SIZE_TWO",
                "4" => "ADAPTER_SIZE_FOUR",
                "8" => "ADAPTER_SIZE_EIGHT",
                "16" => "ADAPTER_SIZE_SIXTEEN",
                "32" => "ADAPTER_SIZE_THIRTY_TWO",
                _ => size,
            });
        }

        json.WriteEndObject();
    }

    private static NativeTuningJob Read(JsonElement json)
    {
        var name = json.TextAt("name").Need("name");
        var spec = json.At("supervisedTuningSpec");
        var status = StatusOf(json.TextAt("state"));
        var message = json.TextAt("error", "message");
        return new NativeTuningJob(
            name[(name.LastIndexOf('/') + 1)..], json.TextAt("baseModel") ?? "", status, spec.TextAt("trainingDatasetUri") ?? "")
        {
            ValidationFile = spec.TextAt("validationDatasetUri"),
            TunedModel = json.TextAt("tunedModel", "endpoint") ?? json.TextAt("tunedModel", "model"),
            CreatedAt = json.TimeAt("createTime"),
            FinishedAt = json.TimeAt("endTime"),
            Epochs = spec.CountAt("hyperParameters", "epochCount") is > 0 and var epochs ? epochs : null,
            LearningRate = spec.At("hyperParameters", "learningRateMultiplier") is { ValueKind: JsonValueKind.Number } rate ? rate.GetDouble() : null,
            Error = message is null ? null : (json.CountAt("error", "code").ToString(CultureInfo.InvariantCulture), message),
        };
    }

    private static string StatusOf(string? state) => state switch
    {
        "JOB_STATE_RUNNING" or "JOB_STATE_UPDATING" or "JOB_STATE_CANCELLING" => "running",
        "JOB_STATE_SUCCEEDED" or "JOB_STATE_PARTIALLY_SUCCEEDED" => "succeeded",
        "JOB_STATE_FAILED" or "JOB_STATE_EXPIRED" => "failed",
        "JOB_STATE_CANCELLED" => "cancelled",
        "JOB_STATE_QUEUED" or "JOB_STATE_PAUSED" => "queued",
        _ => "validating_files",
    };

    private Uri At(string id, string suffix) => new($"{jobs}/{Uri.EscapeDataString(id)}{suffix}");
}
