using Microsoft.AspNetCore.Http;

namespace Tollgate.Mock;

/// <summary>How the fake upstream listens, answers and misbehaves. All defaults are Tollgate's own.</summary>
/// <remarks>
/// Everything that shapes one answer can also be chosen per request by a header of <see cref="MockHeaders"/>;
/// <see cref="With"/> applies the same names and values to the options. Errors, cuts and stalls are in the other part of this record.
/// </remarks>
public sealed partial record MockServerOptions
{
    /// <summary>The address to listen on: an IP address or <c>localhost</c>.</summary>
    /// <value>Default <c>127.0.0.1</c>.</value>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>The TCP port to listen on.</summary>
    /// <value>Default 0: any free port, see <see cref="MockServer.BaseAddress"/>.</value>
    public int Port { get; init; }

    /// <summary>Where delays and <c>created</c> come from.</summary>
    /// <value>Default <see cref="TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Seed of every random decision. The n-th request of two servers with one seed meets the same fate.</summary>
    /// <value>Default 1.</value>
    public long Seed { get; init; } = 1;

    /// <summary>Whether requests are kept in <see cref="MockServer.Requests"/> (the newest 1,000).</summary>
    /// <value>Default false: load tests shall not pay for it.</value>
    public bool Record { get; init; }

    /// <summary>Answers a request instead of the server; returns false to let the server answer.</summary>
    /// <value>Default null. Called for every path except <c>/__stats</c>, after the body was read, before latency and misbehaviour.</value>
    public Func<HttpContext, MockScriptContext, Task<bool>>? Script { get; init; }

    /// <summary>The models that <c>GET /v1/models</c> lists. Any model name is answered, listed or not.</summary>
    /// <value>Default <c>mock-model</c> and <c>mock-embedding</c>.</value>
    public IReadOnlyList<string> Models { get; init; } = ["mock-model", "mock-embedding"];

    /// <summary>Time before the first byte of an answer, errors included.</summary>
    /// <value>Default 0. Header <see cref="MockHeaders.LatencyMs"/>.</value>
    public TimeSpan Latency { get; init; }

    /// <summary>Pieces that the answer's text is made of: stream events with content, and completion tokens in the usage.</summary>
    /// <value>Default 10. A text with fewer characters has fewer pieces. Header <see cref="MockHeaders.Chunks"/>.</value>
    public int Chunks { get; init; } = 10;

    /// <summary>Time between two content events of a stream.</summary>
    /// <value>Default 0. Header <see cref="MockHeaders.ChunkGapMs"/>.</value>
    public TimeSpan ChunkGap { get; init; }

    /// <summary>The text to answer with.</summary>
    /// <value>Default null: one word a chunk, some with multi-byte characters. Header <see cref="MockHeaders.Text"/>.</value>
    public string? ResponseText { get; init; }

    /// <summary>Length of the generated text in UTF-16 characters, when <see cref="ResponseText"/> is null.</summary>
    /// <value>Default null: as long as <see cref="Chunks"/> words. Header <see cref="MockHeaders.Size"/>.</value>
    public int? ResponseSize { get; init; }

    /// <summary>Reasoning text, sent as <c>delta.reasoning</c> or <c>message.reasoning</c> before the content.</summary>
    /// <value>Default null: none. Its pieces are completion tokens too. Header <see cref="MockHeaders.Reasoning"/>.</value>
    public string? Reasoning { get; init; }

    /// <summary>The arguments of the tool call that answers a request with <c>tools</c>.</summary>
    /// <value>Default <c>{}</c>. Header <see cref="MockHeaders.ToolArguments"/>.</value>
    public string ToolArguments { get; init; } = "{}";

    /// <summary>Length of an embedding vector when the request names no <c>dimensions</c>.</summary>
    /// <value>Default 1536, that of OpenAI's text-embedding-3-small.</value>
    public int EmbeddingDimensions { get; init; } = 1536;

    /// <summary>Returns these options with one misbehaviour header applied, so that a command line can offer them all by name.</summary>
    /// <param name="header">A name of <see cref="MockHeaders"/>, with or without the prefix <c>x-mock-</c>.</param>
    /// <param name="value">The value as the header would carry it, without percent-encoding.</param>
    /// <exception cref="FormatException">The header is unknown or the value does not fit; the message names both.</exception>
    public MockServerOptions With(string header, string value) => OverrideTable.Apply(this, header, value);

    internal void Validate()
    {
        AtLeast(Chunks, 0, nameof(Chunks));
        AtLeast(ResponseSize ?? 0, 0, nameof(ResponseSize));
        AtLeast(EmbeddingDimensions, 1, nameof(EmbeddingDimensions));
        AtLeast(CutAfterChunks, 0, nameof(CutAfterChunks));
        AtLeast(Cut.Chunks, 0, nameof(Cut));
        AtLeast(Stall.Chunks, 0, nameof(Stall));
        AtLeast(ErrorMidStream ?? 0, 0, nameof(ErrorMidStream));
        AtLeast(BigEventBytes ?? 0, 0, nameof(BigEventBytes));
        AtLeast(SplitBytes ?? 1, 1, nameof(SplitBytes));
        AtLeast(Latency.Ticks, 0, nameof(Latency));
        AtLeast(ChunkGap.Ticks, 0, nameof(ChunkGap));
        IsRate(ErrorRate, nameof(ErrorRate));
        IsRate(RateLimitRate, nameof(RateLimitRate));
        IsRate(CutRate, nameof(CutRate));
    }

    private static void AtLeast(long value, long smallest, string option)
    {
        if (value < smallest)
        {
            throw new ArgumentException($"{option}: {value} is less than {smallest}.", option);
        }
    }

    private static void IsRate(double value, string option)
    {
        if (value is not (>= 0 and <= 1))
        {
            throw new ArgumentException($"{option}: {value} is not a number from 0 to 1.", option);
        }
    }
}
