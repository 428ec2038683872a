using System.Text.Json;
using Microsoft.Extensions.Logging;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Errors;
using Tollgate.Engine.PassThrough.Natives;
using Tollgate.Engine.Pricing;
using Tollgate.Engine.Routing;
using Tollgate.Wire;
using Tollgate.Wire.Relay;

namespace Tollgate.Engine.PassThrough.Stored;

/// <summary>What finished batches cost (llm-api.md 13.3): read from their results, at batch prices, recorded once for whoever made them.</summary>
internal sealed partial class BatchCosts(
    IResourceStore? store, ResourceCaller caller, NativeFiles natives, LateCosts costs, ILogger<BatchCosts> logger)
{
    /// <summary>Records a batch unless that was done. Failures are logged and tried again when somebody asks for the batch the next time.</summary>
    /// <returns>True when the cost is on record.</returns>
    public async Task<bool> AccountAsync(RelayCall relay, FinishedBatch batch)
    {
        var call = relay.Call;
        var outcome = call.Outcome;
        try
        {
            var isRecorded = await costs.RecordOnceAsync(
                call, $"batch-cost:{StoredResources.NameOf(batch.Provider, batch.Id)}", batch.Owner, () => FindAsync(relay, batch));
            if (isRecorded && batch.ManagedId is { } id)
            {
                await store!.MarkAccountedAsync(id, CancellationToken.None);
            }

            return isRecorded;
        }
        catch (ApiException failed)
        {
            call.Outcome = outcome;
            Log.NotRead(logger, batch.Id, failed.Message);
            return false;
        }
    }

    private async Task<LateCost?> FindAsync(RelayCall relay, FinishedBatch batch)
    {
        var call = relay.Call;
        var target = caller.Open(call, batch.Provider, batch.Holder, $"/files/{Uri.EscapeDataString(batch.OutputId)}/content");
        var holder = batch.Holder is { } config ? ResourceCaller.Describe(call, target, config) : null;
        var tally = new Tally(holder, model => relay.Describe(model));
        if (target.Native is null)
        {
            await caller.SendAsync(
                call, holder ?? relay.Deployment, target, HttpMethod.Get, content: null,
                (answer, cancellationToken) => ReadAsync(answer, tally, cancellationToken));
        }
        else
        {
            await natives.EachResultAsync(new NativeCall(call, holder ?? relay.Deployment, target, batch.Holder, batch.Group), batch.OutputId, (line, _) =>
            {
                tally.Add(line);
                return ValueTask.CompletedTask;
            });
        }

        var deployment = tally.Deployment ?? relay.Deployment;
        return tally.Usage is { } usage
            ? new LateCost(batch.Id, "aretrieve_batch", batch.Holder?.ModelGroup ?? deployment.ModelName, deployment, usage, tally.Cost) : null;
    }

    private static async Task<Tally> ReadAsync(HttpResponseMessage answer, Tally tally, CancellationToken cancellationToken)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        await BatchLines.EachAsync(
            body,
            (line, _) =>
            {
                tally.Add(line);
                return ValueTask.CompletedTask;
            },
            cancellationToken);
        return tally;
    }

    /// <summary>Adds up lines of results.</summary>
    /// <param name="holder">Deployment that ran the batch, with its prices; null prices each line by the model it names.</param>
    /// <param name="describe">A deployment of a model, for its prices.</param>
    private sealed class Tally(Deployment? holder, Func<string, Deployment> describe)
    {
        private Deployment? _first;
        private readonly Dictionary<string, Deployment> _models = new(StringComparer.Ordinal);

        /// <summary>Whose prices counted; null while nothing was read.</summary>
        public Deployment? Deployment => holder ?? _first;

        public TokenUsage? Usage { get; private set; }

        public CostBreakdown Cost { get; private set; }

        public void Add(ReadOnlyMemory<byte> line)
        {
            try
            {
                using var document = JsonDocument.Parse(line);
                if (document.RootElement.ValueKind == JsonValueKind.Object
                    && document.RootElement.TryGetProperty("response", out var response) && response.ValueKind == JsonValueKind.Object
                    && response.TryGetProperty("body", out var body) && AnswerUsage.Read(body) is { } usage)
                {
                    var model = body.TryGetProperty("model", out var named) && named.ValueKind == JsonValueKind.String ? named.GetString() : null;
                    Add(usage with { Tier = ServiceTier.Batch }, model);
                }
            }
            catch (JsonException)
            {
                // An empty line, or one that is broken: it reports nothing.
            }
        }

        private void Add(in TokenUsage usage, string? model)
        {
            if (holder is null && !_models.TryGetValue(model ?? "unknown", out var priced))
            {
                _models[model ?? "unknown"] = priced = describe(model ?? "unknown");
                _first ??= priced;
            }

            var prices = holder?.PricesFor(model) ?? _models[model ?? "unknown"].Prices;
            var cost = CostCalculator.Calculate(prices, usage, ServiceTier.Batch);
            Usage = Usage is { } known ? AnswerUsage.Sum(known, usage) : usage;
            Cost = Cost with
            {
                Input = Cost.Input + cost.Input,
                Output = Cost.Output + cost.Output,
                Tools = Cost.Tools + cost.Tools,
                Original = Cost.Original + cost.Original,
                DiscountPercent = cost.DiscountPercent,
                DiscountAmount = Cost.DiscountAmount + cost.DiscountAmount,
                MarginPercent = cost.MarginPercent,
                MarginFixed = Cost.MarginFixed + cost.MarginFixed,
                MarginTotal = Cost.MarginTotal + cost.MarginTotal,
                Total = Cost.Total + cost.Total,
                IsUnknown = Cost.IsUnknown || cost.IsUnknown,
            };
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.PassThrough + 4, LogLevel.Warning, "What batch {BatchId} cost could not be read and is not recorded yet: {Reason}")]
        public static partial void NotRead(ILogger logger, string batchId, string reason);
    }
}

/// <summary>A batch whose results are there.</summary>
/// <param name="Provider">Provider slug.</param>
/// <param name="Id">The provider's id.</param>
/// <param name="OutputId">The provider's id of the results.</param>
/// <param name="Holder">Deployment or settings whose credentials count; null for those of the environment.</param>
/// <param name="Owner">Who made it.</param>
/// <param name="ManagedId">The gateway's own id; null for none.</param>
internal sealed record FinishedBatch(
    string Provider, string Id, string OutputId, DeploymentConfig? Holder, ResourceOwner Owner, string? ManagedId)
{
    /// <summary>Model group of the deployment; null for settings, whose lines name the provider's models.</summary>
    public string? Group => Holder is { Id.Length: > 0 } ? Holder.ModelGroup : null;
}
