using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Tests.Hub;

namespace Tollgate.Wire.Tests.Anthropic;

/// <summary>What the table says is carried survives the way through the dialect and back.</summary>
public sealed class RoundTripTests
{
    private static readonly Config Often = Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay(17, 31);

    [Fact]
    public void Request_SaysTheSameWhenReadAgain() => Prop.ForAll<int>(static seed =>
    {
        var request = new RandomChats(seed).Request();
        var written = Claude.Codec.Write(request, Claude.Model("reasoning"));
        var read = Claude.Codec.Read(written);
        Claude.Codec.Write(read, Claude.Model("reasoning")).ShouldBe(written);
        Outline(read).ShouldBe(Outline(request));
    }).Check(Often);

    [Fact]
    public void Response_SaysTheSameWhenReadAgain() => Prop.ForAll<int>(static seed =>
    {
        var response = new RandomChats(seed).Response();
        var read = Claude.Codec.Answer(Claude.Codec.Write(response));
        Outline(read.Choices[0].Parts).ShouldBe(Outline(response.Choices[0].Parts));
        (read.Id, read.Choices[0].Stop).ShouldBe((response.Id, response.Choices[0].Stop));
        Comparable(read.Usage!.Value).ShouldBe(Comparable(response.Usage!.Value));
    }).Check(Often);

    [Fact]
    public void Stream_SaysTheSameWhenReadAgain_WhereverItIsCut() => Prop.ForAll<int>(static seed =>
    {
        var response = new RandomChats(seed).Response();
        var stream = Claude.Written(output =>
        {
            var writer = Claude.Codec.WriteStream(Codecs.View(Surface.Messages));
            foreach (var next in WholeEventsOf(response))
            {
                writer.Write(next, output);
            }

            writer.End(output);
        });
        var (again, path) = Codecs.Translate(Claude.Codec, Claude.Codec, Encoding.UTF8.GetBytes(stream), 1 + Math.Abs(seed % 97));
        again.ShouldBe(stream);
        Comparable(path.Usage!.Value).ShouldBe(Comparable(response.Usage!.Value));
    }).Check(Often);

    private static IEnumerable<ChatEvent> WholeEventsOf(ChatResponse response)
    {
        yield return new ChatEvent(ChatEventKind.Start) { Id = response.Id, Usage = response.Usage };
        var calls = 0;
        foreach (var part in response.Choices[0].Parts)
        {
            switch (part)
            {
                case ThinkingPart thinking:
                    yield return ChatEvent.OfThinking(thinking.Text);
                    if (thinking.Signature is not null)
                    {
                        yield return new ChatEvent(ChatEventKind.Signature) { Text = thinking.Signature };
                    }

                    break;
                case RedactedThinkingPart redacted:
                    yield return new ChatEvent(ChatEventKind.RedactedThinking) { Text = redacted.Data };
                    break;
                case TextPart text:
                    yield return ChatEvent.OfText(text.Text);
                    break;
                case ToolCallPart call:
                    yield return new ChatEvent(ChatEventKind.ToolCallStart) { Index = calls, Id = call.Id, Name = call.Name };
                    yield return new ChatEvent(ChatEventKind.ToolCallArguments) { Index = calls++, Text = call.Arguments };
                    break;
                default:
                    break;
            }

            yield return new ChatEvent(ChatEventKind.BlockEnd);
        }

        yield return ChatEvent.OfFinish(response.Choices[0].Stop);
        yield return ChatEvent.OfUsage(response.Usage!.Value);
    }

    /// <summary>Without what is estimated from the text.</summary>
    private static TokenUsage Comparable(TokenUsage usage) => usage with { ReasoningTokens = 0, TextOutputTokens = 0, TextInputTokens = 0 };

    private static string Outline(ChatRequest request) => string.Join('\n',
    [
        $"{request.MaxOutputTokens} {request.Temperature} {request.TopP} {request.TopK} {request.User} {request.ServiceTier} {request.Stream} {request.ParallelToolCalls}",
        $"{request.ToolChoice?.Mode} {request.ToolChoice?.Name} {request.Reasoning?.Mode} {request.Reasoning?.BudgetTokens} {string.Join('|', request.Stop)}",
        .. request.Tools.Select(static tool => $"{tool.Name} {tool.Description} {tool.Strict} {tool.Cache} {tool.Parameters?.GetRawText()}"),
        .. request.Messages.Select(static message => $"{message.Role}: {Outline(message.Parts)}"),
    ]);

    private static string Outline(IEnumerable<ContentPart> parts) => string.Join(" / ", parts.Select(static part => part switch
    {
        TextPart text => $"{text.Text} {text.Cache}",
        ThinkingPart thinking => $"{thinking.Text} {thinking.Signature}",
        RedactedThinkingPart redacted => redacted.Data,
        ToolCallPart call => $"{call.Id} {call.Name} {JsonSerializer.Serialize(JsonDocument.Parse(call.Arguments))}",
        ToolResultPart result => $"{result.CallId} {result.IsError} {Outline(result.Content)}",
        ImagePart image => $"{image.Source.Url} {Encoding.ASCII.GetString(image.Source.Base64.Span)}",
        DocumentPart document => $"{document.Title} {document.Context} {document.WantsCitations} {document.Source.Text} {document.Source.MediaType}",
        _ => part.GetType().Name,
    }));
}
