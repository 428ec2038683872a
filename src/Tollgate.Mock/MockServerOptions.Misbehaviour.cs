namespace Tollgate.Mock;

/// <content>What goes wrong, and how often.</content>
public sealed partial record MockServerOptions
{
    /// <summary>Share of requests that are answered with <see cref="ErrorStatus"/>.</summary>
    /// <value>0 to 1, default 0. Header <see cref="MockHeaders.ErrorRate"/>.</value>
    public double ErrorRate { get; init; }

    /// <summary>Status of injected errors.</summary>
    /// <value>Default 500. Header <see cref="MockHeaders.ErrorStatus"/>, which also makes every request fail.</value>
    public int ErrorStatus { get; init; } = 500;

    /// <summary>Raw body of injected errors.</summary>
    /// <value>Default null: OpenAI's error JSON. Header <see cref="MockHeaders.ErrorBody"/>.</value>
    public string? ErrorBody { get; init; }

    /// <summary><c>error.type</c> of injected errors.</summary>
    /// <value>Default null: what OpenAI says with that status. Header <see cref="MockHeaders.ErrorType"/>.</value>
    public string? ErrorType { get; init; }

    /// <summary><c>error.code</c> of injected errors.</summary>
    /// <value>Default null: what OpenAI says with that status. Header <see cref="MockHeaders.ErrorCode"/>.</value>
    public string? ErrorCode { get; init; }

    /// <summary>Share of requests that are answered with 429.</summary>
    /// <value>0 to 1, default 0. Header <see cref="MockHeaders.RateLimitRate"/>.</value>
    public double RateLimitRate { get; init; }

    /// <summary><c>Retry-After</c> of injected errors with status 429 or 503.</summary>
    /// <value>Default 1 s; null sends none. Header <see cref="MockHeaders.RetryAfter"/>, which also makes every request a 429.</value>
    public TimeSpan? RetryAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Status of an HTML page that is sent instead of the answer.</summary>
    /// <value>Default null: no HTML. Header <see cref="MockHeaders.Html"/>.</value>
    public int? HtmlStatus { get; init; }

    /// <summary>Answers 200 with an error object as the body.</summary>
    /// <value>Default false. Header <see cref="MockHeaders.ErrorIn200"/>.</value>
    public bool ErrorIn200 { get; init; }

    /// <summary>Content events after which a stream carries an error event and ends without <c>[DONE]</c>.</summary>
    /// <value>Default null: never. Header <see cref="MockHeaders.ErrorMidStream"/>.</value>
    public int? ErrorMidStream { get; init; }

    /// <summary>Where the connection is cut.</summary>
    /// <value>Default <see cref="MockCut.None"/>. Header <see cref="MockHeaders.Cut"/>.</value>
    public MockCut Cut { get; init; }

    /// <summary>Share of requests, failed ones included, that are cut after <see cref="CutAfterChunks"/> events (or mid-body).</summary>
    /// <value>0 to 1, default 0. Header <see cref="MockHeaders.CutRate"/>.</value>
    public double CutRate { get; init; }

    /// <summary>Content events before a cut that <see cref="CutRate"/> chose.</summary>
    /// <value>Default 1. Header <see cref="MockHeaders.CutAfterChunks"/>.</value>
    public int CutAfterChunks { get; init; } = 1;

    /// <summary>Cuts with a TCP reset instead of an orderly FIN.</summary>
    /// <value>Default false. Header <see cref="MockHeaders.CutReset"/>.</value>
    public bool CutReset { get; init; }

    /// <summary>Where the answer stalls until the client leaves.</summary>
    /// <value>Default <see cref="MockStall.None"/>. Header <see cref="MockHeaders.Stall"/>.</value>
    public MockStall Stall { get; init; }

    /// <summary>Compresses the answer with gzip, whether the client accepts it or not.</summary>
    /// <value>Default false. Header <see cref="MockHeaders.Gzip"/>.</value>
    public bool Gzip { get; init; }

    /// <summary>Length in bytes of the first piece of content, so that one stream event is huge.</summary>
    /// <value>Default null: off. Header <see cref="MockHeaders.BigEventBytes"/>.</value>
    public int? BigEventBytes { get; init; }

    /// <summary>How the lines of a stream end.</summary>
    /// <value>Default <see cref="MockLineEnding.Lf"/>. Header <see cref="MockHeaders.LineEnding"/>.</value>
    public MockLineEnding LineEnding { get; init; }

    /// <summary>Puts a comment line before every event of a stream.</summary>
    /// <value>Default false. Header <see cref="MockHeaders.Comments"/>.</value>
    public bool Comments { get; init; }

    /// <summary>Starts the body with a UTF-8 byte order mark.</summary>
    /// <value>Default false. Header <see cref="MockHeaders.Bom"/>.</value>
    public bool Bom { get; init; }

    /// <summary>Writes and flushes the body this many bytes at a time, across events and characters; the network may join them.</summary>
    /// <value>Bytes; default null: one flush an event. Header <see cref="MockHeaders.SplitBytes"/>.</value>
    public int? SplitBytes { get; init; }

    /// <summary>Leaves <c>usage</c> out, even when asked for.</summary>
    /// <value>Default false. Header <see cref="MockHeaders.NoUsage"/>.</value>
    public bool NoUsage { get; init; }

    /// <summary>Puts the usage so far on every event of a stream.</summary>
    /// <value>Default false. Header <see cref="MockHeaders.UsageEveryChunk"/>.</value>
    public bool UsageEveryChunk { get; init; }

    /// <summary>Answers <c>stream: true</c> with one JSON body.</summary>
    /// <value>Default false. Header <see cref="MockHeaders.IgnoreStream"/>.</value>
    public bool IgnoreStream { get; init; }

    /// <summary>Spoils <c>choices</c>.</summary>
    /// <value>Default <see cref="MockEmptyChoices.Off"/>. Header <see cref="MockHeaders.EmptyChoices"/>.</value>
    public MockEmptyChoices EmptyChoices { get; init; }

    /// <summary>Adds an unknown top-level member to bodies and stream events.</summary>
    /// <value>Default false. Header <see cref="MockHeaders.Extra"/>.</value>
    public bool Extra { get; init; }
}
