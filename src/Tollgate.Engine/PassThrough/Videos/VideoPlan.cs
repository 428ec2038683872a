using System.Collections.Immutable;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Media.Videos;
using Tollgate.Engine.Routing;
using Tollgate.Wire;

namespace Tollgate.Engine.PassThrough.Videos;

/// <summary>Calls about films that were made (llm-api.md 13.9): led to whoever made them, relayed where that is in OpenAI's way.</summary>
/// <param name="what">What is asked.</param>
/// <param name="id">Film or character as the client wrote its id; null for none.</param>
/// <param name="providers">Where films are kept.</param>
/// <param name="parts">Whose they are, and who asks for those that are no OpenAI's.</param>
internal sealed class VideoPlan(VideoCall what, string? id, IPassThroughProviders providers, VideoParts parts) : RelayPlan
{
    private const string Provider = "custom_llm_provider";

    private static readonly string[] OwnQuery = ["model", Provider, "provider", "target_model_names"];

    public override string RouteName => "/videos";

    public override string CallType => what switch
    {
        VideoCall.List => "avideo_list",
        VideoCall.Content => "avideo_content",
        VideoCall.Delete => "avideo_delete",
        VideoCall.CreateCharacter => "avideo_create_character",
        VideoCall.ReadCharacter => "avideo_get_character",
        _ => "avideo_status",
    };

    public override ImmutableArray<string> Groups => ["llm_api_routes", "openai_routes"];

    public override GatewayKey FindKey(HttpRequest request, GeneralSettings general)
        => GatewayKey.From(KeyHeaders.Find(request.Headers, general.KeyHeaderName, out var header), header);

    public override async ValueTask PrepareAsync(RelayCall relay)
    {
        var call = relay.Call;
        await ReadBodyAsync(relay, isWhole: false);
        var body = relay.Body!;
        FormHead? form = null;
        if (body is { Exists: true, IsWhole: false })
        {
            body.Head = form = await FormHead.ReadAsync(call.Http.Request, IsOurs, call.Aborted);
        }
        else if (body is { Exists: true, Members: not null })
        {
            EditBody(body, model: null, IsOurs);
        }

        var known = id is null ? null : VideoIds.TryDecode(id);
        string? model;
        var holder = known is null ? HolderOf(relay, form, out model) : VideoHolders.Find(call, known, out model);
        if (holder is null && known is not null && known.DeploymentId.Length > 0)
        {
            throw new ApiException(404, $"No deployment is left that has {id}.", "invalid_request_error");
        }

        var provider = holder is not null ? "" : known?.Provider ?? AskedProvider(relay, form);
        var own = known?.Id ?? id;
        Describe(relay, holder, provider, own);
        var place = holder is null ? null : new VideoId(
            holder.Connection.Provider, holder.Id, "", string.Equals(model, holder.Config.ModelGroup, StringComparison.Ordinal) ? null : model);
        if (own is not null)
        {
            await parts.Owners.CheckAsync(call, relay.Target.Connection.Provider, own);
        }

        Answer(relay, own, VideoAnswers.Of(place, IsCharacter) with { Model = IsCharacter || holder is null ? null : model });
    }

    /// <summary>Who answers, and what is changed of the answer.</summary>
    private void Answer(RelayCall relay, string? own, VideoAnswers answers)
    {
        if (relay.Target.Connection.Videos is { } tasks)
        {
            relay.Serve = what switch
            {
                VideoCall.Read => served => parts.Caller.ReadAsync(served, tasks, own!, answers),
                VideoCall.Content => served => parts.Caller.SendContentAsync(served, tasks, own!),
                VideoCall.Delete => served => parts.Caller.DeleteAsync(served, tasks, own!, answers),
                _ => throw ApiException.BadRequest($"The provider '{relay.Target.Connection.Provider}' does not serve this route of /videos."),
            };
            return;
        }

        relay.Rewrite = what switch
        {
            VideoCall.Content => null,
            VideoCall.List => async json => answers.Write(
                json, await parts.Owners.VisibleAsync(relay.Call, relay.Target.Connection.Provider, VideoAnswers.IdsIn(json))),
            VideoCall.CreateCharacter => async json => await KeptAsync(relay, answers, json),
            _ => json => ValueTask.FromResult(answers.Write(json)),
        };
    }

    private async ValueTask<ReadOnlyMemory<byte>> KeptAsync(RelayCall relay, VideoAnswers answers, ReadOnlyMemory<byte> json)
    {
        if (Stored.StoredObject.TextsOf(json).TryGetValue("id", out var made))
        {
            await parts.Owners.KeepAsync(relay.Call, relay.Target.Connection.Provider, made);
        }

        return answers.Write(json);
    }

    private void Describe(RelayCall relay, Deployment? holder, string provider, string? own)
    {
        var call = relay.Call;
        var film = own is null ? "" : "/" + Uri.EscapeDataString(own);
        var path = what switch
        {
            VideoCall.Content => $"/videos{film}/content",
            VideoCall.CreateCharacter or VideoCall.ReadCharacter => "/videos/characters" + film,
            _ => "/videos" + film,
        };
        var model = holder?.Config.ModelGroup;
        relay.Target = providers.OpenResource(
            provider, holder?.Config,
            new PassThroughCall("", path, relay.Key.Clean(call.Http.Request.QueryString.Value ?? "", OwnQuery), model, call.Snapshot.Config));
        if (relay.Target.Connection is { Videos: null } connection && (holder is null
            ? !providers.ResourceProviders.Contains(connection.Provider, StringComparer.Ordinal)
            : holder.Connection.EndpointFor(Surface.Videos).Fault is not null))
        {
            throw ApiException.BadRequest($"The provider '{connection.Provider}' makes no videos.", Provider);
        }

        // What was made has been paid for: these calls cost nothing, whatever their model does.
        relay.Deployment = holder ?? relay.Describe(model);
        relay.IsMetered = false;
        relay.Headers = new HeaderPolicy(ForwardsAll: false, ["content-type", "accept", "openai-beta", "range", "idempotency-key"],
            TakesCredentials: false, call.Snapshot.Config.General.KeyHeaderName);
        call.Envelope = EnvelopeOf(relay.Body!, model, isStream: false);
    }

    /// <summary>The deployment of the model that a call names; null when it names none.</summary>
    private static Deployment? HolderOf(RelayCall relay, FormHead? form, out string? model)
    {
        model = null;
        var call = relay.Call;
        var named = Asked("model", relay, form) ?? Asked("target_model_names", relay, form)
            ?? (call.Http.Request.Headers["x-litellm-model"].ToString() is { Length: > 0 } header ? header : null);
        if (named is null)
        {
            return null;
        }

        model = named.Split(',')[0].Trim();
        VideoHolders.CheckModel(call, model);

        // Always the same one of a group: what one deployment has, the others do not know.
        return VideoHolders.GroupOf(call, model)?.Deployments.FirstOrDefault(static deployment => !deployment.Config.Info.Blocked)
            ?? throw ApiException.BadRequest(
                $"/videos: Invalid model name passed in model={model}. Call `/v1/models` to view available models for your key.", "model");
    }

    private string AskedProvider(RelayCall relay, FormHead? form)
    {
        var request = relay.Call.Http.Request;
        return Asked(Provider, relay, form) ?? (request.Query["provider"].ToString() is { Length: > 0 } query ? query : null)
            ?? (request.Headers["custom-llm-provider"].ToString() is { Length: > 0 } header ? header : null) ?? providers.ResourceProviders[0];
    }

    private bool IsCharacter => what is VideoCall.CreateCharacter or VideoCall.ReadCharacter;

    private static bool IsOurs(string name) => name is Provider or "target_model_names" or "model" || IsGatewayMember(name);

    private static string? Asked(string name, RelayCall relay, FormHead? form)
        => relay.Call.Http.Request.Query[name].ToString() is { Length: > 0 } value ? value
            : form?.Fields.GetValueOrDefault(name) ?? relay.Body!.Text(Encoding.UTF8.GetBytes(name));
}
