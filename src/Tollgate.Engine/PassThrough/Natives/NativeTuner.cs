using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Errors;
using Tollgate.Engine.PassThrough.Stored;

namespace Tollgate.Engine.PassThrough.Natives;

/// <summary>Fine-tuning jobs at providers with APIs of their own, in OpenAI's shape (llm-api.md 13.4).</summary>
internal sealed class NativeTuner(ResourceCaller caller, StoredResources stored)
{
    private const int UsualPage = 20;
    private const int LargestPage = 100;

    /// <summary>Pages of the provider's that are looked through for one of the caller's: others may have made many.</summary>
    private const int MostPages = 20;

    /// <summary>Answers a call.</summary>
    /// <param name="relay">The call.</param>
    /// <param name="about">Where it goes.</param>
    /// <param name="ask">What is asked.</param>
    /// <param name="parts">Parts of the path below the resource.</param>
    /// <param name="body">Reads the client's body.</param>
    /// <exception cref="ApiException">It cannot be answered.</exception>
    public async Task<ReadOnlyMemory<byte>> AnswerAsync(RelayCall relay, NativeCall about, NativeAsk ask, string[] parts, Func<JsonElement> body)
    {
        var tuning = about.Native.Tuning!;
        var sender = caller.SenderFor(about);
        return (ask.Method, parts) switch
        {
            ("POST", []) => await stored.TakeAsync(relay, ask.About, Shown(await tuning.CreateAsync(sender, RequestOf(body())))),
            ("GET", []) => await ListAsync(relay, tuning, sender),
            ("GET", [var id]) => await stored.TakeAsync(relay, ask.About, Shown(await tuning.JobAsync(sender, Known(id)))),
            ("POST", [var id, "cancel"]) => await stored.TakeAsync(
                relay, ask.About with { IsCreation = false }, Shown(await tuning.CancelAsync(sender, Known(id)))),
            _ => throw new ApiException(
                StatusCodes.Status404NotFound, $"Invalid URL ({ask.Method} {ask.About.Resource}{ask.Path})", "invalid_request_error"),
        };
    }

    private async Task<ReadOnlyMemory<byte>> ListAsync(RelayCall relay, INativeTuning tuning, INativeSender sender)
    {
        var query = relay.Call.Http.Request.Query;
        var limit = int.TryParse(query["limit"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var asked) && asked is > 0
            ? Math.Min(asked, LargestPage) : UsualPage;
        var after = query["after"].ToString() is { Length: > 0 } last ? Known(ResourceIds.TryDecode(last, out var plain, out _) ? plain : last) : null;
        var found = new List<NativeTuningJob>();
        string? page = null;
        for (var pages = 0; pages < MostPages && found.Count <= limit; pages++)
        {
            var next = await tuning.ListAsync(sender, page);
            var own = await stored.OwnAsync(relay.Call, relay.Target.Connection.Provider, [.. next.Jobs.Select(static job => job.Id)]);
            foreach (var job in next.Jobs)
            {
                if (after is null && own.Contains(job.Id))
                {
                    found.Add(job);
                }

                after = string.Equals(after, job.Id, StringComparison.Ordinal) ? null : after;
            }

            if ((page = next.Next) is null)
            {
                break;
            }
        }

        return StoredObject.Write(json =>
        {
            json.WriteStartObject();
            json.WriteString("object"u8, "list"u8);
            json.WriteStartArray("data"u8);
            foreach (var job in found.Take(limit))
            {
                WriteJob(json, job);
            }

            json.WriteEndArray();
            json.WriteBoolean("has_more"u8, found.Count > limit);
            json.WriteEndObject();
        });
    }

    private static string Known(string id) => NativeId.Of(id) is { Id: { Length: > 0 } native }
        ? native : throw new ApiException(StatusCodes.Status404NotFound, $"Could not find fine tune: {id}", "invalid_request_error", "fine_tune_id");

    private static NativeTuningRequest RequestOf(JsonElement body)
    {
        var method = body.TryGetProperty("method", out var given) && given.ValueKind is JsonValueKind.Object ? given : default;
        if (method.ValueKind is JsonValueKind.Object && Text(method, "type") is { } kind and not "supervised")
        {
            throw ApiException.BadRequest($"/fine_tuning/jobs: the provider tunes by supervision only, not by the method '{kind}'.", "method");
        }

        var supervised = Member(Member(method, "supervised"), "hyperparameters");
        var numbers = supervised.ValueKind is JsonValueKind.Object ? supervised : Member(body, "hyperparameters");
        var size = Member(numbers, "adapter_size");
        return new NativeTuningRequest(Need(body, "model"), NativeId.Plain(Need(body, "training_file")))
        {
            ValidationFile = Text(body, "validation_file") is { Length: > 0 } file ? NativeId.Plain(file) : null,
            Suffix = Text(body, "suffix"),
            Epochs = Number(numbers, "n_epochs") is { } epochs ? (long)epochs : null,
            LearningRate = Number(numbers, "learning_rate_multiplier"),
            AdapterSize = size.ValueKind is JsonValueKind.String or JsonValueKind.Number ? size.ToString() : null,
        };
    }

    private static string Need(JsonElement body, string name) => Text(body, name) is { Length: > 0 } text
        ? text : throw ApiException.BadRequest($"/fine_tuning/jobs: Missing required parameter: '{name}'.", name);

    private static string? Text(JsonElement body, string name) => Member(body, name) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } => null,
        _ => throw ApiException.BadRequest($"/fine_tuning/jobs: Invalid type for '{name}': expected a string.", name),
    };

    /// <summary>A number; <c>auto</c> is none.</summary>
    private static double? Number(JsonElement numbers, string name) => Member(numbers, name) switch
    {
        { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } => null,
        { ValueKind: JsonValueKind.Number } number when number.TryGetDouble(out var value) && value is > 0 and < 1_000_000 => value,
        { ValueKind: JsonValueKind.String } text when text.ValueEquals("auto"u8) => null,
        _ => throw ApiException.BadRequest($"/fine_tuning/jobs: Invalid value for '{name}': expected a number above 0, or 'auto'.", name),
    };

    private static JsonElement Member(JsonElement json, string name)
        => json.ValueKind is JsonValueKind.Object && json.TryGetProperty(name, out var member) ? member : default;

    private static ReadOnlyMemory<byte> Shown(NativeTuningJob job) => StoredObject.Write(json => WriteJob(json, job));

    private static void WriteJob(Utf8JsonWriter json, NativeTuningJob job)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "fine_tuning.job"u8);
        json.WriteString("id"u8, NativeId.Job(job.Id));
        json.WriteString("model"u8, job.Model);
        json.WriteString("status"u8, job.Status);
        json.WriteNumber("created_at"u8, job.CreatedAt?.ToUnixTimeSeconds() ?? 0);
        NativeObjects.Time(json, "finished_at", job.FinishedAt);
        json.WriteString("fine_tuned_model"u8, job.TunedModel);
        json.WriteString("organization_id"u8, ""u8);
        json.WriteStartArray("result_files"u8);
        json.WriteEndArray();
        json.WriteString("training_file"u8, job.TrainingFile);
        json.WriteString("validation_file"u8, job.ValidationFile);
        json.WriteStartObject("hyperparameters"u8);
        json.WritePropertyName("n_epochs"u8);
        json.WriteRawValue(job.Epochs?.ToString(CultureInfo.InvariantCulture) ?? "\"auto\"");
        json.WritePropertyName("learning_rate_multiplier"u8);
        json.WriteRawValue(job.LearningRate?.ToString(CultureInfo.InvariantCulture) ?? "\"auto\"");
        json.WriteEndObject();
        json.WriteNull("trained_tokens"u8);
        json.WritePropertyName("error"u8);
        if (job.Error is var (code, message))
        {
            json.WriteStartObject();
            json.WriteString("code"u8, code);
            json.WriteString("message"u8, message);
            json.WriteNull("param"u8);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNullValue();
        }

        json.WriteNumber("seed"u8, 0);
        json.WriteEndObject();
    }
}
