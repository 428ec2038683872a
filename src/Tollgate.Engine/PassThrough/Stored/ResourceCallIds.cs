using Tollgate.Engine.Errors;
using Tollgate.Engine.Pipeline;

namespace Tollgate.Engine.PassThrough.Stored;

/// <summary>The ids in a call, as the client wrote them and as the provider knows them.</summary>
internal sealed class ResourceCallIds
{
    private readonly Dictionary<string, string> _known = new(StringComparer.Ordinal);

    private ResourceCallIds()
    {
    }

    /// <summary>The path with the provider's ids.</summary>
    public string Path { get; private set; } = "";

    /// <summary>Model group that an id names; null when none does.</summary>
    public string? Model { get; private set; }

    /// <summary>What an id of the gateway's own stands for; null when there is none.</summary>
    public ResolvedId? Managed { get; private set; }

    /// <summary>Everything that may be an id at the provider and that nobody has looked up yet.</summary>
    public IReadOnlyCollection<string> ProviderIds { get; private set; } = [];

    /// <summary>Reads path and body.</summary>
    /// <exception cref="ApiException">An id is somebody else's, is not there, or leads elsewhere than another one.</exception>
    public static async ValueTask<ResourceCallIds> ReadAsync(StoredResources stored, CallContext call, string path, RelayedBody body)
    {
        var ids = new ResourceCallIds();
        var others = new HashSet<string>(StringComparer.Ordinal);
        var segments = path.Split('/');
        foreach (var text in segments.Select(Uri.UnescapeDataString).Concat(StoredResources.FilesIn(body)).Where(static text => text.Length > 0))
        {
            if (await stored.ResolveAsync(call, text) is { } managed)
            {
                ids.Take(managed, text);
            }
            else if (ResourceIds.TryDecode(text, out var id, out var model))
            {
                ids.Model = model;
                ids._known[text] = id;
                others.Add(id);
            }
            else
            {
                others.Add(text);
            }
        }

        for (var i = 0; i < segments.Length; i++)
        {
            segments[i] = ids.ProviderIdOf(Uri.UnescapeDataString(segments[i])) is { } id ? Uri.EscapeDataString(id) : segments[i];
        }

        ids.Path = string.Join('/', segments);
        ids.ProviderIds = others;
        return ids;
    }

    /// <summary>The provider's id for one that the client wrote; null for texts that are none or that stay as they are.</summary>
    public string? ProviderIdOf(string text) => _known.GetValueOrDefault(text)
        ?? (ResourceIds.TryDecode(text, out var id, out _) ? id : null);

    private void Take(ResolvedId managed, string text)
    {
        var holder = Managed?.Holder ?? managed.Holder;
        if (!managed.Resource.Copies.TryGetValue(holder.Id, out var id))
        {
            throw ApiException.BadRequest($"The files of this call are kept at different deployments: {text}");
        }

        Managed ??= managed;
        Model = holder.ModelGroup;
        _known[text] = id;
    }
}
