using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Keys;
using Tollgate.Engine.PassThrough.Stored;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;
using Tollgate.Wire.Json;

namespace Tollgate.Engine.PassThrough.Realtime;

/// <summary>
/// Asks a provider for a short-lived token and hands out one of the gateway's own; providers whose sessions are translated are not asked.
/// </summary>
/// <param name="path">Path at the provider, say <c>/realtime/client_secrets</c>.</param>
/// <param name="providers">Where it goes.</param>
/// <param name="files">Answers what is known here.</param>
/// <param name="time">Clock of the token's end.</param>
internal sealed class RealtimeTokenPlan(string path, IPassThroughProviders providers, ManagedFiles files, TimeProvider time) : RelayPlan
{
    /// <summary>Ends a token whose end the provider does not tell: its own default for tokens of this kind.</summary>
    private static readonly TimeSpan UsualLife = TimeSpan.FromMinutes(10);

    public override string RouteName => path;

    public override string CallType => "_arealtime";

    public override ImmutableArray<string> Groups => ["llm_api_routes", "openai_routes"];

    public override GatewayKey FindKey(HttpRequest request, GeneralSettings general)
        => GatewayKey.From(KeyHeaders.Find(request.Headers, general.KeyHeaderName, out var header), header);

    public override async ValueTask PrepareAsync(RelayCall relay)
    {
        var call = relay.Call;
        await ReadBodyAsync(relay, isWhole: true);
        var body = relay.Body!;
        var nested = NestedModel(body);
        var asked = (nested is { } span ? JsonText.AsString(body.Bytes.Span.Slice(span.ValueStart, span.ValueLength)) : null) ?? body.Text("model"u8)
            ?? throw ApiException.BadRequest($"{path}: Missing required parameter: 'model'.", "model");
        var model = call.Caller.Key is { Identity: var key } ? ModelAccess.AliasOf(key, asked) : asked;
        var holder = HolderOf(call.Snapshot, call.Caller, model, path);
        relay.Target = providers.OpenResource(
            "", holder.Config, new PassThroughCall("", path, relay.Key.Clean(call.Http.Request.QueryString.Value ?? ""), model, call.Snapshot.Config));
        relay.Deployment = relay.Describe(model);
        relay.ModelNames = [asked];
        relay.IsMetered = false;
        relay.Headers = new HeaderPolicy(ForwardsAll: false, ["content-type", "accept", "openai-beta"], TakesCredentials: false,
            call.Snapshot.Config.General.KeyHeaderName);
        call.Envelope = EnvelopeOf(body, asked, isStream: false);
        EditBody(body, holder.ModelName, IsGatewayMember, member => nested is { } inner && inner.ValueStart > member.ValueStart && inner.End <= member.End
            ? Spliced(body.Bytes.Span, member, inner, holder.ModelName) : null);
        if (providers.OpenRealtime(holder.Config, holder.UpstreamModel, call.Snapshot.Config, "") is { Translator: not null })
        {
            relay.Serve = served => files.AnswerAsync(served, Own(served, asked));
        }

        relay.Rewrite = json => new ValueTask<ReadOnlyMemory<byte>>(Sealed(relay, json, asked));
    }

    /// <summary>A deployment of a model group that the caller may know of.</summary>
    /// <exception cref="ApiException">400 when there is none.</exception>
    public static Deployment HolderOf(GatewaySnapshot snapshot, Caller caller, string model, string route)
    {
        var team = caller.Key?.Identity.TeamId;
        var group = (team is null ? null : snapshot.Models.ResolveForTeam(team, model)) ?? snapshot.Models.Resolve(model);
        return group is not null && (group.TeamId is null || caller.IsAdmin || string.Equals(group.TeamId, team, StringComparison.Ordinal))
            && group.Deployments.FirstOrDefault(static deployment => !deployment.Config.Info.Blocked) is { } holder
                ? holder
                : throw ApiException.BadRequest(
                    $"{route}: Invalid model name passed in model={model}. Call `/v1/models` to view available models for your key.", "model");
    }

    /// <summary>A token that holds none of a provider's.</summary>
    private ReadOnlyMemory<byte> Own(RelayCall relay, string model)
    {
        var expires = time.GetUtcNow() + UsualLife;
        var token = RealtimeTokens.Seal(
            new RealtimeToken(expires, HashOf(relay.Call), relay.Target.DeploymentId, "", model), relay.Call.Snapshot);
        return StoredObject.Write(writer =>
        {
            writer.WriteStartObject();
            if (path is "/realtime/client_secrets")
            {
                Value();
                writer.WriteStartObject("session"u8);
                writer.WriteString("type"u8, "realtime"u8);
            }
            else
            {
                writer.WriteStartObject("client_secret"u8);
                Value();
                writer.WriteEndObject();
            }

            writer.WriteString("object"u8, "realtime.session"u8);
            writer.WriteString("model"u8, model);
            if (path is "/realtime/client_secrets")
            {
                writer.WriteEndObject();
            }

            writer.WriteEndObject();

            void Value()
            {
                writer.WriteString("value"u8, token);
                writer.WriteNumber("expires_at"u8, expires.ToUnixTimeSeconds());
            }
        });
    }

    private static string HashOf(CallContext call) => call.Caller.Key?.Identity.Hash ?? (call.Caller.IsAdmin ? call.Snapshot.MasterKeyHash : "");

    private ReadOnlyMemory<byte> Sealed(RelayCall relay, ReadOnlyMemory<byte> json, string model)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        return StoredObject.Write(writer => Copy(root, writer, root.TryGetProperty("client_secret", out var secret) ? secret : root));

        void Copy(JsonElement value, Utf8JsonWriter writer, JsonElement holder)
        {
            writer.WriteStartObject();
            foreach (var member in value.EnumerateObject())
            {
                if (member.Name is "value" && member.Value.ValueKind == JsonValueKind.String)
                {
                    writer.WriteString("value"u8, RealtimeTokens.Seal(TokenOf(relay, value, member.Value.GetString()!, model), relay.Call.Snapshot));
                }
                else if (member.Name is "client_secret" && member.Value.ValueKind == JsonValueKind.Object)
                {
                    writer.WritePropertyName("client_secret"u8);
                    Copy(member.Value, writer, holder);
                }
                else
                {
                    member.WriteTo(writer);
                }
            }

            writer.WriteEndObject();
        }
    }

    private RealtimeToken TokenOf(RelayCall relay, JsonElement secret, string value, string model)
    {
        var call = relay.Call;
        var expires = secret.TryGetProperty("expires_at", out var at) && at.TryGetInt64(out var seconds) && seconds is > 0 and < 253402300800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds) : time.GetUtcNow() + UsualLife;
        return new RealtimeToken(expires, HashOf(call), relay.Target.DeploymentId, value, model);
    }

    /// <summary>Member <c>model</c> of the session, or of what it transcribes with.</summary>
    private static MemberSpan? NestedModel(RelayedBody body)
    {
        foreach (var name in (ReadOnlySpan<string>)["session", "input_audio_transcription"])
        {
            if (body.Find(System.Text.Encoding.UTF8.GetBytes(name)) is { Kind: JsonKind.Object } holder
                && JsonWalker.TryFind(body.Bytes.Span, holder.ValueStart, "model"u8, out var model) && model.Kind == JsonKind.String)
            {
                return model;
            }
        }

        return null;
    }

    private static byte[] Spliced(ReadOnlySpan<byte> json, MemberSpan member, MemberSpan inner, string model) =>
    [
        .. json[member.ValueStart..inner.ValueStart], .. JsonText.Quote(model), .. json[inner.End..member.End],
    ];
}
