using System.Text.Json;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Errors;
using Tollgate.Engine.PassThrough.Natives;
using Tollgate.Engine.Pipeline;

namespace Tollgate.Engine.PassThrough.Stored;

/// <summary>Whose files and batches are, and where those are that have ids of the gateway's own.</summary>
internal sealed class StoredResources(IResourceStore? store, BatchCosts costs)
{
    /// <summary>Members of bodies that name files.</summary>
    private static readonly string[] FileMembers = ["input_file_id", "file_id", "file_ids", "training_file", "validation_file"];

    private static readonly string[] ResultMembers = ["output_file_id", "error_file_id"];

    /// <summary>The store.</summary>
    /// <exception cref="ApiException">400 when the gateway has none.</exception>
    public IResourceStore Store => store
        ?? throw ApiException.BadRequest("Managed ids (target_model_names) need a database; name one 'model'.", "target_model_names");

    /// <summary>Ids of files that a body names, wherever in it.</summary>
    public static IEnumerable<string> FilesIn(RelayedBody body)
    {
        if (body.Members is null)
        {
            return [];
        }

        var found = new List<string>();
        using var document = JsonDocument.Parse(body.Bytes);
        Collect(document.RootElement, isFile: false, found);
        return found;
    }

    /// <summary>What an id of the gateway's own stands for; null for other ids.</summary>
    /// <exception cref="ApiException">403 for what is somebody else's, 404 for what is not there.</exception>
    public async ValueTask<ResolvedId?> ResolveAsync(CallContext call, string id)
    {
        var isBatch = ManagedIds.IsBatch(id);
        if (!isBatch && !ManagedIds.IsFile(id))
        {
            return null;
        }

        var resource = (isBatch ? await Store.FindBatchAsync(id, call.Aborted) : await Store.FindFileAsync(id, call.Aborted))
            ?? throw new ApiException(404, $"{(isBatch ? "Batch" : "File")} not found: {id}", "invalid_request_error");
        if (!resource.Owner.Admits(call.Caller))
        {
            throw Refuse(call, id);
        }

        var holder = call.Snapshot.Config.Deployments.FirstOrDefault(
            deployment => resource.Copies.ContainsKey(deployment.Id) && !deployment.Info.Blocked);
        return holder is null
            ? throw new ApiException(404, $"No deployment is left that holds {id}.", "invalid_request_error")
            : new ResolvedId(resource, resource.Copies[holder.Id], holder, isBatch);
    }

    /// <summary>Lets nothing be made whose owner could not be remembered.</summary>
    /// <exception cref="ApiException">503 while the database is away.</exception>
    public async ValueTask CheckStoreAsync(CallContext call)
    {
        if (store is not null)
        {
            await store.IsRecordedAsync("reachable", call.Aborted);
        }
    }

    /// <summary>Lets a call pass whose ids are the caller's own, everybody's, or nobody's that is known.</summary>
    /// <exception cref="ApiException">403 for what is somebody else's.</exception>
    public async ValueTask CheckAsync(CallContext call, string provider, IReadOnlyCollection<string> ids)
    {
        if (store is null || ids.Count == 0 || call.Caller.IsAdmin)
        {
            return;
        }

        var owners = await store.FindOwnersAsync([.. ids.Select(id => NameOf(provider, id))], call.Aborted);
        foreach (var id in ids)
        {
            // What the operator has uploaded with the master key, and handed out the id of, is everybody's.
            var isKnown = owners.TryGetValue(NameOf(provider, id), out var owner);
            if (isKnown && !owner!.Admits(call.Caller) && !string.Equals(owner.KeyHash, call.Snapshot.MasterKeyHash, StringComparison.Ordinal))
            {
                throw Refuse(call, id);
            }

            if (!isKnown && NativeId.Of(id) is not null)
            {
                // Anybody can write such an id; behind it is what the operator's credentials open.
                throw Refuse(call, id);
            }
        }
    }

    /// <summary>Those of a provider's ids whose owner the caller is; all of them for who may see everything.</summary>
    public async ValueTask<IReadOnlySet<string>> OwnAsync(CallContext call, string provider, IReadOnlyList<string> ids)
    {
        if (store is null || call.Caller.IsAdmin || ids.Count == 0)
        {
            return ids.ToHashSet(StringComparer.Ordinal);
        }

        var owners = await store.FindOwnersAsync([.. ids.Select(id => NameOf(provider, id))], call.Aborted);
        return ids.Where(id => owners.TryGetValue(NameOf(provider, id), out var owner) && owner.Admits(call.Caller)).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Keeps what an answer says, and puts the gateway's ids into it.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> TakeAsync(RelayCall relay, ResourceAnswer about, ReadOnlyMemory<byte> json)
    {
        var call = relay.Call;
        var texts = StoredObject.TextsOf(json);
        if (store is null || about.Resource is not ("/files" or "/batches" or "/fine_tuning/jobs") || !texts.TryGetValue("id", out var id))
        {
            return Encoded(about, json);
        }

        var provider = relay.Target.Connection.Provider;
        var name = NameOf(provider, id);
        var owner = about.IsCreation ? ResourceOwner.Of(call.Caller, call.Snapshot) : about.Managed?.Resource.Owner;
        if (about.IsCreation)
        {
            await store.KeepOwnerAsync(name, owner!, call.Aborted);
        }

        if (about.Resource is "/fine_tuning/jobs")
        {
            return Encoded(about, json);
        }

        if (about.Resource is "/files")
        {
            return about.Managed is { IsBatch: false } file
                ? StoredObject.With(json, new Dictionary<string, string>(StringComparer.Ordinal) { ["id"] = file.Resource.Id }) : Encoded(about, json);
        }

        owner ??= (await store.FindOwnersAsync([name], call.Aborted)).GetValueOrDefault(name);
        if (owner is not null)
        {
            await TakeBatchAsync(relay, about, provider, id, texts, owner);
        }

        return about.Managed is { } managed ? await ManagedAsync(call, managed, id, texts, owner!, json) : Encoded(about, json);
    }

    /// <summary>The name under which the owner of what a provider keeps is known.</summary>
    public static string NameOf(string provider, string id) => $"{provider}|{NativeId.Plain(id)}";

    /// <summary>A batch's results are its owner's, and what they cost is recorded when they are there.</summary>
    private async Task TakeBatchAsync(
        RelayCall relay, ResourceAnswer about, string provider, string id, Dictionary<string, string> texts, ResourceOwner owner)
    {
        foreach (var member in ResultMembers)
        {
            if (texts.TryGetValue(member, out var file))
            {
                await store!.KeepOwnerAsync(NameOf(provider, file), owner, relay.Call.Aborted);
            }
        }

        var isOver = texts.GetValueOrDefault("status") is "completed" or "failed" or "expired" or "cancelled";
        var managedId = about.Managed is { IsBatch: true } managed ? managed.Resource.Id
            : about.Managed is { Holder: var holder } ? ManagedIds.Batch(holder.Id, id) : null;
        var name = NameOf(provider, id);
        if (about.IsCreation)
        {
            await store!.KeepOpenAsync(
                new OpenBatch(name, provider, id, about.Holder?.Id is { Length: > 0 } deployment ? deployment : null, managedId, owner),
                CancellationToken.None);
        }

        if (!isOver)
        {
            return;
        }

        if (!texts.TryGetValue("output_file_id", out var output))
        {
            // Nothing ran, nothing is to be paid.
            await (managedId is null ? Task.CompletedTask : store!.MarkAccountedAsync(managedId, CancellationToken.None));
        }
        else if (!await costs.AccountAsync(relay, new FinishedBatch(provider, id, output, about.Holder, owner, managedId)))
        {
            return;
        }

        await store!.CloseAsync(name, CancellationToken.None);
    }

    /// <summary>A batch as clients see it: with ids of the gateway's own.</summary>
    private async Task<ReadOnlyMemory<byte>> ManagedAsync(
        CallContext call, ResolvedId managed, string id, Dictionary<string, string> texts, ResourceOwner owner, ReadOnlyMemory<byte> json)
    {
        var holder = managed.Holder;
        var known = managed.IsBatch ? StoredObject.TextsOf(managed.Resource.Object) : [];
        var input = managed.IsBatch ? known.GetValueOrDefault("input_file_id") : managed.Resource.Id;
        var batchId = ManagedIds.Batch(holder.Id, id);
        var ids = new Dictionary<string, string>(StringComparer.Ordinal) { ["id"] = batchId };
        if (input is not null)
        {
            ids["input_file_id"] = input;
        }

        foreach (var member in ResultMembers)
        {
            if (texts.TryGetValue(member, out var file))
            {
                ids[member] = ManagedIds.Output([holder.ModelGroup], file, holder.Id);
                await store!.AddFileAsync(new ManagedResource(ids[member], default, Copy(holder, file), owner), call.Aborted);
            }
        }

        var shown = StoredObject.With(json, ids);
        await store!.SaveBatchAsync(new ManagedResource(batchId, shown, Copy(holder, id), owner), texts.GetValueOrDefault("status"), call.Aborted);
        return shown;
    }

    private static Dictionary<string, string> Copy(DeploymentConfig holder, string id) => new(StringComparer.Ordinal) { [holder.Id] = id };

    private static ReadOnlyMemory<byte> Encoded(ResourceAnswer about, ReadOnlyMemory<byte> json)
        => about.Model is { } model && about.Managed is null ? ResourceIds.EncodeAll(json, model) : json;

    private static ApiException Refuse(CallContext call, string id)
        => ApiException.Forbidden($"User {call.Caller.Key?.Identity.UserId ?? "None"} does not have access to the object: {id}");

    private static void Collect(JsonElement value, bool isFile, List<string> found)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    Collect(member.Value, Array.IndexOf(FileMembers, member.Name) >= 0, found);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    Collect(item, isFile, found);
                }

                break;
            case JsonValueKind.String when isFile:
                found.Add(value.GetString()!);
                break;
            default:
                break;
        }
    }
}

/// <summary>What an id of the gateway's own stands for.</summary>
/// <param name="Resource">The file or batch.</param>
/// <param name="ProviderId">Its id at the deployment.</param>
/// <param name="Holder">A deployment that has it.</param>
/// <param name="IsBatch">It is a batch; else a file.</param>
internal sealed record ResolvedId(ManagedResource Resource, string ProviderId, DeploymentConfig Holder, bool IsBatch);

/// <summary>What is known about an answer before it comes.</summary>
/// <param name="Resource">The resource's path, say <c>/files</c>.</param>
/// <param name="IsCreation">Something was made.</param>
/// <param name="Model">Model group that encoded ids name; null for none.</param>
/// <param name="Holder">Deployment that was asked; null for settings or environment.</param>
/// <param name="Managed">What the call is about, or what it is made from, when that has an id of the gateway's own.</param>
internal sealed record ResourceAnswer(string Resource, bool IsCreation, string? Model, DeploymentConfig? Holder, ResolvedId? Managed);
