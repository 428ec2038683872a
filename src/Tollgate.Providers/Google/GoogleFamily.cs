using Tollgate.Engine.Upstream;
using Tollgate.Providers.Catalogue;
using Tollgate.Providers.Connections;

namespace Tollgate.Providers.Google;

/// <summary>Makes connections to Google's two services.</summary>
internal static class GoogleFamily
{
    private static readonly ProviderAuth Key = new("x-goog-api-key", "{key}");

    /// <summary>AI Studio or Vertex AI, by the row.</summary>
    public static IUpstreamConnection Open(ConnectionDraft draft, ConnectionServices services)
        => draft.Row.Slug is "vertex_ai" ? OpenVertex(draft, services) : new GeminiConnection(draft, AuthorizationOf(draft));

    /// <summary>
    /// A token of the operator's own in <c>extra_headers</c> takes the key's place. The key is always a header: addresses end up in logs.
    /// </summary>
    private static KeyAuthorization AuthorizationOf(ConnectionDraft draft)
        => draft.Deployment.ExtraHeaders.Keys.Contains("Authorization", StringComparer.OrdinalIgnoreCase)
            ? new KeyAuthorization(draft, ProviderAuth.None)
            : new KeyAuthorization(draft, Key);

    private static VertexConnection OpenVertex(ConnectionDraft draft, ConnectionServices services)
    {
        if (KeyAuthorization.KeyOf(draft) is not null && draft.Param("vertex_credentials") is null)
        {
            return new VertexConnection(draft, new VertexPlace(draft, null, isKeyed: true), new KeyAuthorization(draft, Key));
        }

        var identity = GoogleIdentity.Choose(draft);
        var place = new VertexPlace(draft, identity.ProjectOf(), isKeyed: false);
        return new VertexConnection(draft, place, new GoogleAuthorization(draft, services.Google, identity, place));
    }
}
