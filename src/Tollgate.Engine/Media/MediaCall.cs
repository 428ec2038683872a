using System.Globalization;
using System.Text;
using System.Text.Json;
using Tollgate.Engine.Admission;
using Tollgate.Engine.Lookups;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Pricing;
using Tollgate.Engine.Routing;
using Tollgate.Wire;
using Tollgate.Wire.Json;
using Tollgate.Wire.Media;
using Tollgate.Wire.Search;

namespace Tollgate.Engine.Media;

/// <summary>
/// What a call about pictures, sounds or documents asks for and gets, in the units that it is paid by (llm-api.md 22.2): before the call for
/// what is reserved, after it for what is settled.
/// </summary>
internal sealed class MediaCall
{
    /// <summary>Documents in one search unit (Cohere's rule, which the others follow).</summary>
    private const int DocumentsPerUnit = 100;

    /// <summary>Bytes of a second of compressed speech (128 kbit/s), where neither answer nor file says how long it is.</summary>
    private const decimal UsualBytesPerSecond = 16_000;

    /// <summary>Tokens that a second of speech comes to at models that count it in tokens.</summary>
    private const decimal SpeechTokensPerSecond = 10;

    /// <summary>Raw sound of OpenAI's speech models: 24,000 samples a second of 16 bits.</summary>
    private const decimal PcmBytesPerSecond = 48_000;

    /// <summary>Seconds of a film where nobody says: OpenAI's usual ones are 4, those of others 5 to 8.</summary>
    private const decimal UsualFilm = 8;

    /// <summary>Pages of a document that nobody has counted.</summary>
    private const long UsualPages = 10;

    /// <summary>The longer side of a film of the usual size.</summary>
    private const long UsualFilmSide = 1280;

    private readonly Surface _surface;
    private readonly FormBody? _form;
    private readonly long _pictures;
    private readonly string? _size;
    private readonly string? _quality;
    private readonly string _format;
    private readonly long _characters;
    private readonly long _textBytes;
    private readonly long _documents;
    private readonly decimal _seconds;
    private readonly string? _resolution;
    private readonly long? _pages;
    private readonly bool _annotates;
    private readonly SearchQuery? _search;
    private readonly Deployment? _embedding;

    /// <summary>Reads what a peeked call asks for.</summary>
    public MediaCall(CallContext call)
    {
        _surface = call.Surface;
        _form = call.Form;
        _pictures = Math.Clamp(call.Envelope.Choices, 1, 1000);
        _size = Text(call, "size"u8);
        _quality = Text(call, "quality"u8);
        _format = Text(call, "response_format"u8) ?? "";
        var text = Text(call, _surface is Surface.Speech ? "input"u8 : "prompt"u8) ?? "";
        _characters = new StringInfo(text).LengthInTextElements;
        _textBytes = Encoding.UTF8.GetByteCount(text);
        _documents = _surface is Surface.Rerank ? Count(call, "documents"u8) : 0;
        if (_surface is Surface.Videos)
        {
            _seconds = SecondsAsked(call) ?? UsualFilm;
            _resolution = Text(call, "resolution"u8);
        }
        else if (_surface is Surface.Ocr)
        {
            _pages = Count(call, "pages"u8) is > 0 and var pages ? pages : null;
            _annotates = call.Members.Find(call.Body.Span, "document_annotation_format"u8) >= 0
                || call.Members.Find(call.Body.Span, "bbox_annotation_format"u8) >= 0;
        }

        if (_surface.IsLookup())
        {
            _textBytes = call.Body.Length;
            _search = _surface is Surface.Search ? SearchOf(call) : null;
            _embedding = _surface is Surface.VectorSearch ? call.Snapshot.Lookups.FindStore(call.Envelope.Model)?.Embedding : null;
        }
    }

    /// <summary>The query as a vector, for stores that take nothing else; null while there is none. Outlives attempts.</summary>
    public QueryVector? Vector { get; set; }

    /// <summary>What the answer says of its size.</summary>
    public MediaFacts Facts { get; private set; } = new();

    /// <summary>The client's body after all policies, for shapes that turn answers around. Of the attempt being made.</summary>
    public JsonElement Sent { get; set; }

    /// <summary>How the provider of the attempt being made has the surface; null for OpenAI's way.</summary>
    public MediaShape? Shape { get; set; }

    /// <summary>Format of sound asked for.</summary>
    public string SoundFormat => _format.Length == 0 ? "mp3" : _format;

    /// <summary>Forgets what an attempt left behind.</summary>
    public void BeginAttempt()
    {
        Facts = new MediaFacts();
        Shape = null;
        Sent = default;
    }

    /// <summary>Prices of the call: where pictures are not paid by tokens, those of their size and quality.</summary>
    public PriceSheet PricesOf(Deployment deployment, in TokenUsage usage)
    {
        if (_surface is Surface.Videos)
        {
            var (width, height) = PictureSize.Of(Facts.Size ?? _size);
            return Math.Max(width, height) > UsualFilmSide ? deployment.LargeFilmPrices() ?? deployment.Prices : deployment.Prices;
        }

        if (_search is not null)
        {
            // What the operator has set counts as well as what the client asks for, as soon as both are known.
            var asked = Sent.ValueKind is JsonValueKind.Object ? SearchQuery.Read(Sent) : _search;
            return deployment.Connection.ShapeFor(_surface) is SearchShape shape && shape.VariantOf(asked) is { } variant
                ? deployment.PricesOfProduct(variant) : deployment.Prices;
        }

        if (!IsPicture || (usage.TotalTokens > 0 && deployment.Prices[PriceKind.ImageOutput] is > 0))
        {
            return deployment.Prices;
        }

        return deployment.PicturePrices(Facts.Quality ?? _quality, Facts.Size ?? _size) ?? deployment.Prices;
    }

    /// <summary>What the call has used besides tokens.</summary>
    public CallUnits Units() => _surface switch
    {
        Surface.ImageGenerations or Surface.ImageEdits or Surface.ImageVariations => Pictures(Facts.Images ?? _pictures),
        Surface.Speech => new CallUnits { InputCharacters = _characters, OutputSeconds = SoundSeconds() },
        Surface.Transcriptions or Surface.Translations => new CallUnits { InputSeconds = SpeechSeconds() },
        Surface.Rerank => new CallUnits { Queries = Facts.SearchUnits ?? ExpectedUnits },
        Surface.Videos => new CallUnits { VideoOutputSeconds = Facts.Seconds ?? _seconds, Is1080p = Is1080p() },
        Surface.Ocr => Pages(Facts.Pages ?? _pages ?? UsualPages),
        Surface.Search => SearchUnits(Shape),
        Surface.VectorSearch => new CallUnits { Queries = 1 },
        _ => new CallUnits(),
    };

    /// <summary>The token counts of an answer, or likely ones where the upstream gives none but may bill them.</summary>
    public TokenUsage Complete(in TokenUsage usage, out bool isEstimated)
    {
        isEstimated = false;
        if (usage.TotalTokens > 0)
        {
            return usage;
        }

        switch (_surface)
        {
            case Surface.Speech:
                isEstimated = true;
                return OfPrompt(TokenEstimate.FromBytes(_textBytes), 0);
            case Surface.Transcriptions or Surface.Translations when Facts.Seconds is null:
                // Seconds that the answer states are what is billed; without them the model may count tokens.
                isEstimated = true;
                var speech = (long)Math.Ceiling(SpeechSeconds() * SpeechTokensPerSecond);
                return OfPrompt(speech, speech / 2) with { AudioInputTokens = speech };
            default:
                return usage;
        }
    }

    /// <summary>What the call is expected to cost at a deployment, nano-USD.</summary>
    public long EstimateNano(Deployment deployment)
    {
        if (_surface is Surface.Moderations)
        {
            return 0;
        }

        if (_surface.IsLookup())
        {
            var units = _search is null ? Units() : SearchUnits(deployment.Connection.ShapeFor(_surface));
            var search = Money.ToNano(CostCalculator.Calculate(PricesOf(deployment, default), default, units: units).Total);
            return search + (_embedding?.Prices.EstimateNano(TokenEstimate.FromBytes(_textBytes), 0) ?? 0);
        }

        var usage = IsPicture ? OfPrompt(TokenEstimate.FromBytes(_textBytes), _pictures * PictureTokens) with { ImageOutputTokens = _pictures * PictureTokens }
            : _surface is Surface.Rerank or Surface.Videos or Surface.Ocr ? default
            : Complete(default, out _);
        var prices = PricesOf(deployment, usage);
        return Money.ToNano(CostCalculator.Calculate(prices, usage, units: Units()).Total);
    }

    private CallUnits SearchUnits(MediaShape? shape)
        => new() { Queries = shape is SearchShape search ? search.UnitsOf(_search!) : _search!.Texts.Length };

    private static SearchQuery SearchOf(CallContext call)
    {
        // A copy: members of it are looked at after the call's own buffer has gone.
        using var document = JsonDocument.Parse(call.Body);
        return SearchQuery.Read(document.RootElement.Clone());
    }

    private bool IsPicture => _surface is Surface.ImageGenerations or Surface.ImageEdits or Surface.ImageVariations;

    private long ExpectedUnits => Math.Max(1, (_documents + DocumentsPerUnit - 1) / DocumentsPerUnit);

    /// <summary>Tokens of a square picture, as OpenAI publishes them by quality; without one, those of the middle.</summary>
    private long PictureTokens => _quality switch
    {
        "low" => 272,
        "high" or "hd" => 4160,
        _ => 1056,
    };

    /// <summary>Credits are known afterwards; before, a page counts as one.</summary>
    private CallUnits Pages(long count)
        => new() { Pages = count, AnnotatedPages = _annotates ? count : 0, OcrCredits = Facts.Credits ?? count };

    private bool Is1080p()
    {
        if (_resolution is not null)
        {
            return _resolution.Equals("1080p", StringComparison.OrdinalIgnoreCase);
        }

        return (Facts.Size ?? _size) is { } size && size.Contains('x', StringComparison.Ordinal)
            && PictureSize.Of(size) is var (width, height) && Math.Min(width, height) >= 1080;
    }

    /// <summary>Seconds of a film that a client asks for, as a number or as a text, in OpenAI's word or a provider's.</summary>
    private static decimal? SecondsAsked(CallContext call)
    {
        var json = call.Body.Span;
        foreach (var name in (ReadOnlySpan<string>)["seconds", "duration", "durationSeconds", "duration_seconds"])
        {
            if (call.Members.Find(json, Encoding.ASCII.GetBytes(name)) is >= 0 and var index)
            {
                var text = Encoding.UTF8.GetString(json.Slice(call.Members[index].ValueStart, call.Members[index].ValueLength)).Trim('"').TrimEnd('s');
                return decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 3600 ? seconds : null;
            }
        }

        return null;
    }

    private CallUnits Pictures(long count)
    {
        var (width, height) = PictureSize.Of(Facts.Size ?? _size);
        return new CallUnits
        {
            OutputImages = count,
            PixelsPerImage = width * height,
            IsPremium = (Facts.Quality ?? _quality) is "hd" or "high" or "premium",
        };
    }

    private decimal SpeechSeconds()
    {
        if (Facts.Seconds is { } stated)
        {
            return stated;
        }

        if (_form is not { Parts: [var file, ..] })
        {
            return 0;
        }

        var length = Math.Max(_form.FileBytes, file.Held.Length);
        return AudioLength.Of(file.Held.Head, length) ?? length / UsualBytesPerSecond;
    }

    /// <summary>Length of the sound sent; zero where nobody can tell from the format.</summary>
    private decimal SoundSeconds() => Facts.SoundBytes == 0 ? 0
        : _format is "pcm" ? Facts.SoundBytes / PcmBytesPerSecond
        : AudioLength.Of(Facts.SoundHead, Facts.SoundBytes) ?? 0;

    private static TokenUsage OfPrompt(long prompt, long completion) => new(prompt, completion, prompt + completion, 0, 0);

    private static string? Text(CallContext call, ReadOnlySpan<byte> name)
    {
        var json = call.Body.Span;
        return call.Members.Find(json, name) is >= 0 and var index
            ? JsonText.AsString(json.Slice(call.Members[index].ValueStart, call.Members[index].ValueLength)) : null;
    }

    private static long Count(CallContext call, ReadOnlySpan<byte> name)
    {
        var json = call.Body.Span;
        if (call.Members.Find(json, name) is not (>= 0 and var index) || call.Members[index].Kind != JsonKind.Array)
        {
            return 0;
        }

        var count = 0L;
        var walker = new JsonWalker(json, call.Members[index].ValueStart);
        while (walker.MoveNext())
        {
            count++;
        }

        return count;
    }
}

/// <summary>Sizes of pictures as clients write them.</summary>
internal static class PictureSize
{
    /// <summary>Side of a picture when nobody says (OpenAI's default).</summary>
    private const long UsualSide = 1024;

    /// <summary>Width and height of <c>1024x1536</c>.</summary>
    public static (long Width, long Height) Of(string? size)
        => size?.Split('x') is [var width, var height]
            && long.TryParse(width, NumberStyles.None, CultureInfo.InvariantCulture, out var w) && w is > 0 and < 100_000
            && long.TryParse(height, NumberStyles.None, CultureInfo.InvariantCulture, out var h) && h is > 0 and < 100_000
                ? (w, h) : (UsualSide, UsualSide);
}
