using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.PassThrough.Stored;

namespace Tollgate.Engine.PassThrough;

/// <summary>Calls below a provider's prefix: in the provider's own API, with the operator's credentials (llm-api.md 17.1, 17.2).</summary>
internal sealed class PrefixPlan(PassThroughPrefix prefix, IPassThroughProviders providers, StoredResources stored, TranscriptCosts transcripts)
    : RelayPlan
{
    private static readonly string[] IdPrefixes = ["file-", "file_", "batch_", "msgbatch_"];

    public override string RouteName => $"/{prefix.Name}/*";

    public override GatewayKey FindKey(HttpRequest request, GeneralSettings general) => GatewayKey.Of(request, general, prefix.KeyInQuery);

    public override async ValueTask PrepareAsync(RelayCall relay)
    {
        var call = relay.Call;
        var request = call.Http.Request;
        var config = call.Snapshot.Config;
        var path = RawRest(request, "/" + prefix.Name);
        var model = providers.ModelOf(prefix.Name, path);
        await ReadBodyAsync(relay, prefix.IsSigned || (IsKeptToModels(call.Caller) && !model.IsInPath));
        var name = model.Name;
        if (name is null && !model.IsInPath)
        {
            name = relay.Body!.Text("model"u8);
            name ??= await FormModelAsync(relay.Body, request, call.Aborted);
        }

        var query = relay.Key.Clean(request.QueryString.Value ?? "");
        relay.Target = providers.Open(new PassThroughCall(prefix.Name, path, query, name, config));
        relay.Deployment = relay.Describe(relay.Target.Model ?? name);
        relay.ModelNames = name is null ? [] : [name, relay.Deployment.UpstreamModel];
        relay.Headers = new HeaderPolicy(
            ForwardsAll: true, relay.Target.OnlyHeaders, relay.Target.TakesClientCredentials || config.General.UseClientCredentials,
            config.General.KeyHeaderName);
        call.Envelope = EnvelopeOf(relay.Body!, name, relay.Target.IsStream);
        EditBody(relay.Body!, relay.Target.SendModel, IsGatewayMember);
        await stored.CheckAsync(relay.Call, relay.Target.Connection.Provider, IdsIn(path, relay.Body!));
        relay.Rewrite = prefix.PaidBySecondAs is { } usual ? json => transcripts.TakeAsync(relay, usual, json) : null;
    }

    /// <summary>
    /// What may be files and batches that somebody has made by way of the gateway: they are his by the provider's own id too. Only what looks
    /// like one is looked up, so that other calls wait for no database.
    /// </summary>
    private static List<string> IdsIn(string path, RelayedBody body)
    {
        var ids = new List<string>();
        var segments = path.Split('/').Select(Uri.UnescapeDataString).ToArray();
        for (var i = 0; i < segments.Length; i++)
        {
            var segment = segments[i].IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? segments[i][..colon] : segments[i];
            if (Array.Exists(IdPrefixes, start => segment.StartsWith(start, StringComparison.Ordinal)))
            {
                ids.Add(segment);
            }
            else if (i > 0 && segment.Length > 0 && segments[i - 1] is "files" or "batches")
            {
                ids.Add($"{segments[i - 1]}/{segment}");
            }
        }

        if (body.Members is not null && body.Bytes.Span.IndexOf("\"file-"u8) >= 0)
        {
            ids.AddRange(StoredResources.FilesIn(body));
        }

        return ids;
    }

    /// <summary>Field <c>model</c> of a form: before the first file, or anywhere when the form was read whole.</summary>
    private static async ValueTask<string?> FormModelAsync(RelayedBody body, HttpRequest request, CancellationToken aborted)
    {
        if (body is { Exists: true, IsWhole: false })
        {
            body.Head = await FormHead.ReadAsync(request, static _ => false, aborted);
            return body.Head?.Fields.GetValueOrDefault("model");
        }

        return body.Members is null ? FormHead.FieldsOf(body.Bytes.Span, request.ContentType)?.GetValueOrDefault("model") : null;
    }
}
