namespace Tollgate.Engine.Pricing;

/// <summary>What a price is for. The order is that of tables shown to operators.</summary>
public enum PriceKind : byte
{
    /// <summary>A token of the prompt.</summary>
    Input,

    /// <summary>A token of the completion.</summary>
    Output,

    /// <summary>A prompt token read from the provider's cache.</summary>
    CacheRead,

    /// <summary>A prompt token written to the cache for five minutes.</summary>
    CacheWrite,

    /// <summary>A prompt token written to the cache for an hour.</summary>
    CacheWrite1h,

    AudioInput,
    AudioOutput,
    AudioCacheRead,
    AudioCacheWrite,
    ImageInput,
    ImageOutput,
    ImageCacheRead,
    VideoInput,
    VideoOutput,

    /// <summary>A token of reasoning.</summary>
    Reasoning,

    /// <summary>A token of a cited source.</summary>
    Citation,

    /// <summary>A second of input, or of wall time.</summary>
    SecondIn,
    SecondOut,

    /// <summary>A second of output in 1080p.</summary>
    SecondOut1080p,
    CharacterIn,
    CharacterOut,
    ImageIn,
    ImageOut,
    ImageOutPremium,
    ImageOutAbove512,
    ImageOutAbove512Premium,
    ImageOutAbove1024,
    ImageOutAbove1024Premium,
    PixelIn,
    PixelOut,

    /// <summary>A second of audio among the input.</summary>
    AudioSecondIn,

    /// <summary>A second of video among the input.</summary>
    VideoSecondIn,

    /// <summary>The same in a video of more than 8 s.</summary>
    VideoSecondInAbove8s,

    /// <summary>The same in a video of more than 15 s.</summary>
    VideoSecondInAbove15s,

    /// <summary>A second of video produced.</summary>
    VideoSecondOut,

    /// <summary>A query, or a search unit of a rerank.</summary>
    Query,

    /// <summary>A call, whatever it used.</summary>
    Request,

    /// <summary>A page read by OCR.</summary>
    Page,

    /// <summary>A page annotated.</summary>
    AnnotatedPage,

    /// <summary>A credit of an OCR service.</summary>
    OcrCredit,

    /// <summary>A web search with little context.</summary>
    WebSearchLow,

    /// <summary>A web search; the size when none was asked for.</summary>
    WebSearchMedium,

    /// <summary>A web search with much context.</summary>
    WebSearchHigh,

    /// <summary>A session of a code interpreter.</summary>
    CodeSession,

    /// <summary>A call of a file search.</summary>
    FileSearch,

    /// <summary>A gigabyte kept for a file search for a day.</summary>
    StorageDay,

    /// <summary>Factor on what tokens cost with data residency in the EU.</summary>
    UpliftEu,

    /// <summary>Factor on what tokens cost with data residency in the US.</summary>
    UpliftUs,
}
