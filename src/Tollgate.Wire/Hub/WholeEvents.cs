namespace Tollgate.Wire.Hub;

/// <summary>A whole answer as the events of a stream, for upstreams that ignored that a stream was asked for.</summary>
internal static class WholeEvents
{
    /// <summary>The events, in the order in which a stream would have brought them.</summary>
    public static List<ChatEvent> Of(ChatResponse response)
    {
        var events = new List<ChatEvent> { new(ChatEventKind.Start) { Id = response.Id } };
        foreach (var extra in response.Extras)
        {
            events.Add(new ChatEvent(ChatEventKind.Extra) { Name = extra.Name, Json = extra.Value });
        }

        foreach (var choice in response.Choices)
        {
            AddChoice(events, choice);
        }

        if (response.Usage is { } usage)
        {
            events.Add(ChatEvent.OfUsage(usage));
        }

        return events;
    }

    private static void AddChoice(List<ChatEvent> events, ChatChoice choice)
    {
        var calls = 0;
        foreach (var part in choice.Parts)
        {
            AddPart(events, part, choice.Index, calls);
            calls += part is ToolCallPart ? 1 : 0;
            events.Add(new ChatEvent(ChatEventKind.BlockEnd) { Choice = choice.Index });
        }

        if (choice.LogProbs is { } probabilities)
        {
            events.Add(new ChatEvent(ChatEventKind.LogProbs) { Choice = choice.Index, Json = probabilities });
        }

        events.Add(new ChatEvent(ChatEventKind.Finish)
        {
            Choice = choice.Index,
            Stop = choice.Stop,
            NativeStop = choice.NativeStop,
            Text = choice.StopSequence,
        });
    }

    private static void AddPart(List<ChatEvent> events, ContentPart part, int choice, int call)
    {
        switch (part)
        {
            case TextPart text:
                events.Add(ChatEvent.OfText(text.Text, choice));
                foreach (var citation in text.Citations)
                {
                    events.Add(new ChatEvent(ChatEventKind.Citation) { Choice = choice, Citation = citation });
                }

                break;
            case ThinkingPart thinking:
                events.Add(ChatEvent.OfThinking(thinking.Text, choice));
                if (thinking.Signature is not null)
                {
                    events.Add(new ChatEvent(ChatEventKind.Signature) { Choice = choice, Text = thinking.Signature });
                }

                break;
            case RedactedThinkingPart redacted:
                events.Add(new ChatEvent(ChatEventKind.RedactedThinking) { Choice = choice, Text = redacted.Data });
                break;
            case RefusalPart refusal:
                events.Add(new ChatEvent(ChatEventKind.Refusal) { Choice = choice, Text = refusal.Text });
                break;
            case ToolCallPart tool:
                events.Add(new ChatEvent(ChatEventKind.ToolCallStart)
                {
                    Choice = choice,
                    Index = call,
                    Id = tool.Id,
                    Name = tool.Name,
                    ToolKind = tool.Kind,
                    Part = tool,
                });
                events.Add(new ChatEvent(ChatEventKind.ToolCallArguments) { Choice = choice, Index = call, Text = tool.Arguments });
                break;
            default:
                events.Add(new ChatEvent(ChatEventKind.Part) { Choice = choice, Part = part });
                break;
        }
    }
}
