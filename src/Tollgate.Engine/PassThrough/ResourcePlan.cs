using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Lookups;
using Tollgate.Engine.PassThrough.Natives;
using Tollgate.Engine.PassThrough.Stored;
using Tollgate.Engine.Pipeline;
using Tollgate.Wire.Json;

namespace Tollgate.Engine.PassThrough;

/// <summary>Calls of resources that a provider keeps: files, batches, fine-tuning jobs, vector stores (llm-api.md section 13).</summary>
/// <param name="mapped">The route's own part of the path.</param>
/// <param name="resource">The resource's path at the provider, say <c>/files</c>.</param>
/// <param name="pathProvider">Provider that the path names; null for none.</param>
/// <param name="method">Method of the call.</param>
/// <param name="providers">Where resources are kept.</param>
/// <param name="stored">Whose they are.</param>
/// <param name="files">Files with ids of the gateway's own.</param>
/// <param name="natives">Providers with APIs of their own.</param>
internal sealed class ResourcePlan(string mapped, string resource, string? pathProvider, string method, IPassThroughProviders providers,
    StoredResources stored, ManagedFiles files, NativeServer natives) : RelayPlan
{
    private const string Provider = "custom_llm_provider";

    private static readonly string[] BatchMembers = ["input_file_id", "endpoint"];

    private static readonly string[] OwnQuery = ["model", Provider, "provider", "target_model_names"];

    public override string RouteName => resource;

    public override string CallType => (resource, method) switch
    {
        ("/files", "POST") => "acreate_file",
        ("/files", "DELETE") => "afile_delete",
        ("/files", _) => "afile_retrieve",
        ("/batches", "POST") => "acreate_batch",
        ("/batches", _) => "aretrieve_batch",
        ("/fine_tuning/jobs", "POST") => "acreate_fine_tuning_job",
        ("/fine_tuning/jobs", _) => "aretrieve_fine_tuning_job",
        (_, "POST") => IsSearch ? "avector_store_search" : "avector_store_create",
        _ => "avector_store_retrieve",
    };

    /// <summary>A store is searched.</summary>
    public bool IsSearch { get; init; }

    public override ImmutableArray<string> Groups => ["llm_api_routes", "openai_routes"];

    public override GatewayKey FindKey(HttpRequest request, GeneralSettings general)
        => GatewayKey.From(KeyHeaders.Find(request.Headers, general.KeyHeaderName, out var header), header);

    public override async ValueTask PrepareAsync(RelayCall relay)
    {
        var call = relay.Call;
        var request = call.Http.Request;
        var path = RawRest(request, mapped);
        var store = StoreIn(call, path);
        await ReadBodyAsync(relay, IsKeptToModels(call.Caller) && request.HasFormContentType);
        var body = relay.Body!;
        FormHead? form = null;
        if (body is { Exists: true, IsWhole: false })
        {
            body.Head = form = await FormHead.ReadAsync(request, IsOurs, call.Aborted);
        }
        else if (body is { IsWhole: true, Members: null })
        {
            CheckModels(call.Caller, body.Bytes.Span, call.Snapshot);
        }

        if (AskedTargets(relay, form) is { } targets)
        {
            PrepareManaged(relay, path, targets);
            return;
        }

        var ids = await ResourceCallIds.ReadAsync(stored, call, path, body);
        if (ids.Managed is { IsBatch: false, Resource: { } file } && IsIn(path, file.Id) && ServesHere(path, file))
        {
            Describe(relay, ids.Managed.Holder, "", path: "", ids.Managed.Holder.ModelGroup);
            relay.Serve = method is "DELETE" ? served => files.DeleteAsync(served, file) : served => files.AnswerAsync(served, file.Object);
            return;
        }

        EditIds(body, ids);
        var model = ids.Model ?? (resource is "/fine_tuning/jobs" ? null : Asked("model", relay, form) ?? Header(request, "x-litellm-model"));
        var named = pathProvider ?? Query(request, Provider) ?? Query(request, "provider") ?? Header(request, "custom-llm-provider")
            ?? Asked(Provider, relay, form);
        var (owner, provider) = ids.Managed is { } managed ? (managed.Holder, "") : store is not null && model is null && named is null ? (store, "")
            : OwnerOf(relay, model, named);
        Describe(relay, owner, provider, ids.Path, model);
        await stored.CheckAsync(call, relay.Target.Connection.Provider, ids.ProviderIds);
        var about = new ResourceAnswer(resource, method is "POST" && path.Trim('/').Length == 0, model, owner, ids.Managed);
        if (about is { IsCreation: true, Resource: "/files" or "/batches" or "/fine_tuning/jobs" })
        {
            await stored.CheckStoreAsync(call);
        }

        if (about is { IsCreation: true, Resource: "/batches" })
        {
            PrepareBatch(relay, about, ids);
        }

        if (relay.Target.Native is not null)
        {
            relay.Serve = served => natives.ServeAsync(served, new NativeAsk(method, ids.Path, about, IsOurs));
            return;
        }

        if (about is { Resource: "/files", IsCreation: true } && FileExpiry.SecondsFor(call.Caller) is not null)
        {
            relay.Serve = served => files.UploadOneAsync(served, about, IsOurs);
            return;
        }

        relay.Rewrite = path.EndsWith("/content", StringComparison.Ordinal) ? null : json => stored.TakeAsync(relay, about, json);
    }

    /// <summary>A batch says what it runs, and counts as what it runs.</summary>
    private void PrepareBatch(RelayCall relay, ResourceAnswer about, ResourceCallIds ids)
    {
        foreach (var name in BatchMembers)
        {
            if (relay.Body!.Find(Encoding.UTF8.GetBytes(name)) is not { } member || member.Kind == JsonKind.Null)
            {
                throw ApiException.BadRequest($"/batches: Missing required parameter: '{name}'.", name);
            }

            if (member.Kind != JsonKind.String)
            {
                throw MemberValues.WrongType(member, name, "a string");
            }
        }

        if (relay.Call.Snapshot.Config.Budgets.CountsBatches)
        {
            var input = relay.Body!.Text("input_file_id"u8)!;
            relay.CountLoad = () => files.Loads.CountAsync(relay, about, ids.ProviderIdOf(input) ?? input);
        }
    }

    /// <summary>Credentials of the store that a path names; null when none is named, or nobody has told of it.</summary>
    /// <exception cref="ApiException">The caller may not.</exception>
    private DeploymentConfig? StoreIn(CallContext call, string path)
    {
        if (resource is not "/vector_stores" || path.Trim('/').Split('/')[0] is not { Length: > 0 } name)
        {
            return null;
        }

        var id = Uri.UnescapeDataString(name);
        LookupAccess.CheckStore(call.Caller, id, call.Snapshot);
        return call.Snapshot.Lookups.FindStore(id)?.Config is { } store && providers.ResourceProviders.Contains(store.Provider, StringComparer.Ordinal)
            ? store.Deployment with { Model = store.Provider + "/resources", CustomProvider = store.Provider, Info = new DeploymentInfo() } : null;
    }

    /// <summary>Works out where a call goes.</summary>
    private void Describe(RelayCall relay, DeploymentConfig? owner, string provider, string path, string? model)
    {
        var call = relay.Call;
        relay.Target = providers.OpenResource(
            provider, owner, new PassThroughCall("", resource + path, relay.Key.Clean(call.Http.Request.QueryString.Value ?? "", OwnQuery), model,
                call.Snapshot.Config));
        relay.Deployment = relay.Describe(model);
        relay.ModelNames = model is null ? [] : [model];
        relay.IsMetered = false;
        relay.Headers = new HeaderPolicy(ForwardsAll: false, ["content-type", "accept", "openai-beta", "range", "idempotency-key"],
            TakesCredentials: false, call.Snapshot.Config.General.KeyHeaderName);
        call.Envelope = EnvelopeOf(relay.Body!, model, isStream: false);
    }

    /// <summary>Calls with <c>target_model_names</c>: an upload to all of them, or a listing of what is the caller's own.</summary>
    private void PrepareManaged(RelayCall relay, string path, string[] models)
    {
        var isUpload = method is "POST" && resource is "/files";
        if (path.Trim('/').Length > 0 || !(isUpload || (method is "GET" && resource is "/files" or "/batches")))
        {
            throw ApiException.BadRequest("target_model_names is for uploads of files, and for listings of files and batches.", "target_model_names");
        }

        _ = stored.Store;
        var holders = ManagedFiles.HoldersOf(relay.Call, models);
        Describe(relay, holders[0], "", path, models[0]);
        relay.Serve = isUpload
            ? served => files.UploadAsync(served, models, holders, IsOurs)
            : served => files.ListAsync(served, resource is "/batches", models);
    }

    /// <summary>A file is known here and deleted from here; its contents, and files that a provider has made, are the provider's to tell.</summary>
    private bool ServesHere(string path, ManagedResource file)
        => resource is "/files"
            && (method is "DELETE" || (method is "GET" && !file.Object.IsEmpty && !path.EndsWith("/content", StringComparison.Ordinal)));

    private static bool IsIn(string path, string id) => path.Split('/').Contains(id, StringComparer.Ordinal);

    private static string[]? AskedTargets(RelayCall relay, FormHead? form)
    {
        const string Name = "target_model_names";
        var request = relay.Call.Http.Request;
        var text = Asked(Name, relay, form) ?? (relay.Body is { IsWhole: true, Members: null } body
            ? FormHead.FieldsOf(body.Bytes.Span, request.ContentType)?.GetValueOrDefault(Name) : null);
        if (text is null)
        {
            return null;
        }

        string[] names =
            [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)];
        return names.Length > 0 ? names : throw ApiException.BadRequest("target_model_names names no model.", Name);
    }

    private bool IsOurs(string name)
        => name is Provider or "target_model_names" || IsGatewayMember(name) || (name is "model" && resource is not "/fine_tuning/jobs");

    /// <summary>Whose credentials count: those of the model's deployment, of the provider's settings, or of the environment (null).</summary>
    private (DeploymentConfig? Owner, string Provider) OwnerOf(RelayCall relay, string? model, string? provider)
    {
        var call = relay.Call;
        if (model is not null)
        {
            return ManagedFiles.FirstOf(call, model) is { } owner
                ? (owner, "")
                : throw ApiException.BadRequest($"{resource}: Invalid model name passed in model={model}. Call `/v1/models` to view available models for your key.", "model");
        }

        var name = provider ?? providers.ResourceProviders[0];
        var known = providers.ResourceProviders.AddRange(
            resource is "/files" or "/batches" ? providers.NativeProviders : resource is "/fine_tuning/jobs" ? providers.TuningProviders : []);
        if (!known.Contains(name, StringComparer.Ordinal))
        {
            throw ApiException.BadRequest($"The provider '{name}' keeps no {resource}; use one of {string.Join(", ", known)}.", Provider);
        }

        return (ResourceCaller.SettingsOf(call.Snapshot.Config, resource, name), name);
    }

    /// <summary>Puts the provider's own ids into a body, and takes out what is the gateway's.</summary>
    private void EditIds(RelayedBody body, ResourceCallIds ids) => EditBody(body, model: null, IsOurs, value =>
        value.Kind == JsonKind.String && JsonText.AsString(body.Bytes.Span.Slice(value.ValueStart, value.ValueLength)) is { } text
            && ids.ProviderIdOf(text) is { } id ? JsonText.Quote(id) : null);

    private static string? Asked(string name, RelayCall relay, FormHead? form)
        => Query(relay.Call.Http.Request, name) ?? form?.Fields.GetValueOrDefault(name) ?? relay.Body!.Text(Encoding.UTF8.GetBytes(name));

    private static string? Query(HttpRequest request, string name) => request.Query[name].ToString() is { Length: > 0 } value ? value : null;

    private static string? Header(HttpRequest request, string name) => request.Headers[name].ToString() is { Length: > 0 } value ? value : null;

    /// <summary>Every line of a batch runs a model: a key that is kept to some models uploads lines of these only.</summary>
    private static void CheckModels(Caller caller, ReadOnlySpan<byte> form, GatewaySnapshot snapshot)
    {
        if (caller.Key is not { Identity: var key })
        {
            return;
        }

        foreach (var range in form.Split((byte)'\n'))
        {
            var line = form[range].Trim(" \r\t"u8);
            if (line.IsEmpty || line[0] != (byte)'{')
            {
                continue;
            }

            try
            {
                var reader = new Utf8JsonReader(line);
                using var document = JsonDocument.ParseValue(ref reader);
                if (document.RootElement.TryGetProperty("body", out var body) && body.ValueKind == JsonValueKind.Object
                    && body.TryGetProperty("model", out var model)
                    && model.ValueKind == JsonValueKind.String)
                {
                    ModelAccess.Check(key, model.GetString()!, snapshot);
                }
            }
            catch (JsonException)
            {
                throw ApiException.BadRequest("A line of the file is not JSON; a key that is kept to some models cannot upload it.", "file");
            }
        }
    }
}
