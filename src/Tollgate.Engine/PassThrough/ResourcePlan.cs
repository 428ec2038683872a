using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Keys;
using Tollgate.Wire.Json;

namespace Tollgate.Engine.PassThrough;

/// <summary>Calls of resources that a provider keeps: files, batches, fine-tuning jobs, vector stores (llm-api.md section 13).</summary>
/// <param name="mapped">The route's own part of the path.</param>
/// <param name="resource">The resource's path at the provider, say <c>/files</c>.</param>
/// <param name="pathProvider">Provider that the path names; null for none.</param>
/// <param name="providers">Where resources are kept.</param>
internal sealed class ResourcePlan(string mapped, string resource, string? pathProvider, string method, IPassThroughProviders providers) : RelayPlan
{
    private const string Provider = "custom_llm_provider";

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
        (_, "POST") => "avector_store_create",
        _ => "avector_store_retrieve",
    };

    public override ImmutableArray<string> Groups => ["llm_api_routes", "openai_routes"];

    public override GatewayKey FindKey(HttpRequest request, GeneralSettings general)
        => GatewayKey.From(KeyHeaders.Find(request.Headers, general.KeyHeaderName, out var header), header);

    public override async ValueTask PrepareAsync(RelayCall relay)
    {
        var call = relay.Call;
        var request = call.Http.Request;
        var path = Decode(RawRest(request, mapped), out var model);
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

        if (Asked("target_model_names", relay, form) is not null)
        {
            throw ApiException.BadRequest("Managed ids (target_model_names) are not kept here; name one 'model'.", "target_model_names");
        }

        model = EditIds(body) ?? model ?? (resource is "/fine_tuning/jobs" ? null : Asked("model", relay, form) ?? Header(request, "x-litellm-model"));
        var named = pathProvider ?? Query(request, Provider) ?? Query(request, "provider") ?? Header(request, "custom-llm-provider")
            ?? Asked(Provider, relay, form);
        var (owner, provider) = OwnerOf(relay, model, named);
        relay.Target = providers.OpenResource(
            provider, owner, new PassThroughCall("", resource + path, relay.Key.Clean(request.QueryString.Value ?? "", OwnQuery), model,
                call.Snapshot.Config));
        relay.Deployment = relay.Describe(model);
        relay.ModelNames = model is null ? [] : [model];
        relay.IsMetered = false;
        relay.Headers = new HeaderPolicy(ForwardsAll: false, ["content-type", "accept", "openai-beta", "range", "idempotency-key"],
            TakesCredentials: false, call.Snapshot.Config.General.KeyHeaderName);
        relay.Rewrite = model is null || path.EndsWith("/content", StringComparison.Ordinal) ? null : json => ResourceIds.EncodeAll(json, model);
        call.Envelope = EnvelopeOf(body, model, isStream: false);
    }

    private bool IsOurs(string name)
        => name is Provider or "target_model_names" || IsGatewayMember(name) || (name is "model" && resource is not "/fine_tuning/jobs");

    /// <summary>Whose credentials count: those of the model's deployment, of the provider's settings, or of the environment (null).</summary>
    private (DeploymentConfig? Owner, string Provider) OwnerOf(RelayCall relay, string? model, string? provider)
    {
        var call = relay.Call;
        if (model is not null)
        {
            var team = call.Caller.Key?.Identity.TeamId;

            // Always the same one of a group: what one deployment keeps, the others do not know.
            var owner = call.Snapshot.Config.Deployments.FirstOrDefault(deployment =>
                string.Equals(deployment.ModelGroup, model, StringComparison.Ordinal) && !deployment.Info.Blocked
                && (deployment.Info.TeamId is null || call.Caller.IsAdmin || string.Equals(deployment.Info.TeamId, team, StringComparison.Ordinal)));
            return owner is not null
                ? (owner, "")
                : throw ApiException.BadRequest($"{resource}: Invalid model name passed in model={model}. Call `/v1/models` to view available models for your key.", "model");
        }

        var name = provider ?? providers.ResourceProviders[0];
        if (!providers.ResourceProviders.Contains(name, StringComparer.Ordinal))
        {
            throw ApiException.BadRequest($"The provider '{name}' keeps no {resource}; use one of {string.Join(", ", providers.ResourceProviders)}.", Provider);
        }

        var settings = call.Snapshot.Config.ResourceCredentials;
        var section = resource is "/fine_tuning/jobs" ? "finetune_settings" : "files_settings";
        return (settings.FirstOrDefault(entry => string.Equals(entry.ModelGroup, section, StringComparison.Ordinal)
            && string.Equals(entry.CustomProvider, name, StringComparison.Ordinal)), name);
    }

    /// <summary>The path with the provider's own ids.</summary>
    private static string Decode(string path, out string? model)
    {
        model = null;
        var segments = path.Split('/');
        for (var i = 0; i < segments.Length; i++)
        {
            if (ResourceIds.TryDecode(Uri.UnescapeDataString(segments[i]), out var id, out var named))
            {
                segments[i] = Uri.EscapeDataString(id);
                model = named;
            }
        }

        return string.Join('/', segments);
    }

    /// <summary>Puts the provider's own ids into a body, and takes out what is the gateway's.</summary>
    /// <returns>The model that an id names; null when none does.</returns>
    private string? EditIds(RelayedBody body)
    {
        if (body.Members is not { } members)
        {
            return null;
        }

        string? model = null;
        EditBody(body, model: null, IsOurs, value =>
        {
            if (value.Kind == JsonKind.String && JsonText.AsString(body.Bytes.Span.Slice(value.ValueStart, value.ValueLength)) is { } text
                && ResourceIds.TryDecode(text, out var id, out var named))
            {
                model = named;
                return JsonText.Quote(id);
            }

            return null;
        });
        return members.Count == 0 ? null : model;
    }

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
