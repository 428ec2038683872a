namespace Tollgate.Wire.Hub;

/// <summary>
/// Puts a model's thoughts into the text of its answer, between think tags (<c>merge_reasoning_content_in_choices</c>): for clients that show
/// nothing else. One instance a stream.
/// </summary>
public sealed class ReasoningMerger
{
    private const string Open = "<think>";
    private const string Close = "</think>";

    private readonly HashSet<int> _open = [];

    /// <summary>Puts the thoughts of a whole answer into its text.</summary>
    public static void Apply(ChatResponse response)
    {
        foreach (var choice in response.Choices)
        {
            var thoughts = string.Concat(choice.Parts.OfType<ThinkingPart>().Select(static part => part.Text));
            var rest = choice.Parts.Where(static part => part is not (ThinkingPart or RedactedThinkingPart)).ToList();
            choice.Parts.Clear();
            if (thoughts.Length > 0)
            {
                choice.Parts.Add(new TextPart(Open + thoughts + Close));
            }

            foreach (var part in rest)
            {
                choice.Parts.Add(part);
            }
        }
    }

    /// <summary>Puts the thoughts among some events into text: opens the tags before the first of them, closes them before what follows.</summary>
    public void Apply(IList<ChatEvent> events)
    {
        for (var i = 0; i < events.Count; i++)
        {
            var next = events[i];
            switch (next.Kind)
            {
                case ChatEventKind.Thinking when next.Text is { Length: > 0 } text:
                    events[i] = ChatEvent.OfText(_open.Add(next.Choice) ? Open + text : text, next.Choice);
                    break;
                case ChatEventKind.Thinking or ChatEventKind.Signature or ChatEventKind.RedactedThinking:
                    events.RemoveAt(i);
                    i--;
                    break;
                case ChatEventKind.Text when next.Text is { Length: > 0 } && _open.Remove(next.Choice):
                    events[i] = next with { Text = Close + next.Text };
                    break;
                case ChatEventKind.Refusal or ChatEventKind.ToolCallStart or ChatEventKind.Part or ChatEventKind.Finish
                    when _open.Remove(next.Choice):
                    events.Insert(i, ChatEvent.OfText(Close, next.Choice));
                    i++;
                    break;
                default:
                    break;
            }
        }
    }
}
