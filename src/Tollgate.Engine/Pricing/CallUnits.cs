namespace Tollgate.Engine.Pricing;

/// <summary>How much context a web search was asked to bring.</summary>
public enum SearchContextSize : byte
{
    /// <summary>The size when none is asked for.</summary>
    Medium,
    Low,
    High,
}

/// <summary>
/// What a call used besides tokens. Token calls have none. Seconds, characters and pictures produced are paid only where tokens are not,
/// since many answers report both.
/// </summary>
public sealed record CallUnits
{
    /// <summary>Seconds of speech transcribed, or of wall time where a model is priced by it.</summary>
    public decimal InputSeconds { get; init; }

    /// <summary>Seconds of wall time, or of speech produced.</summary>
    public decimal OutputSeconds { get; init; }

    /// <summary>Seconds of audio embedded.</summary>
    public decimal AudioSeconds { get; init; }

    /// <summary>Seconds of video embedded.</summary>
    public decimal VideoSeconds { get; init; }

    /// <summary>Seconds of video produced.</summary>
    public decimal VideoOutputSeconds { get; init; }

    /// <summary>The video produced is 1080p.</summary>
    public bool Is1080p { get; init; }

    /// <summary>Characters read, say by a speech model.</summary>
    public long InputCharacters { get; init; }

    public long OutputCharacters { get; init; }

    /// <summary>Images embedded or edited.</summary>
    public long InputImages { get; init; }

    /// <summary>Images produced.</summary>
    public long OutputImages { get; init; }

    /// <summary>Pixels of each image produced.</summary>
    public long PixelsPerImage { get; init; }

    /// <summary>Images were produced in the better of two qualities.</summary>
    public bool IsPremium { get; init; }

    /// <summary>Queries, or search units of a rerank.</summary>
    public long Queries { get; init; }

    public long Pages { get; init; }

    public long AnnotatedPages { get; init; }

    /// <summary>Credits of an OCR service; a page may cost a part of one.</summary>
    public decimal OcrCredits { get; init; }

    /// <summary>Web searches; the larger of this and what the usage reports counts.</summary>
    public long WebSearches { get; init; }

    public SearchContextSize SearchContext { get; init; }

    /// <summary>Containers that code ran in; the larger of this and what the usage tells counts.</summary>
    public long CodeSessions { get; init; }

    /// <summary>Searches in files; the larger of this and what the usage tells counts.</summary>
    public long FileSearches { get; init; }

    /// <summary>Gigabytes kept for file searches, times days.</summary>
    public decimal GigabyteDays { get; init; }
}
