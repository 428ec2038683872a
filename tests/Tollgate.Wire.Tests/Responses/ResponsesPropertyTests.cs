using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Responses;
using Tollgate.Wire.Tests.Hub;

namespace Tollgate.Wire.Tests.Responses;

/// <summary>What the dialect says that it carries comes back as it was.</summary>
public sealed class ResponsesPropertyTests
{
    private static readonly Config Often = Config.QuickThrowOnFailure.WithMaxTest(500);

    private static readonly Gen<string> Texts = Gen.Elements("a", "Grüße 世界", "line\nline", "\"quoted\"", "{\"a\":1}", "\\", " ");

    private static readonly Gen<double?> Numbers = Gen.Elements<double?>(null, 0, 0.5, 1);

    private readonly ResponsesCodec _codec = new();

    [Fact]
    public void Request_SurvivesARoundTrip() => Prop.ForAll(Requests().ToArbitrary(), request =>
    {
        var again = _codec.Read(_codec.Write(request));
        Turns(again).ShouldBe(Turns(request));
        again.MaxOutputTokens.ShouldBe(request.MaxOutputTokens);
        again.Temperature.ShouldBe(request.Temperature);
        again.TopP.ShouldBe(request.TopP);
        again.TopLogProbs.ShouldBe(request.TopLogProbs);
        again.Verbosity.ShouldBe(request.Verbosity);
        again.Store.ShouldBe(request.Store);
        again.ServiceTier.ShouldBe(request.ServiceTier);
        again.PromptCacheKey.ShouldBe(request.PromptCacheKey);
        again.ParallelToolCalls.ShouldBe(request.ParallelToolCalls);
        again.ToolChoice?.Mode.ShouldBe(request.ToolChoice!.Mode);
        again.ToolChoice?.Name.ShouldBe(request.ToolChoice!.Name);
        again.Reasoning.ShouldBe(request.Reasoning);
        again.Tools.Select(static tool => (tool.Kind, tool.Name, tool.Description, tool.Strict))
            .ShouldBe(request.Tools.Select(static tool => (tool.Kind, tool.Name, tool.Description, tool.Strict)));
        return true;
    }).Check(Often);

    [Fact]
    public void Answer_SurvivesARoundTrip() => Prop.ForAll(Answers().ToArbitrary(), answer =>
    {
        var again = _codec.Answer(_codec.Write(answer));
        again.Choices[0].Parts.ShouldBe(answer.Choices[0].Parts);
        again.Choices[0].Stop.ShouldBe(answer.Choices[0].Stop);
        again.Usage.ShouldBe(answer.Usage);
        return true;
    }).Check(Often);

    private static IEnumerable<string> Turns(ChatRequest request) => request.Messages.Select(static message
        => $"{message.Role}: {string.Join('|', message.Parts.Select(Shown))}");

    private static string Shown(ContentPart part) => part switch
    {
        ToolResultPart result => $"{result.CallId}={string.Join('|', result.Content.Select(Shown))}",
        ImagePart image => $"image {image.Source.AsUrl()} {image.Source.FileId} {image.Detail}",
        _ => part.ToString(),
    };

    private static Gen<ChatRequest> Requests() =>
        from system in Texts
        from turns in Gen.ListOf(Turn(), 4)
        from temperature in Numbers
        from topP in Numbers
        from limit in Gen.Elements<long?>(null, 16, 1000)
        from flag in Gen.Elements<bool?>(null, true, false)
        from word in Gen.Elements(null, "low", "high")
        from choice in Gen.Elements(null, new ToolChoice(ToolChoiceMode.Auto), new ToolChoice(ToolChoiceMode.Required), new ToolChoice(ToolChoiceMode.Named, "look"))
        select Make(system, turns, request =>
        {
            request.Temperature = temperature;
            request.TopP = topP;
            request.MaxOutputTokens = limit;
            request.TopLogProbs = limit is null ? null : 3;
            request.LogProbs = limit is null ? null : true;
            request.ParallelToolCalls = flag;
            request.Store = flag is false ? null : flag;
            request.Verbosity = word;
            request.ServiceTier = word;
            request.PromptCacheKey = word;
            request.Reasoning = word is null ? null : new ReasoningRequest { Effort = word, Summary = flag is true ? "auto" : null };
            request.ToolChoice = choice;
            request.Tools.Add(new ToolDefinition
            {
                Kind = ToolKind.Function,
                Name = "look",
                Description = word,
                Strict = flag,
                Parameters = JsonDocument.Parse("{}").RootElement,
            });
        });

    /// <summary>A question, and what was said and called until the next one.</summary>
    private static Gen<IReadOnlyList<ChatMessage>> Turn() =>
        from question in Texts
        from answer in Texts
        from result in Texts
        from hasImage in Gen.Elements(true, false)
        from calls in Gen.Choose(0, 2)
        select Messages(question, answer, result, hasImage, calls);

    private static IReadOnlyList<ChatMessage> Messages(string question, string answer, string result, bool hasImage, int calls)
    {
        var ids = Enumerable.Range(0, calls).Select(_ => "call_" + Guid.NewGuid().ToString("N")).ToList();
        List<ContentPart> asked = [new TextPart(question)];
        if (hasImage)
        {
            asked.Add(new ImagePart(MediaSource.FromUrl("https://host/a.png"), "low"));
        }

        var messages = new List<ChatMessage>
        {
            new(ChatRole.User) { Parts = asked },
            new(ChatRole.Assistant) { Parts = [new TextPart(answer), .. ids.Select(id => new ToolCallPart(id, "look", "{\"a\":1}"))] },
        };
        if (calls > 0)
        {
            messages.Add(new ChatMessage(ChatRole.Tool) { Parts = [.. ids.Select(id => new ToolResultPart(id) { Content = [new TextPart(result)] })] });
        }

        return messages;
    }

    private static ChatRequest Make(string system, IEnumerable<IReadOnlyList<ChatMessage>> turns, Action<ChatRequest> change)
    {
        var request = new ChatRequest { Origin = Surface.Responses };
        request.Messages.Add(new ChatMessage(ChatRole.System) { Parts = [new TextPart(system)] });
        foreach (var message in turns.SelectMany(static turn => turn))
        {
            request.Messages.Add(message);
        }

        change(request);
        return request;
    }

    private static Gen<ChatResponse> Answers() =>
        from thought in Texts
        from text in Texts
        from calls in Gen.Choose(0, 2)
        from isCut in Gen.Elements(true, false)
        select Answer(thought, text, calls, isCut);

    private static ChatResponse Answer(string thought, string text, int calls, bool isCut)
    {
        var answer = new ChatResponse { Id = "resp_1", Usage = new TokenUsage(7, 5, 12, 3, 2) };
        answer.Choices.Add(new ChatChoice(0)
        {
            Parts =
            [
                new ThinkingPart(thought, null),
                new TextPart(text),
                .. Enumerable.Range(0, calls).Select(static i => new ToolCallPart($"call_{i}", "look", "{\"a\":1}")),
            ],
            Stop = isCut ? StopReason.Length : calls > 0 ? StopReason.ToolCalls : StopReason.Stop,
        });
        return answer;
    }
}
