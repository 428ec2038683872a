using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Pricing;
using Tollgate.Wire;

namespace Tollgate.Engine.PassThrough.Stored;

/// <summary>
/// What transcripts cost that are ordered by one call and fetched by others (llm-api.md 17.1): the length of the sound, once it is known, once
/// for whoever ordered.
/// </summary>
internal sealed partial class TranscriptCosts(IResourceStore? store, LateCosts costs, ILogger<TranscriptCosts> logger)
{
    /// <summary>Looks at an answer, which stays as it is.</summary>
    /// <param name="relay">The call.</param>
    /// <param name="usualModel">Model whose price counts where the answer names none that has one.</param>
    /// <param name="json">The answer.</param>
    public async ValueTask<ReadOnlyMemory<byte>> TakeAsync(RelayCall relay, string usualModel, ReadOnlyMemory<byte> json)
    {
        if (store is null || Read(json) is not { } transcript)
        {
            return json;
        }

        try
        {
            await AccountAsync(relay, usualModel, transcript);
        }
        catch (ApiException away)
        {
            // A database that is away stops no traffic; who asks again is charged then.
            Log.NotRecorded(logger, transcript.Id, away.Message);
        }

        return json;
    }

    private async Task AccountAsync(RelayCall relay, string usualModel, Transcript transcript)
    {
        var call = relay.Call;
        var name = StoredResources.NameOf(relay.Target.Connection.Provider, transcript.Id);
        var me = ResourceOwner.Of(call.Caller, call.Snapshot);
        if (HttpMethods.IsPost(call.Http.Request.Method))
        {
            await store!.KeepOwnerAsync(name, me, CancellationToken.None);
        }

        if (transcript.Seconds <= 0)
        {
            return;
        }

        var owner = (await store!.FindOwnersAsync([name], CancellationToken.None)).GetValueOrDefault(name) ?? me;
        await costs.RecordOnceAsync(call, "transcript-cost:" + name, owner, () => Task.FromResult<LateCost?>(CostOf(relay, usualModel, transcript)));
    }

    private static LateCost CostOf(RelayCall relay, string usualModel, in Transcript transcript)
    {
        var deployment = relay.Describe(transcript.Model ?? usualModel);
        deployment = deployment.Prices.IsPriced ? deployment : relay.Describe(usualModel);
        var cost = CostCalculator.Calculate(deployment.Prices, default, units: new CallUnits { InputSeconds = transcript.Seconds });
        return new LateCost(transcript.Id, relay.Call.CallType, deployment.ModelName, deployment, default(TokenUsage), cost);
    }

    private static Transcript? Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || Text(root, "id") is not { } id || Text(root, "status") is not { } status)
            {
                return null;
            }

            var seconds = status is "completed" && root.TryGetProperty("audio_duration", out var duration)
                && duration.ValueKind == JsonValueKind.Number && duration.TryGetDecimal(out var value) && value is > 0 and < 1e9m ? value : 0;
            return new Transcript(id, seconds, Text(root, "speech_model"));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement root, string name)
        => root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private readonly record struct Transcript(string Id, decimal Seconds, string? Model);

    private static partial class Log
    {
        [LoggerMessage(EventIds.PassThrough + 5, LogLevel.Warning, "What transcript {TranscriptId} cost is not recorded yet: {Reason}")]
        public static partial void NotRecorded(ILogger logger, string transcriptId, string reason);
    }
}
