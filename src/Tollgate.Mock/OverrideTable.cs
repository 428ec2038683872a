using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Tollgate.Mock;

/// <summary>Turns <c>x-mock-*</c> headers into options of one request.</summary>
internal static class OverrideTable
{
    // The order matters: a named status switches the implied 429 of retry-after off, an explicit rate wins over the implied 1.
    private static readonly Entry[] Entries =
    [
        new(MockHeaders.LatencyMs, (o, v) => o with { Latency = Milliseconds(v) }),
        new(MockHeaders.Chunks, (o, v) => o with { Chunks = Count(v) }),
        new(MockHeaders.ChunkGapMs, (o, v) => o with { ChunkGap = Milliseconds(v) }),
        new(MockHeaders.Text, (o, v) => o with { ResponseText = v }),
        new(MockHeaders.Size, (o, v) => o with { ResponseSize = Count(v) }),
        new(MockHeaders.Reasoning, (o, v) => o with { Reasoning = v }),
        new(MockHeaders.ToolArguments, (o, v) => o with { ToolArguments = v }),
        new(MockHeaders.RetryAfter, (o, v) => o with { RetryAfter = Seconds(v), RateLimitRate = 1 }),
        new(MockHeaders.ErrorStatus, (o, v) => o with { ErrorStatus = Status(v), ErrorRate = 1, RateLimitRate = 0 }),
        new(MockHeaders.ErrorRate, (o, v) => o with { ErrorRate = Rate(v) }),
        new(MockHeaders.RateLimitRate, (o, v) => o with { RateLimitRate = Rate(v) }),
        new(MockHeaders.ErrorBody, (o, v) => o with { ErrorBody = v }),
        new(MockHeaders.ErrorType, (o, v) => o with { ErrorType = v }),
        new(MockHeaders.ErrorCode, (o, v) => o with { ErrorCode = v }),
        new(MockHeaders.Html, (o, v) => o with { HtmlStatus = HtmlStatus(v) }),
        new(MockHeaders.Cut, (o, v) => o with { Cut = MockCut.Parse(v) }),
        new(MockHeaders.CutRate, (o, v) => o with { CutRate = Rate(v) }),
        new(MockHeaders.CutAfterChunks, (o, v) => o with { CutAfterChunks = Count(v) }),
        new(MockHeaders.CutReset, (o, v) => o with { CutReset = Switch(v) }),
        new(MockHeaders.ErrorIn200, (o, v) => o with { ErrorIn200 = Switch(v) }),
        new(MockHeaders.ErrorMidStream, (o, v) => o with { ErrorMidStream = Count(v) }),
        new(MockHeaders.Stall, (o, v) => o with { Stall = MockStall.Parse(v) }),
        new(MockHeaders.Gzip, (o, v) => o with { Gzip = Switch(v) }),
        new(MockHeaders.BigEventBytes, (o, v) => o with { BigEventBytes = Count(v) }),
        new(MockHeaders.LineEnding, (o, v) => o with { LineEnding = LineEnding(v) }),
        new(MockHeaders.Comments, (o, v) => o with { Comments = Switch(v) }),
        new(MockHeaders.Bom, (o, v) => o with { Bom = Switch(v) }),
        new(MockHeaders.SplitBytes, (o, v) => o with { SplitBytes = Positive(v) }),
        new(MockHeaders.NoUsage, (o, v) => o with { NoUsage = Switch(v) }),
        new(MockHeaders.UsageEveryChunk, (o, v) => o with { UsageEveryChunk = Switch(v) }),
        new(MockHeaders.IgnoreStream, (o, v) => o with { IgnoreStream = Switch(v) }),
        new(MockHeaders.EmptyChoices, (o, v) => o with { EmptyChoices = EmptyChoices(v) }),
        new(MockHeaders.Extra, (o, v) => o with { Extra = Switch(v) }),
    ];

    /// <summary>The names in the table, for the test that keeps it and <see cref="MockHeaders"/> together.</summary>
    public static IEnumerable<string> Names => Entries.Select(entry => entry.Name);

    /// <summary>Returns the same instance when the request carries no header of ours, so that prepared answers can be used.</summary>
    public static MockServerOptions Apply(MockServerOptions options, IHeaderDictionary headers)
    {
        if (!HasOverride(headers))
        {
            return options;
        }

        foreach (var entry in Entries)
        {
            if (headers.TryGetValue(entry.Name, out var value))
            {
                options = Apply(options, entry, Uri.UnescapeDataString(value.ToString()));
            }
        }

        return options;
    }

    public static MockServerOptions Apply(MockServerOptions options, string name, string value)
    {
        foreach (var entry in Entries)
        {
            if (entry.Name.Equals(name, StringComparison.OrdinalIgnoreCase)
                || entry.Name.AsSpan(MockHeaders.Prefix.Length).Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return Apply(options, entry, value);
            }
        }

        throw new FormatException($"{name}: no such header; the names start with {MockHeaders.Prefix}");
    }

    private static MockServerOptions Apply(MockServerOptions options, Entry entry, string value)
    {
        try
        {
            return entry.Set(options, value);
        }
        catch (FormatException problem)
        {
            throw new FormatException($"{entry.Name}: '{value}': {problem.Message}", problem);
        }
    }

    private static bool HasOverride(IHeaderDictionary headers)
    {
        foreach (var header in headers)
        {
            if (header.Key.StartsWith(MockHeaders.Prefix, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static int Count(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : throw new FormatException("expected a whole number of 0 or more");

    private static int Positive(string value) =>
        Count(value) is > 0 and var count ? count : throw new FormatException("expected a whole number of 1 or more");

    private static int Status(string value) =>
        Count(value) is >= 200 and <= 999 and var status ? status : throw new FormatException("expected a status from 200 to 999");

    private static int? HtmlStatus(string value) => value switch
    {
        "0" or "false" => null,
        "" or "1" or "true" => 200,
        _ => Status(value),
    };

    private static double Number(string value) =>
        double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException("expected a number of 0 or more");

    private static double Rate(string value) =>
        Number(value) is <= 1 and var rate ? rate : throw new FormatException("expected a number from 0 to 1");

    private static TimeSpan Milliseconds(string value) => TimeSpan.FromMilliseconds(Bounded(Number(value), 1000));

    private static TimeSpan? Seconds(string value) =>
        value is "none" ? null : TimeSpan.FromSeconds(Bounded(Number(value), 1));

    /// <summary>A timer takes at most 49 days; a day is more than any test waits.</summary>
    private static double Bounded(double number, int unitsPerSecond) =>
        number <= 86_400d * unitsPerSecond ? number : throw new FormatException("expected at most one day");

    private static bool Switch(string value) => value switch
    {
        "" or "1" or "true" => true,
        "0" or "false" => false,
        _ => throw new FormatException("expected true or false"),
    };

    private static MockLineEnding LineEnding(string value) => value switch
    {
        "lf" => MockLineEnding.Lf,
        "crlf" => MockLineEnding.CrLf,
        "cr" => MockLineEnding.Cr,
        _ => throw new FormatException("expected lf, crlf or cr"),
    };

    private static MockEmptyChoices EmptyChoices(string value) => value switch
    {
        "off" => MockEmptyChoices.Off,
        "null" => MockEmptyChoices.Null,
        "empty" or "[]" => MockEmptyChoices.Empty,
        "first" => MockEmptyChoices.First,
        _ => throw new FormatException("expected null, empty or first"),
    };

    private readonly record struct Entry(string Name, Func<MockServerOptions, string, MockServerOptions> Set);
}
