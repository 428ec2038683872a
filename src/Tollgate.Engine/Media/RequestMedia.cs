using Tollgate.Engine.Configuration;
using Tollgate.Wire.Hub;

namespace Tollgate.Engine.Media;

/// <summary>Puts bytes in place of addresses in a request, where the dialect that it is going to be written in needs them.</summary>
internal sealed class RequestMedia(MediaFetcher fetcher)
{
    /// <summary>Most addresses in one request; a conversation with more of them is a mistake or an attack.</summary>
    private const int MostPerRequest = 200;

    /// <summary>Fetches what is needed, all at once; an address that comes up twice is fetched once.</summary>
    /// <exception cref="WireException">One cannot be fetched.</exception>
    public async ValueTask ResolveAsync(
        ChatRequest request, DialectCodec upstream, TargetModel target, MediaSettings settings, CancellationToken cancellationToken)
    {
        Dictionary<string, Task<MediaSource>>? fetches = null;
        foreach (var message in request.Messages)
        {
            Begin(message.Parts, needsOf: part => upstream.NeedsBytes(part, target));
        }

        if (fetches is null)
        {
            return;
        }

        await Task.WhenAll(fetches.Values);
        foreach (var message in request.Messages)
        {
            for (var i = 0; i < message.Parts.Count; i++)
            {
                message.Parts[i] = await ReplaceAsync(message.Parts[i], fetches);
            }
        }

        void Begin(IEnumerable<ContentPart> parts, Func<ContentPart, bool> needsOf)
        {
            foreach (var part in parts)
            {
                if (part is ToolResultPart result)
                {
                    Begin(result.Content, needsOf);
                }
                else if (SourceOf(part) is { Url: { } url } source && needsOf(part))
                {
                    fetches ??= new Dictionary<string, Task<MediaSource>>(StringComparer.Ordinal);
                    if (fetches.Count >= MostPerRequest)
                    {
                        throw new WireException($"The request points at more than {MostPerRequest} images or files.", "messages");
                    }

                    if (!fetches.ContainsKey(url))
                    {
                        fetches[url] = fetcher.FetchAsync(url, source.MediaType, settings, cancellationToken);
                    }
                }
            }
        }
    }

    private static MediaSource? SourceOf(ContentPart part) => part switch
    {
        ImagePart image => image.Source,
        AudioPart audio => audio.Source,
        VideoPart video => video.Source,
        DocumentPart document => document.Source,
        _ => null,
    };

    private static async Task<ContentPart> ReplaceAsync(ContentPart part, Dictionary<string, Task<MediaSource>> fetches)
    {
        if (part is ToolResultPart result)
        {
            var content = new List<ContentPart>();
            foreach (var inner in result.Content)
            {
                content.Add(await ReplaceAsync(inner, fetches));
            }

            return result with { Content = content };
        }

        if (SourceOf(part) is not { Url: { } url } || !fetches.TryGetValue(url, out var fetch))
        {
            return part;
        }

        var source = await fetch;
        return part switch
        {
            ImagePart image => image with { Source = source },
            AudioPart audio => audio with { Source = source },
            VideoPart video => video with { Source = source },
            DocumentPart document => document with { Source = source },
            _ => part,
        };
    }
}
