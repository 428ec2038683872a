using System.Globalization;
using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Keys;
using Tollgate.Engine.PassThrough.Natives;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Spend;
using Tollgate.Engine.Upstream;

namespace Tollgate.Engine.PassThrough.Stored;

/// <summary>Files with ids of the gateway's own: kept at every deployment of their models, known here (llm-api.md 13.1, 13.2).</summary>
internal sealed class ManagedFiles(StoredResources resources, ResourceCaller caller, NativeFiles natives, SpendRecorder spend)
{
    private const int MostFiles = 10_000;
    private const int MostBatches = 100;

    /// <summary>What the files of batches come to.</summary>
    public BatchLoads Loads { get; } = new(caller, natives);

    /// <summary>Deployments of some model groups, all of which the caller may call.</summary>
    /// <exception cref="ApiException">400 or 401 that says which it is not.</exception>
    public static IReadOnlyList<DeploymentConfig> HoldersOf(CallContext call, IEnumerable<string> models)
    {
        var holders = new List<DeploymentConfig>();
        foreach (var model in models)
        {
            if (call.Caller.Key is { Identity: var key } && !call.Caller.IsAdmin)
            {
                ModelAccess.Check(key, model, call.Snapshot);
            }

            var found = call.Snapshot.Config.Deployments.Where(deployment => IsOf(call, model, deployment)).ToList();
            if (found.Count == 0)
            {
                throw ApiException.BadRequest(
                    $"/files: Invalid model name passed in target_model_names={model}. Call `/v1/models` to view available models for your key.",
                    "target_model_names");
            }

            holders.AddRange(found.Where(deployment => !holders.Exists(other => string.Equals(other.Id, deployment.Id, StringComparison.Ordinal))));
        }

        return holders;
    }

    /// <summary>Who keeps what is made with a model's name: always the same one of a group, since the others do not know it. Null for no model.</summary>
    public static DeploymentConfig? FirstOf(CallContext call, string model)
        => call.Snapshot.Config.Deployments.FirstOrDefault(deployment => IsOf(call, model, deployment));

    private static bool IsOf(CallContext call, string model, DeploymentConfig deployment)
        => string.Equals(deployment.ModelGroup, model, StringComparison.Ordinal) && !deployment.Info.Blocked
            && (deployment.Info.TeamId is null || call.Caller.IsAdmin
                || string.Equals(deployment.Info.TeamId, call.Caller.Key?.Identity.TeamId, StringComparison.Ordinal));

    /// <summary>Uploads a file to all deployments and answers one id for all of them.</summary>
    public async Task UploadAsync(RelayCall relay, IReadOnlyList<string> models, IReadOnlyList<DeploymentConfig> holders, Func<string, bool> isOurs)
    {
        var call = relay.Call;
        var store = resources.Store;
        await resources.CheckStoreAsync(call);
        string[] names = [.. models, .. holders.Select(holder => ResourceCaller.Describe(call, Open(call, holder, "/files"), holder).ModelName)];
        await using var upload = await ManagedUpload.ReadAsync(relay, isOurs, name => names.Contains(name, StringComparer.Ordinal));
        var owner = ResourceOwner.Of(call.Caller, call.Snapshot);
        var copies = new Dictionary<string, string>(StringComparer.Ordinal);
        ReadOnlyMemory<byte> first = default;
        try
        {
            foreach (var holder in holders)
            {
                var target = Open(call, holder, "/files");
                var deployment = ResourceCaller.Describe(call, target, holder);
                var answer = target.Native is null
                    ? await caller.SendAsync(
                        call, deployment, target, HttpMethod.Post, upload.For(deployment.ModelName),
                        static (answer, cancellationToken) => answer.Content.ReadAsByteArrayAsync(cancellationToken))
                    : await natives.UploadAsync(new NativeCall(call, deployment, target, holder, holder.ModelGroup), upload);
                var id = StoredObject.TextsOf(answer).GetValueOrDefault("id")
                    ?? throw new ApiException(502, "The upstream took the file but named no id.");
                copies[holder.Id] = id;
                first = first.IsEmpty ? answer : first;
                await store.KeepOwnerAsync(StoredResources.NameOf(target.Connection.Provider, id), owner, call.Aborted);
            }
        }
        catch (ApiException)
        {
            await DeleteCopiesAsync(relay, copies, mustSucceed: false);
            throw;
        }

        var managed = ManagedIds.File(upload.MediaType, Guid.NewGuid(), models, copies[holders[0].Id], holders[0].Id);
        var shown = StoredObject.With(first, new Dictionary<string, string>(StringComparer.Ordinal) { ["id"] = managed });
        await store.AddFileAsync(new ManagedResource(managed, shown, copies, owner), call.Aborted);
        await AnswerAsync(relay, shown);
    }

    /// <summary>Uploads a file to one place, with a form of the gateway's making: what it demands of the form, no client can undo.</summary>
    public async Task UploadOneAsync(RelayCall relay, ResourceAnswer about, Func<string, bool> isOurs)
    {
        await using var upload = await ManagedUpload.ReadAsync(relay, isOurs, static _ => true);
        var answer = await caller.SendAsync(
            relay.Call, relay.Deployment, relay.Target, HttpMethod.Post, upload.For(model: null),
            static (answer, cancellationToken) => answer.Content.ReadAsByteArrayAsync(cancellationToken));
        await AnswerAsync(relay, await resources.TakeAsync(relay, about, answer));
    }

    /// <summary>Deletes a file wherever it is.</summary>
    public async Task DeleteAsync(RelayCall relay, ManagedResource file)
    {
        await DeleteCopiesAsync(relay, file.Copies, mustSucceed: true);
        await resources.Store.DeleteFileAsync(file.Id, relay.Call.Aborted);
        await AnswerAsync(relay, StoredObject.Deleted(file.Id));
    }

    /// <summary>Lists what is the caller's own.</summary>
    public async Task ListAsync(RelayCall relay, bool batches, IReadOnlyList<string> models)
    {
        var call = relay.Call;
        var query = call.Http.Request.Query;
        var all = await resources.Store.ListAsync(
            batches, call.Caller.IsAdmin ? null : ResourceOwner.Of(call.Caller, call.Snapshot), call.Aborted);
        var purpose = query["purpose"].ToString();
        var mine = all.Where(resource => !resource.Object.IsEmpty && resource.Owner.Admits(call.Caller)
            && (models.Count == 0 || ModelsOf(call, resource, batches).Any(model => models.Contains(model, StringComparer.Ordinal)))
            && (batches || purpose.Length == 0
                || string.Equals(StoredObject.TextsOf(resource.Object).GetValueOrDefault("purpose"), purpose, StringComparison.Ordinal))).ToList();
        if (query["order"].ToString() is "asc")
        {
            mine.Reverse();
        }

        var most = batches ? MostBatches : MostFiles;
        var limit = int.TryParse(query["limit"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var asked) && asked is > 0
            ? Math.Min(asked, most) : batches ? 20 : most;
        var after = query["after"].ToString();
        var start = after.Length == 0 ? 0 : mine.FindIndex(resource => string.Equals(resource.Id, after, StringComparison.Ordinal)) + 1;
        List<ManagedResource> page = [.. mine.Skip(start).Take(limit)];
        await AnswerAsync(relay, StoredObject.Page(page, start + page.Count < mine.Count));
    }

    /// <summary>Answers what is known here.</summary>
    public Task AnswerAsync(RelayCall relay, ReadOnlyMemory<byte> json)
    {
        var call = relay.Call;
        call.Outcome = new AttemptOutcome { Deployment = relay.Deployment, Kind = UpstreamErrorKind.None };
        spend.Record(call, relay.Scratch, relay.Deployment, answerId: null, succeeded: true);
        var response = call.Http.Response;
        response.ContentType = "application/json";
        response.ContentLength = json.Length;
        CallHeaders.WriteAlways(response.Headers, call.CallId);
        LimitHeaders.Write(call, response.Headers);
        call.OutputCommitted = true;
        return response.Body.WriteAsync(json, call.Aborted).AsTask();
    }

    private static IEnumerable<string> ModelsOf(CallContext call, ManagedResource resource, bool batches) => batches
        ? call.Snapshot.Config.Deployments.Where(deployment => resource.Copies.ContainsKey(deployment.Id))
            .Select(static deployment => deployment.ModelGroup)
        : ManagedIds.ModelsOf(resource.Id);

    private PassThroughTarget Open(CallContext call, DeploymentConfig holder, string path) => caller.Open(call, "", holder, path);

    private async Task DeleteCopiesAsync(RelayCall relay, IReadOnlyDictionary<string, string> copies, bool mustSucceed)
    {
        var call = relay.Call;
        foreach (var holder in call.Snapshot.Config.Deployments.Where(deployment => copies.ContainsKey(deployment.Id)))
        {
            var target = Open(call, holder, "/files/" + Uri.EscapeDataString(copies[holder.Id]));
            var outcome = call.Outcome;
            try
            {
                var deployment = ResourceCaller.Describe(call, target, holder);
                await (target.Native is null
                    ? caller.SendAsync(call, deployment, target, HttpMethod.Delete, content: null, static (_, _) => Task.FromResult(true))
                    : natives.DeleteAsync(new NativeCall(call, deployment, target, holder, holder.ModelGroup), copies[holder.Id]));
            }
            catch (ApiException gone) when (gone.Status == StatusCodes.Status404NotFound || !mustSucceed)
            {
                call.Outcome = outcome;
            }
        }
    }
}
