using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Errors;
using Tollgate.Engine.PassThrough.Stored;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Spend;
using Tollgate.Engine.Upstream;

namespace Tollgate.Engine.PassThrough.Natives;

/// <summary>Answers clients' calls about files and batches at providers with APIs of their own.</summary>
internal sealed class NativeServer(NativeFiles natives, NativeTuner tuner, StoredResources stored, ManagedFiles files, SpendRecorder spend)
{
    /// <summary>Answers a call.</summary>
    /// <exception cref="ApiException">It cannot be answered.</exception>
    public async Task ServeAsync(RelayCall relay, NativeAsk ask)
    {
        var about = new NativeCall(relay.Call, relay.Deployment, relay.Target, ask.About.Holder, ask.About.Holder is { Id.Length: > 0 } ? ask.About.Model : null);
        var parts = ask.Path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToArray();
        switch (ask.About.Resource, ask.Method, parts)
        {
            case ("/files", "POST", []):
                await ShowAsync(relay, ask, await UploadAsync(about, relay, ask));
                return;
            case ("/files", "GET", [var id]):
                await ShowAsync(relay, ask, await natives.FileAsync(about, id));
                return;
            case ("/files", "DELETE", [var id]):
                await natives.DeleteAsync(about, id);
                await ShowAsync(relay, ask, StoredObject.Deleted(id));
                return;
            case ("/files", "GET", [var id, "content"]):
                await ContentAsync(relay, about, id);
                return;
            case ("/batches", "POST", []):
                await ShowAsync(relay, ask, await natives.CreateAsync(about, BodyOf(relay, "/batches")));
                return;
            case ("/batches", "GET", [var id]):
                await ShowAsync(relay, ask, await natives.BatchAsync(about, id));
                return;
            case ("/batches", "POST", [var id, "cancel"]):
                await ShowAsync(relay, ask, await natives.CancelAsync(about, id));
                return;
            case ("/fine_tuning/jobs", _, _):
                await files.AnswerAsync(relay, await tuner.AnswerAsync(relay, about, ask, parts, () => BodyOf(relay, "/fine_tuning/jobs")));
                return;
            case (_, "GET", []):
                throw ApiException.BadRequest(
                    $"The provider '{relay.Target.Connection.Provider}' has no list of {ask.About.Resource}; "
                    + "list what is kept under ids of the gateway's own: ?target_model_names=<model>.");
            default:
                throw new ApiException(StatusCodes.Status404NotFound, $"Invalid URL ({ask.Method} {ask.About.Resource}{ask.Path})", "invalid_request_error");
        }
    }

    private async Task<ReadOnlyMemory<byte>> UploadAsync(NativeCall about, RelayCall relay, NativeAsk ask)
    {
        string[] names = about.Group is null ? [] : [about.Group, about.Holder!.Model, ModelNameOf(about.Holder)];
        await using var upload = await ManagedUpload.ReadAsync(
            relay, ask.IsOurs, name => names.Length == 0 || names.Contains(name, StringComparer.Ordinal));
        return await natives.UploadAsync(about, upload);
    }

    private async Task ShowAsync(RelayCall relay, NativeAsk ask, ReadOnlyMemory<byte> json)
        => await files.AnswerAsync(relay, ask.Method is "DELETE" ? json : await stored.TakeAsync(relay, ask.About, json));

    private async Task ContentAsync(RelayCall relay, NativeCall about, string id)
    {
        var call = relay.Call;
        try
        {
            await natives.ContentAsync(about, id, async (bytes, _) =>
            {
                Commit(relay);
                await call.Http.Response.Body.WriteAsync(bytes, call.Aborted);
            });
            Commit(relay);
            await call.Http.Response.CompleteAsync();
        }
        catch (ApiException) when (call.OutputCommitted)
        {
            // The status is gone; a cut connection is the only honest end.
            call.Http.Abort();
        }
    }

    private void Commit(RelayCall relay)
    {
        var call = relay.Call;
        if (call.OutputCommitted)
        {
            return;
        }

        call.Outcome = new AttemptOutcome { Deployment = relay.Deployment, Kind = UpstreamErrorKind.None };
        spend.Record(call, relay.Scratch, relay.Deployment, answerId: null, succeeded: true);
        var response = call.Http.Response;
        response.ContentType = "application/octet-stream";
        CallHeaders.WriteAlways(response.Headers, call.CallId);
        LimitHeaders.Write(call, response.Headers);
        call.OutputCommitted = true;
    }

    /// <summary>The client's body with the provider's ids, and without what is the gateway's.</summary>
    private static JsonElement BodyOf(RelayCall relay, string resource)
    {
        if (relay.Body is not { Members: not null } body)
        {
            throw ApiException.BadRequest($"{resource}: the body must be a JSON object.");
        }

        var output = new ArrayBufferWriter<byte>(body.Bytes.Length + 1);
        body.Edits.WriteTo(body.Bytes.Span, output);
        using var document = JsonDocument.Parse(output.WrittenMemory);
        return document.RootElement.Clone();
    }

    private static string ModelNameOf(DeploymentConfig holder)
        => holder.Model.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash ? holder.Model[(slash + 1)..] : holder.Model;
}

/// <summary>What a client asks about files and batches.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Path below the resource, with the provider's ids.</param>
/// <param name="About">What is known about the answer.</param>
/// <param name="IsOurs">Fields of forms that no provider gets.</param>
internal sealed record NativeAsk(string Method, string Path, ResourceAnswer About, Func<string, bool> IsOurs);
