using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Tests.Hub;

public sealed class ReasoningMergerTests
{
    [Fact]
    public void WholeAnswer_BeginsWithItsThoughts()
    {
        var response = new ChatResponse();
        response.Choices.Add(new ChatChoice(0) { Parts = [new ThinkingPart("Hm", "seal"), new RedactedThinkingPart("x"), new TextPart("Yes.")] });
        ReasoningMerger.Apply(response);
        response.Choices[0].Parts.ShouldBe([new TextPart("<think>Hm</think>"), new TextPart("Yes.")]);
    }

    [Fact]
    public void Stream_OpensAndClosesTheTags()
        => TextOf([ChatEvent.OfThinking("H")], [ChatEvent.OfThinking("m"), new(ChatEventKind.Signature) { Text = "seal" }], [ChatEvent.OfText("Yes")], [ChatEvent.OfText(".")])
            .ShouldBe("<think>Hm</think>Yes.");

    [Fact]
    public void ThoughtsWithoutText_AreClosedBeforeWhatFollows()
    {
        TextOf([ChatEvent.OfThinking("Hm")], [ChatEvent.OfFinish(StopReason.Stop)]).ShouldBe("<think>Hm</think>");
        TextOf([ChatEvent.OfThinking("Hm"), new(ChatEventKind.ToolCallStart) { Id = "c", Name = "f" }], [ChatEvent.OfFinish(StopReason.ToolCalls)])
            .ShouldBe("<think>Hm</think>");
    }

    [Fact]
    public void ChoicesAreKeptApart()
    {
        var merger = new ReasoningMerger();
        List<ChatEvent> events = [ChatEvent.OfThinking("a", 0), ChatEvent.OfText("B", 1), ChatEvent.OfText("A", 0)];
        merger.Apply(events);
        events.Select(static item => item.Text).ShouldBe(["<think>a", "B", "</think>A"]);
    }

    [Fact]
    public void AnswerWithoutThoughts_StaysAsItIs() => TextOf([ChatEvent.OfText("Yes")], [ChatEvent.OfFinish(StopReason.Stop)]).ShouldBe("Yes");

    private static string TextOf(params List<ChatEvent>[] pieces)
    {
        var merger = new ReasoningMerger();
        foreach (var piece in pieces)
        {
            merger.Apply(piece);
        }

        return string.Concat(pieces.SelectMany(static piece => piece).Where(static item => item.Kind is ChatEventKind.Text).Select(static item => item.Text));
    }
}
