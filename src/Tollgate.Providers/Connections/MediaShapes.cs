using System.Collections.Frozen;
using Tollgate.Wire;
using Tollgate.Wire.Media;
using Tollgate.Wire.Media.Documents;
using Tollgate.Wire.Media.Shapes;
using Tollgate.Wire.Media.Videos;

namespace Tollgate.Providers.Connections;

/// <summary>Who has a surface of pictures, sounds or documents in words of his own.</summary>
internal static class MediaShapes
{
    private static readonly FrozenDictionary<(string Provider, Surface Surface), MediaShape> Own =
        new Dictionary<(string Provider, Surface Surface), MediaShape>
        {
            [("cohere", Surface.Rerank)] = RerankShape.Cohere,
            [("cohere_chat", Surface.Rerank)] = RerankShape.Cohere,
            [("voyage", Surface.Rerank)] = RerankShape.Voyage,
            [("huggingface", Surface.Rerank)] = RerankShape.Tei,
            [("nvidia_nim", Surface.Rerank)] = RerankShape.Nvidia,
            [("mixedbread", Surface.Rerank)] = RerankShape.Mixedbread,
            [("deepinfra", Surface.Rerank)] = RerankShape.DeepInfra,
            [("minimax", Surface.Speech)] = MiniMaxSpeech.Instance,
            [("elevenlabs", Surface.Speech)] = ElevenLabsSpeech.Instance,
            [("elevenlabs", Surface.Transcriptions)] = ElevenLabsTranscription.Instance,
            [("deepgram", Surface.Transcriptions)] = DeepgramTranscription.Instance,
            [("stability", Surface.ImageGenerations)] = new StabilityPictures(isEdit: false),
            [("stability", Surface.ImageEdits)] = new StabilityPictures(isEdit: true),
            [("recraft", Surface.ImageEdits)] = RecraftEdits.Instance,
            [("fal_ai", Surface.ImageGenerations)] = FalPictures.Instance,
            [("fal_ai", Surface.Videos)] = FalVideos.Instance,
            [("mistral", Surface.Ocr)] = MistralOcr.Own,
            [("azure_ai", Surface.Ocr)] = MistralOcr.Elsewhere,
        }.ToFrozenDictionary();

    /// <summary>The words of a connection's provider; null for OpenAI's.</summary>
    public static MediaShape? Of(ConnectionDraft draft, Surface surface)
        => Own.TryGetValue((draft.Row.Slug, surface), out var shape) ? shape
            : surface is Surface.Rerank ? RerankShape.Standard : null;
}
