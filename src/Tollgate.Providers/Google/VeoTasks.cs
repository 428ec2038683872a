using System.Text;
using System.Text.Json;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;
using Tollgate.Providers.Videos;
using Tollgate.Wire.Media.Videos;

namespace Tollgate.Providers.Google;

/// <summary>Operations that make films at Google's two services (04-gemini-vertex.md section 5).</summary>
internal static class VeoTasks
{
    private const string Bucket = "gs://";

    /// <summary>Of AI Studio: an operation is an address, and so is its film.</summary>
    /// <param name="draft">Row and deployment.</param>
    /// <param name="connection">Puts the key on requests.</param>
    public static VideoTasks OfStudio(ConnectionDraft draft, IUpstreamConnection connection) => new(VeoVideos.Instance, id => VideoTasks.IsPath(id)
        && (id.StartsWith("models/", StringComparison.Ordinal) || id.StartsWith("operations/", StringComparison.Ordinal))
            ? VideoTasks.Ask(StudioAddress(draft, id)) : VideoTasks.Unknown(id))
    {
        Authorize = (message, cancellationToken) => connection.AuthorizeAsync(message, null, cancellationToken),
        Origin = () => StudioAddress(draft, "models").Uri,
    };

    /// <summary>Of Vertex AI: the model is asked for its operation; films are in the answer, or in a bucket.</summary>
    /// <param name="draft">Row and deployment.</param>
    /// <param name="place">Project and location.</param>
    /// <param name="connection">Puts the token on requests.</param>
    public static VideoTasks OfVertex(ConnectionDraft draft, VertexPlace place, IUpstreamConnection connection)
        => new(VeoVideos.Instance, id => AskVertex(draft, place, id))
        {
            Authorize = (message, cancellationToken) => connection.AuthorizeAsync(message, null, cancellationToken),
            Store = static address => address.StartsWith(Bucket, StringComparison.Ordinal)
                && Uri.TryCreate("https://storage.googleapis.com/" + address[Bucket.Length..], UriKind.Absolute, out var stored) ? stored : null,
        };

    private static UpstreamEndpoint StudioAddress(ConnectionDraft draft, string path)
    {
        if (draft.Base is not { } address)
        {
            return EndpointTable.BaseMissing(draft);
        }

        var (root, query) = EndpointTable.Split(address);
        root = root.EndsWith("/models", StringComparison.Ordinal) ? root[..^"/models".Length] : root;
        root += root.Contains("/v1", StringComparison.Ordinal) ? "" : "/v1beta";
        return EndpointTable.Make(draft, EndpointTable.Join($"{root}/{path}", query, "", draft.Deployment.ExtraQuery));
    }

    private static VideoQuestion AskVertex(ConnectionDraft draft, VertexPlace place, string id)
    {
        const string mark = "/operations/";
        var operation = id.IndexOf(mark, StringComparison.Ordinal);
        if (!VideoTasks.IsPath(id) || operation < 0 || !id.StartsWith("projects/", StringComparison.Ordinal)
            || !id.Contains("/publishers/google/models/", StringComparison.Ordinal))
        {
            return VideoTasks.Unknown(id);
        }

        var (root, query) = EndpointTable.Split(draft.Base is { Length: > 0 } own ? own : $"{place.Host}/v1/{id[..operation]}");
        var endpoint = EndpointTable.Make(draft, EndpointTable.Join(root + ":fetchPredictOperation", query, "", draft.Deployment.ExtraQuery));
        return VideoTasks.Ask(endpoint, HttpMethod.Post) with { Body = Encoding.UTF8.GetBytes($$"""{"operationName":"{{JsonEncodedText.Encode(id)}}"}""") };
    }
}
