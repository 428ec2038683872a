using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;
using Tollgate.Wire;
using Tollgate.Wire.Media.Videos;

namespace Tollgate.Providers.Videos;

/// <summary>Films of providers that speak no dialect of chats (07-native-others.md section 18).</summary>
internal static class VideoFamilies
{
    /// <summary>Models at fal: pictures at once, films through the queue, which has a host of its own.</summary>
    public static IUpstreamConnection OpenFal(ConnectionDraft draft, ConnectionServices _)
    {
        var others = EndpointTable.Below(draft);
        var queue = draft.Base is { } address && !draft.HasOwnBase ? address.Replace("://", "://queue.", StringComparison.Ordinal) : draft.Base;
        return new OpenAiConnection(
            draft, new EndpointTable(surface => surface is Surface.Videos && others[surface].Fault is null ? At("") : others[surface]),
            new KeyAuthorization(draft, draft.Row.Auth))
        {
            Videos = new VideoTasks(FalVideos.Instance, id => Ask(id, "/status"))
            {
                Result = id => Ask(id, ""),
                Deletion = id => Ask(id, "/cancel", HttpMethod.Put),
                Origin = () => At("").Uri,
            },
        };

        VideoQuestion Ask(string id, string operation, HttpMethod? method = null)
            => VideoTasks.IsPath(id) && id.Contains("/requests/", StringComparison.Ordinal)
                ? VideoTasks.Ask(At($"/{id}{operation}"), method) : VideoTasks.Unknown(id);

        UpstreamEndpoint At(string path)
        {
            if (queue is null)
            {
                return EndpointTable.BaseMissing(draft);
            }

            var (root, query) = EndpointTable.Split(queue);
            return EndpointTable.Make(draft, EndpointTable.Join(root + path, query, "", draft.Deployment.ExtraQuery));
        }
    }

    /// <summary>Tasks at Runway.</summary>
    public static VideoTasks OfRunway(ConnectionDraft draft)
    {
        return new VideoTasks(RunwayVideos.Instance, id => Ask(id, HttpMethod.Get))
        {
            Deletion = id => Ask(id, HttpMethod.Delete),
            Origin = () => NativeConnection.Below(draft, "").Uri,
        };

        VideoQuestion Ask(string id, HttpMethod method)
            => VideoTasks.IsPath(id) && !id.Contains('/', StringComparison.Ordinal)
                ? VideoTasks.Ask(NativeConnection.Below(draft, "/tasks/" + Uri.EscapeDataString(id)), method) : VideoTasks.Unknown(id);
    }
}
