using System.Globalization;

namespace Tollgate.Mock;

/// <summary>Where a connection is cut.</summary>
public enum MockCutPoint
{
    /// <summary>Nowhere.</summary>
    None,

    /// <summary>Before any byte of the answer.</summary>
    Headers,

    /// <summary>Within the status line.</summary>
    StatusLine,

    /// <summary>Within the header block.</summary>
    MidHeaders,

    /// <summary>After half of the content.</summary>
    MidBody,

    /// <summary>After <see cref="MockCut.Chunks"/> content events.</summary>
    AfterChunks,

    /// <summary>In the middle of the event that follows <see cref="MockCut.Chunks"/> content events.</summary>
    MidEvent,

    /// <summary>Not a cut on the wire: the stream ends cleanly, but without <c>[DONE]</c>.</summary>
    NoDone,
}

/// <summary>A cut of the connection.</summary>
/// <param name="Point">Where.</param>
/// <param name="Chunks">Content events sent before it; only for <see cref="MockCutPoint.AfterChunks"/> and
/// <see cref="MockCutPoint.MidEvent"/>.</param>
public readonly record struct MockCut(MockCutPoint Point, int Chunks = 0)
{
    /// <summary>No cut; the default value.</summary>
    public static MockCut None => default;

    internal static MockCut Parse(string value)
    {
        var (name, count) = Faults.Split(value);
        return name switch
        {
            "none" => None,
            "headers" => new(MockCutPoint.Headers),
            "status-line" => new(MockCutPoint.StatusLine),
            "mid-headers" => new(MockCutPoint.MidHeaders),
            "mid-body" => new(MockCutPoint.MidBody),
            "after-chunks" => new(MockCutPoint.AfterChunks, count ?? 1),
            "mid-event" => new(MockCutPoint.MidEvent, count ?? 1),
            "no-done" => new(MockCutPoint.NoDone),
            _ => throw new FormatException(
                "expected headers, status-line, mid-headers, mid-body, after-chunks:N, mid-event[:N] or no-done"),
        };
    }
}

/// <summary>Where an answer stalls.</summary>
public enum MockStallPoint
{
    /// <summary>Nowhere.</summary>
    None,

    /// <summary>Before any byte of the answer.</summary>
    Headers,

    /// <summary>After <see cref="MockStall.Chunks"/> content events, or mid-body when not streamed.</summary>
    AfterChunks,
}

/// <summary>A stall that lasts until the client leaves.</summary>
/// <param name="Point">Where.</param>
/// <param name="Chunks">Content events sent before it.</param>
public readonly record struct MockStall(MockStallPoint Point, int Chunks = 0)
{
    /// <summary>No stall; the default value.</summary>
    public static MockStall None => default;

    internal static MockStall Parse(string value)
    {
        var (name, count) = Faults.Split(value);
        return name switch
        {
            "none" => None,
            "headers" => new(MockStallPoint.Headers),
            "after-chunks" => new(MockStallPoint.AfterChunks, count ?? 1),
            _ => throw new FormatException("expected headers or after-chunks:N"),
        };
    }
}

/// <summary>How lines of a stream end.</summary>
public enum MockLineEnding
{
    /// <summary>Line feed, as OpenAI sends it.</summary>
    Lf,

    /// <summary>Carriage return and line feed.</summary>
    CrLf,

    /// <summary>Carriage return alone.</summary>
    Cr,
}

/// <summary>What is wrong with <c>choices</c>.</summary>
public enum MockEmptyChoices
{
    /// <summary>Nothing.</summary>
    Off,

    /// <summary><c>null</c> in the body and in every content event.</summary>
    Null,

    /// <summary><c>[]</c> in the body and in every content event.</summary>
    Empty,

    /// <summary>A stream starts with an event with <c>[]</c>, as Azure's content filter sends it.</summary>
    First,
}

internal static class Faults
{
    /// <summary>Splits <c>name:N</c>.</summary>
    public static (string Name, int? Count) Split(string value)
    {
        var colon = value.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            return (value.Trim(), null);
        }

        if (!int.TryParse(value.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            throw new FormatException("expected a whole number after the colon");
        }

        return (value[..colon].Trim(), count);
    }
}
