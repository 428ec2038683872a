using Tollgate.Engine.Errors;
using Tollgate.Engine.PassThrough.Natives;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;
using Tollgate.Wire;
using Tollgate.Wire.Json;

namespace Tollgate.Engine.PassThrough.Stored;

/// <summary>Files that a prompt names by ids of the gateway's making (llm-api.md 9.5, 13.1): whose they are, and who keeps them.</summary>
internal sealed class FileParts(StoredResources stored)
{
    private const int MostFiles = 200;

    /// <summary>Finds the files of a call, and keeps the call to deployments that have them all.</summary>
    /// <remarks>PERF: one scan of the body for calls that name none.</remarks>
    /// <exception cref="ApiException">403 for what is somebody else's, 404 for what is not there, 400 for what is kept elsewhere.</exception>
    public ValueTask FindAsync(CallContext call)
        => call.Surface is Surface.Chat or Surface.Responses or Surface.Messages && call.Body.Span.IndexOf("file_id\""u8) >= 0 ? FindAllAsync(call) : default;

    private async ValueTask FindAllAsync(CallContext call)
    {
        var known = new Dictionary<string, IReadOnlyDictionary<string, string>?>(StringComparer.Ordinal);
        var files = new List<NamedFile>();
        foreach (var (start, end) in ValuesIn(call.Body.Span))
        {
            if (JsonText.AsString(call.Body.Span[start..end]) is not { Length: > 0 } id)
            {
                continue;
            }

            if (!known.TryGetValue(id, out var copies))
            {
                known[id] = copies = known.Count < MostFiles ? await CopiesOfAsync(call, id)
                    : throw ApiException.BadRequest($"The request names more than {MostFiles} files.", "file_id");
            }

            if (copies is not null)
            {
                files.Add(new NamedFile(start, end, copies));
            }
        }

        if (files.Count == 0)
        {
            return;
        }

        var named = new NamedFiles(call.Body, files, call.Snapshot);
        var group = call.Group!;
        var holders = group.Deployments.Where(deployment => named.AreAt(deployment)).ToList();
        if (holders.Count == 0)
        {
            throw ApiException.BadRequest(NamedFiles.Elsewhere(group.Name), "file_id");
        }

        call.Files = named;
        call.Group = holders.Count == group.Deployments.Length ? group : new ModelGroup(group.Name, holders);
    }

    /// <summary>The provider's ids of a file by deployment; null for ids that are the provider's own already.</summary>
    private async ValueTask<IReadOnlyDictionary<string, string>?> CopiesOfAsync(CallContext call, string id)
    {
        if (await stored.ResolveAsync(call, id) is { } managed)
        {
            return managed.IsBatch ? throw ApiException.BadRequest($"Not a file: {id}", "file_id")
                : managed.Resource.Copies.ToDictionary(static copy => copy.Key, static copy => NativeId.Plain(copy.Value), StringComparer.Ordinal);
        }

        if (ResourceIds.TryDecode(id, out var plain, out var model))
        {
            if (ManagedFiles.FirstOf(call, model) is not { } holder || call.Snapshot.Models.FindDeployment(holder.Id) is not { } deployment)
            {
                throw ApiException.BadRequest($"No deployment is left that holds {id}.", "file_id");
            }

            await stored.CheckAsync(call, deployment.Connection.Provider, [plain]);
            return new Dictionary<string, string>(StringComparer.Ordinal) { [holder.Id] = NativeId.Plain(plain) };
        }

        if (NativeId.Of(id) is { } native)
        {
            var provider = call.Group!.Deployments[0].Connection.Provider;
            await stored.CheckAsync(call, provider, [id]);
            return call.Group.Deployments.Where(deployment => string.Equals(deployment.Connection.Provider, provider, StringComparison.Ordinal))
                .ToDictionary(static deployment => deployment.Id, _ => native.Id, StringComparer.Ordinal);
        }

        return null;
    }

    /// <summary>The texts of all members <c>file_id</c>, quotes included. What looks like one inside of a text has its quotes escaped there.</summary>
    private static List<(int Start, int End)> ValuesIn(ReadOnlySpan<byte> json)
    {
        var name = "\"file_id\""u8;
        var found = new List<(int Start, int End)>();
        for (var at = json.IndexOf(name); at >= 0;)
        {
            var start = at + name.Length;
            var rest = json[start..];
            var value = rest.TrimStart(" \r\n\t"u8);
            if ((at == 0 || json[at - 1] != (byte)'\\') && value is [(byte)':', ..])
            {
                value = value[1..].TrimStart(" \r\n\t"u8);
                if (value is [(byte)'"', ..] && value[1..].IndexOf((byte)'"') is >= 0 and var length && value.Slice(1, length).IndexOf((byte)'\\') < 0)
                {
                    var begin = json.Length - value.Length;
                    found.Add((begin, begin + length + 2));
                }
            }

            var next = rest.IndexOf(name);
            at = next < 0 ? -1 : start + next;
        }

        return found;
    }
}

/// <summary>A file that a prompt names.</summary>
/// <param name="Start">Where its id stands in the body, quotes included.</param>
/// <param name="End">Where that ends.</param>
/// <param name="Copies">The provider's ids by deployment.</param>
internal sealed record NamedFile(int Start, int End, IReadOnlyDictionary<string, string> Copies);

/// <summary>The files that a call names, and its body as the client sent it.</summary>
internal sealed class NamedFiles(ReadOnlyMemory<byte> body, IReadOnlyList<NamedFile> files, GatewaySnapshot snapshot)
{
    /// <summary>What is said where a file is not.</summary>
    public static string Elsewhere(string model)
        => $"A file that the request names by 'file_id' is not kept where the model '{model}' runs; upload it with target_model_names={model}.";

    /// <summary>True for a deployment that has all of them.</summary>
    public bool AreAt(Deployment deployment)
    {
        foreach (var file in files)
        {
            if (IdAt(file, deployment) is null)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Puts the ids that a deployment knows into the call's body.</summary>
    /// <returns>False when it does not have all of the files.</returns>
    public bool PutFor(CallContext call, Deployment deployment)
    {
        var edits = new JsonEdits();
        foreach (var file in files)
        {
            if (IdAt(file, deployment) is not { } id)
            {
                return false;
            }

            edits.Replace(file.Start, file.End, JsonText.Quote(id));
        }

        var output = new System.Buffers.ArrayBufferWriter<byte>(edits.LengthOf(body.Length) + 1);
        edits.WriteTo(body.Span, output);
        call.Body = output.WrittenMemory;
        JsonScanner.Scan(call.Body.Span, call.Members);
        return true;
    }

    private string? IdAt(NamedFile file, Deployment deployment)
    {
        if (file.Copies.TryGetValue(deployment.Id, out var own))
        {
            return own;
        }

        foreach (var (holder, id) in file.Copies)
        {
            if (snapshot.Models.FindDeployment(holder) is { } other && IsSameAccount(other, deployment))
            {
                return id;
            }
        }

        return null;
    }

    /// <summary>Models of one account know the same files.</summary>
    private static bool IsSameAccount(Deployment one, Deployment other)
        => one.Config is { ApiKey.Length: > 0 } config && string.Equals(config.ApiKey, other.Config.ApiKey, StringComparison.Ordinal)
            && string.Equals(config.ApiBase, other.Config.ApiBase, StringComparison.Ordinal)
            && string.Equals(one.Connection.Provider, other.Connection.Provider, StringComparison.Ordinal);
}
