namespace Tollgate.Mock;

/// <summary>Request headers that choose how one request is answered; each wins over the option of the same meaning.</summary>
/// <remarks>
/// Values are percent-decoded, so that text beyond ASCII can be sent. Switches take <c>true</c>/<c>1</c> or <c>false</c>/<c>0</c>.
/// A value that does not fit is answered with a 400 that names the header.
/// </remarks>
public static class MockHeaders
{
    /// <summary>What all names start with.</summary>
    public const string Prefix = "x-mock-";

    /// <summary>Milliseconds before the first byte.</summary>
    public const string LatencyMs = "x-mock-latency-ms";

    /// <summary>Number of content pieces.</summary>
    public const string Chunks = "x-mock-chunks";

    /// <summary>Milliseconds between two content events.</summary>
    public const string ChunkGapMs = "x-mock-chunk-gap-ms";

    /// <summary>The answer's text.</summary>
    public const string Text = "x-mock-text";

    /// <summary>Characters of generated text.</summary>
    public const string Size = "x-mock-size";

    /// <summary>Reasoning text before the content.</summary>
    public const string Reasoning = "x-mock-reasoning";

    /// <summary>Arguments (JSON) of the tool call.</summary>
    public const string ToolArguments = "x-mock-tool-arguments";

    /// <summary>Fails with this status, 400 to 599 or any other.</summary>
    public const string ErrorStatus = "x-mock-error-status";

    /// <summary>Raw body of the error.</summary>
    public const string ErrorBody = "x-mock-error-body";

    /// <summary><c>error.type</c>.</summary>
    public const string ErrorType = "x-mock-error-type";

    /// <summary><c>error.code</c>.</summary>
    public const string ErrorCode = "x-mock-error-code";

    /// <summary>Share of requests that fail, 0 to 1.</summary>
    public const string ErrorRate = "x-mock-error-rate";

    /// <summary>Seconds (fractions allowed) or <c>none</c>: answers 429, unless <see cref="ErrorStatus"/> names another status.</summary>
    public const string RetryAfter = "x-mock-retry-after";

    /// <summary>Share of requests that are answered with 429, 0 to 1.</summary>
    public const string RateLimitRate = "x-mock-rate-limit-rate";

    /// <summary><c>true</c> (status 200) or a status: answers with an HTML page.</summary>
    public const string Html = "x-mock-html";

    /// <summary>
    /// Cuts the connection: <c>headers</c> (before any byte), <c>status-line</c>, <c>mid-headers</c>, <c>mid-body</c>,
    /// <c>after-chunks:N</c>, <c>mid-event</c> or <c>mid-event:N</c> (half an event after N, default 1), <c>no-done</c>
    /// (a clean end without <c>[DONE]</c>).
    /// </summary>
    /// <remarks>All body cuts happen mid-body in answers that are not streamed. Needs no <see cref="RawScriptServer"/>.</remarks>
    public const string Cut = "x-mock-cut";

    /// <summary>Share of requests that are cut, 0 to 1.</summary>
    public const string CutRate = "x-mock-cut-rate";

    /// <summary>Content events before a cut that <see cref="CutRate"/> chose.</summary>
    public const string CutAfterChunks = "x-mock-cut-after-chunks";

    /// <summary>Switch: cut by TCP reset instead of FIN.</summary>
    public const string CutReset = "x-mock-cut-reset";

    /// <summary>Switch: 200 with an error object.</summary>
    public const string ErrorIn200 = "x-mock-error-in-200";

    /// <summary>Content events before an error event that ends the stream.</summary>
    public const string ErrorMidStream = "x-mock-error-mid-stream";

    /// <summary>Stalls until the client leaves: <c>headers</c> or <c>after-chunks:N</c> (mid-body when not streamed).</summary>
    public const string Stall = "x-mock-stall";

    /// <summary>Switch: gzip, asked for or not.</summary>
    public const string Gzip = "x-mock-gzip";

    /// <summary>Bytes of the first piece of content.</summary>
    public const string BigEventBytes = "x-mock-big-event-bytes";

    /// <summary><c>lf</c>, <c>crlf</c> or <c>cr</c>.</summary>
    public const string LineEnding = "x-mock-line-ending";

    /// <summary>Switch: a comment before every event.</summary>
    public const string Comments = "x-mock-comments";

    /// <summary>Switch: a byte order mark first.</summary>
    public const string Bom = "x-mock-bom";

    /// <summary>Bytes a write.</summary>
    public const string SplitBytes = "x-mock-split-bytes";

    /// <summary>Switch: no usage.</summary>
    public const string NoUsage = "x-mock-no-usage";

    /// <summary>Switch: usage so far on every event.</summary>
    public const string UsageEveryChunk = "x-mock-usage-every-chunk";

    /// <summary>Switch: one JSON body although a stream was asked for.</summary>
    public const string IgnoreStream = "x-mock-ignore-stream";

    /// <summary><c>null</c>, <c>empty</c> (<c>[]</c>) or <c>first</c> (a first event with <c>[]</c>, as Azure sends it).</summary>
    public const string EmptyChoices = "x-mock-empty-choices";

    /// <summary>Switch: an unknown top-level member.</summary>
    public const string Extra = "x-mock-extra";
}
