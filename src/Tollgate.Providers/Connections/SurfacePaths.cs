using Tollgate.Wire;

namespace Tollgate.Providers.Connections;

/// <summary>Where the surfaces of OpenAI's API are: path below a base URL, name in a row's <c>paths</c>, route in a row's <c>endpoints</c>.</summary>
internal static class SurfacePaths
{
    private static readonly SurfacePath?[] BySurface = Fill();

    /// <summary>The path of a surface; null for those that are not OpenAI's.</summary>
    public static SurfacePath? Of(Surface surface) => BySurface[(int)surface];

    private static SurfacePath?[] Fill()
    {
        var paths = new SurfacePath?[Surfaces.Count];
        paths[(int)Surface.Chat] = new("chat", "/chat/completions");
        paths[(int)Surface.Completions] = new("completions", "/completions");
        paths[(int)Surface.Embeddings] = new("embeddings", "/embeddings");
        paths[(int)Surface.Models] = new("models", "/models");
        paths[(int)Surface.Responses] = new("responses", "/responses");
        paths[(int)Surface.Messages] = new("messages", "/messages");
        paths[(int)Surface.ImageGenerations] = new("images", "/images/generations");
        paths[(int)Surface.ImageEdits] = new("image_edits", "/images/edits");
        paths[(int)Surface.ImageVariations] = new("image_variations", "/images/variations");
        paths[(int)Surface.Speech] = new("speech", "/audio/speech");
        paths[(int)Surface.Transcriptions] = new("transcriptions", "/audio/transcriptions");
        paths[(int)Surface.Translations] = new("translations", "/audio/translations");
        paths[(int)Surface.Moderations] = new("moderations", "/moderations");
        paths[(int)Surface.Rerank] = new("rerank", "/rerank");
        paths[(int)Surface.Videos] = new("videos", "/videos");
        paths[(int)Surface.Ocr] = new("ocr", "/ocr");
        return paths;
    }
}

/// <summary>Where a surface is.</summary>
/// <param name="Name">Name in a row's <c>paths</c>.</param>
/// <param name="Default">Path below the base URL, with its slash.</param>
internal sealed record SurfacePath(string Name, string Default)
{
    /// <summary>Route in a row's <c>endpoints</c>.</summary>
    public string Route { get; } = "/v1" + Default;
}
