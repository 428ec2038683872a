using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Tollgate.Engine.Pricing;

/// <summary>How one kind of price is called.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Key">LiteLLM's key: USD per unit; a dot stands between the key of a mapping and a key in it.</param>
/// <param name="Short">The catalogue's key: USD per million tokens, or per unit.</param>
/// <param name="Unit">What is counted, for operators.</param>
public sealed record PriceName(PriceKind Kind, string Key, string Short, string Unit)
{
    /// <summary>The unit when a table or the catalogue gives a price for a million of them.</summary>
    public const string Token = "token";

    /// <summary>True for prices of tokens, which the catalogue gives per million.</summary>
    public bool IsPerToken => Unit is Token;
}

/// <summary>Every kind of price with its names: the one list that configuration, catalogue, price files and tables share.</summary>
public static class PriceNames
{
    /// <summary>All, in the order of <see cref="PriceKind"/>.</summary>
    public static ImmutableArray<PriceName> All { get; } =
    [
        new(PriceKind.Input, "input_cost_per_token", "input", PriceName.Token),
        new(PriceKind.Output, "output_cost_per_token", "output", PriceName.Token),
        new(PriceKind.CacheRead, "cache_read_input_token_cost", "cache_read", PriceName.Token),
        new(PriceKind.CacheWrite, "cache_creation_input_token_cost", "cache_write", PriceName.Token),
        new(PriceKind.CacheWrite1h, "cache_creation_input_token_cost_above_1hr", "cache_write_1h", PriceName.Token),
        new(PriceKind.AudioInput, "input_cost_per_audio_token", "audio_input", PriceName.Token),
        new(PriceKind.AudioOutput, "output_cost_per_audio_token", "audio_output", PriceName.Token),
        new(PriceKind.AudioCacheRead, "cache_read_input_audio_token_cost", "audio_cache_read", PriceName.Token),
        new(PriceKind.AudioCacheWrite, "cache_creation_input_audio_token_cost", "audio_cache_write", PriceName.Token),
        new(PriceKind.ImageInput, "input_cost_per_image_token", "image_input", PriceName.Token),
        new(PriceKind.ImageOutput, "output_cost_per_image_token", "image_output", PriceName.Token),
        new(PriceKind.ImageCacheRead, "cache_read_input_image_token_cost", "image_cache_read", PriceName.Token),
        new(PriceKind.VideoInput, "input_cost_per_video_token", "video_input", PriceName.Token),
        new(PriceKind.VideoOutput, "output_cost_per_video_token", "video_output", PriceName.Token),
        new(PriceKind.Reasoning, "output_cost_per_reasoning_token", "reasoning_output", PriceName.Token),
        new(PriceKind.Citation, "citation_cost_per_token", "citation", PriceName.Token),
        new(PriceKind.SecondIn, "input_cost_per_second", "input_per_second", "second"),
        new(PriceKind.SecondOut, "output_cost_per_second", "output_per_second", "second"),
        new(PriceKind.SecondOut1080p, "output_cost_per_second_1080p", "output_per_second_1080p", "second"),
        new(PriceKind.CharacterIn, "input_cost_per_character", "input_per_character", "character"),
        new(PriceKind.CharacterOut, "output_cost_per_character", "output_per_character", "character"),
        new(PriceKind.ImageIn, "input_cost_per_image", "input_per_image", "image"),
        new(PriceKind.ImageOut, "output_cost_per_image", "output_per_image", "image"),
        new(PriceKind.ImageOutPremium, "output_cost_per_image_premium_image", "output_per_image_premium_image", "image"),
        Image(PriceKind.ImageOutAbove512, "_above_512_and_512_pixels"),
        Image(PriceKind.ImageOutAbove512Premium, "_above_512_and_512_pixels_and_premium_image"),
        Image(PriceKind.ImageOutAbove1024, "_above_1024_and_1024_pixels"),
        Image(PriceKind.ImageOutAbove1024Premium, "_above_1024_and_1024_pixels_and_premium_image"),
        new(PriceKind.PixelIn, "input_cost_per_pixel", "input_per_pixel", "pixel"),
        new(PriceKind.PixelOut, "output_cost_per_pixel", "output_per_pixel", "pixel"),
        new(PriceKind.AudioSecondIn, "input_cost_per_audio_per_second", "input_per_audio_per_second", "second"),
        new(PriceKind.VideoSecondIn, "input_cost_per_video_per_second", "input_per_video_per_second", "second"),
        Video(PriceKind.VideoSecondInAbove8s, "_above_8s_interval"),
        Video(PriceKind.VideoSecondInAbove15s, "_above_15s_interval"),
        new(PriceKind.VideoSecondOut, "output_cost_per_video_per_second", "output_per_video_per_second", "second"),
        new(PriceKind.Query, "input_cost_per_query", "input_per_query", "query"),
        new(PriceKind.Request, "input_cost_per_request", "input_per_request", "request"),
        new(PriceKind.Page, "ocr_cost_per_page", "ocr_per_page", "page"),
        new(PriceKind.AnnotatedPage, "annotation_cost_per_page", "annotation_per_page", "page"),
        new(PriceKind.OcrCredit, "ocr_cost_per_credit", "ocr_per_credit", "credit"),
        Search(PriceKind.WebSearchLow, "low"),
        Search(PriceKind.WebSearchMedium, "medium"),
        Search(PriceKind.WebSearchHigh, "high"),
        new(PriceKind.CodeSession, "code_interpreter_cost_per_session", "code_interpreter_per_session", "session"),

        // COMPAT: LiteLLM's key says 1,000 calls but holds the price of one (its default is 0.0025, 2.5 USD for 1,000 calls).
        new(PriceKind.FileSearch, "file_search_cost_per_1k_calls", "file_search_per_call", "call"),
        new(PriceKind.StorageDay, "file_search_cost_per_gb_per_day", "storage_per_gb_day", "GB and day"),
        new(PriceKind.UpliftEu, "regional_processing_uplift_multiplier_eu", "uplift_eu", "factor"),
        new(PriceKind.UpliftUs, "regional_processing_uplift_multiplier_us", "uplift_us", "factor"),
    ];

    /// <summary>Kinds by LiteLLM's key, other spellings included.</summary>
    internal static FrozenDictionary<string, PriceKind> ByKey { get; } = All
        .Select(static name => KeyValuePair.Create(name.Key, name.Kind))
        .Append(new("input_cost_per_token_cache_hit", PriceKind.CacheRead))
        .Append(new("cache_read_input_token_cost_per_audio_token", PriceKind.AudioCacheRead))
        .Append(new("cost_per_request", PriceKind.Request))
        .Append(new("vector_store_cost_per_gb_per_day", PriceKind.StorageDay))
        .ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Kinds by the catalogue's key.</summary>
    public static FrozenDictionary<string, PriceKind> ByShort { get; } =
        All.ToFrozenDictionary(static name => name.Short, static name => name.Kind, StringComparer.Ordinal);

    /// <summary>Names of a kind.</summary>
    public static PriceName Of(PriceKind kind) => All[(int)kind];

    private static PriceName Image(PriceKind kind, string suffix)
        => new(kind, "output_cost_per_image" + suffix, "output_per_image" + suffix, "image");

    private static PriceName Video(PriceKind kind, string suffix)
        => new(kind, "input_cost_per_video_per_second" + suffix, "input_per_video_per_second" + suffix, "second");

    private static PriceName Search(PriceKind kind, string size)
        => new(kind, "search_context_cost_per_query.search_context_size_" + size, "web_search_per_query." + size, "search");
}
