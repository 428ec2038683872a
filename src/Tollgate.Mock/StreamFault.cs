namespace Tollgate.Mock;

internal enum StreamFaultKind
{
    None,
    Stall,
    Cut,
    CutWithinEvent,
    Error,
}

/// <summary>What befalls a stream once so many content events have been sent.</summary>
internal readonly record struct StreamFault(StreamFaultKind Kind, int After)
{
    public static StreamFault Of(MockCall call, AnswerEvent[] events)
    {
        var fault = Chosen(call, events);
        return fault.Kind == StreamFaultKind.None ? fault : fault with { After = Math.Min(fault.After, Count(events)) };
    }

    private static StreamFault Chosen(MockCall call, AnswerEvent[] events)
    {
        var options = call.Options;
        if (options.Stall.Point == MockStallPoint.AfterChunks)
        {
            return new StreamFault(StreamFaultKind.Stall, options.Stall.Chunks);
        }

        var cut = call.Cut;
        switch (cut.Point)
        {
            case MockCutPoint.MidBody:
                return new StreamFault(StreamFaultKind.Cut, Count(events) / 2);
            case MockCutPoint.AfterChunks:
                return new StreamFault(StreamFaultKind.Cut, cut.Chunks);
            case MockCutPoint.MidEvent:
                return new StreamFault(StreamFaultKind.CutWithinEvent, cut.Chunks);
            default:
                return options.ErrorMidStream is { } after ? new StreamFault(StreamFaultKind.Error, after) : default;
        }
    }

    /// <summary>A fault after more events than there are befalls the stream after its last content event.</summary>
    private static int Count(AnswerEvent[] events)
    {
        var count = 0;
        foreach (var answerEvent in events)
        {
            count += answerEvent.IsContent ? 1 : 0;
        }

        return count;
    }
}
