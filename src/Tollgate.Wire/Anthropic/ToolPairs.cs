using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Anthropic;

/// <summary>Makes every call of a tool have its result and every result its call: the provider refuses conversations where they do not.</summary>
internal static class ToolPairs
{
    /// <summary>The repaired turns (03-anthropic.md 2.4, row 17).</summary>
    public static List<Turn> Repair(List<Turn> turns)
    {
        var repaired = new List<Turn>();
        foreach (var turn in turns)
        {
            if (turn.IsAssistant)
            {
                CloseCalls(repaired);
                Append(repaired, KeepFirstCalls(turn));
            }
            else
            {
                Append(repaired, KeepAwaited(turn, repaired));
            }
        }

        CloseCalls(repaired);
        return repaired;
    }

    private static void Append(List<Turn> turns, Turn turn)
    {
        if (turn.Parts.Count == 0)
        {
            return;
        }

        if (turns.Count > 0 && turns[^1].IsAssistant == turn.IsAssistant)
        {
            turns[^1].Parts.AddRange(turn.Parts);
        }
        else
        {
            turns.Add(turn);
        }
    }

    private static Turn KeepFirstCalls(Turn turn)
    {
        var kept = new Turn(IsAssistant: true);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        kept.Parts.AddRange(turn.Parts.Where(part => part is not ToolCallPart call || ids.Add(call.Id)));
        return kept;
    }

    /// <summary>The user's turn with the results that the turn before it waits for, once each, and words for those that are missing.</summary>
    private static Turn KeepAwaited(Turn turn, List<Turn> before)
    {
        var awaited = before.Count > 0 && before[^1].IsAssistant ? CallsOf(before[^1]) : [];
        var kept = new Turn(IsAssistant: false);
        foreach (var part in turn.Parts)
        {
            if (part is not ToolResultPart result || awaited.RemoveAll(call => string.Equals(call.Id, result.CallId, StringComparison.Ordinal)) > 0)
            {
                kept.Parts.Add(part);
            }
        }

        var missing = awaited.ConvertAll(ResultOf);
        kept.Parts.InsertRange(kept.Parts.FindLastIndex(static part => part is ToolResultPart) + 1, missing);
        return kept;
    }

    /// <summary>Answers the calls of the last turn when no user's turn follows that could.</summary>
    private static void CloseCalls(List<Turn> turns)
    {
        if (turns.Count > 0 && turns[^1].IsAssistant && CallsOf(turns[^1]) is { Count: > 0 } calls)
        {
            var turn = new Turn(IsAssistant: false);
            turn.Parts.AddRange(calls.ConvertAll(ResultOf));
            turns.Add(turn);
        }
    }

    private static List<ToolCallPart> CallsOf(Turn turn)
        => [.. turn.Parts.OfType<ToolCallPart>().Where(static call => !call.Id.StartsWith("srvtoolu_", StringComparison.Ordinal))];

    private static ContentPart ResultOf(ToolCallPart call) => new ToolResultPart(call.Id)
    {
        Content = [new TextPart($"[System: the tool '{call.Name}' was not run; there is no result.]")],
    };
}
