using FsCheck;
using FsCheck.Fluent;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Tests.Gemini;

/// <summary>What the table calls carried survives the dialect.</summary>
public class RoundTripTests
{
    private static readonly Config Often = Config.QuickThrowOnFailure.WithMaxTest(300);

    private static readonly Gen<string> Texts = Gen.Elements("Hi", "", "ü 😀", "a\nb\t\"c\\", "{\"x\":1}", "</s>", "0");

    private static readonly Gen<ContentPart> UserParts = Gen.OneOf<ContentPart>(
        Texts.Select(ContentPart (text) => new TextPart(text + ".")),
        Gen.Constant<ContentPart>(new ImagePart(MediaSource.FromBase64("image/png", "iVBORw=="u8.ToArray()))),
        Gen.Constant<ContentPart>(new AudioPart(MediaSource.FromBase64("audio/wav", "UklGRg=="u8.ToArray()))),
        Gen.Constant<ContentPart>(new VideoPart(MediaSource.FromUrl("gs://b/a.mp4", "video/mp4"))),
        Gen.Constant<ContentPart>(new DocumentPart(MediaSource.FromBase64("application/pdf", "JVBERi0="u8.ToArray()))));

    private static readonly Gen<ContentPart> ModelParts = Gen.OneOf<ContentPart>(
        Texts.Select(ContentPart (text) => new TextPart(text) { Signature = text.Length > 3 ? "c2ln" : null }),
        Texts.Select(ContentPart (text) => new ToolCallPart("id", "f_" + text.Length, "{\"a\":1}") { Signature = text.Length > 3 ? "c2ln" : null }));

    private static readonly Arbitrary<ChatRequest> Requests = (
        from user in UserParts.NonEmptyListOf()
        from model in ModelParts.NonEmptyListOf()
        from number in Gen.Choose(1, 1000)
        from stop in Texts.Where(static text => text.Length > 0).ListOf()
        from mode in Gen.Elements(ToolChoiceMode.Auto, ToolChoiceMode.None, ToolChoiceMode.Required)
        select Make(user, model, number, stop, mode)).ToArbitrary();

    [Fact]
    public void Requests_Survive() => Prop.ForAll(Requests, static request =>
    {
        var back = Gem.ReadRequest(Gem.Write(request));
        back.Temperature.ShouldBe(request.Temperature);
        back.TopP.ShouldBe(request.TopP);
        back.TopK.ShouldBe(request.TopK);
        back.MaxOutputTokens.ShouldBe(request.MaxOutputTokens);
        back.Seed.ShouldBe(request.Seed);
        back.Choices.ShouldBe(request.Choices);
        back.PresencePenalty.ShouldBe(request.PresencePenalty);
        back.FrequencyPenalty.ShouldBe(request.FrequencyPenalty);
        back.LogProbs.ShouldBe(request.LogProbs);
        back.TopLogProbs.ShouldBe(request.TopLogProbs);
        back.Stop.ShouldBe(request.Stop);
        back.ToolChoice!.Mode.ShouldBe(request.ToolChoice!.Mode);
        back.Format!.Schema!.Value.GetRawText().ShouldBe(request.Format!.Schema!.Value.GetRawText());
        back.Messages.Select(static message => message.Role).ShouldBe(request.Messages.Select(static message => message.Role));
        for (var i = 0; i < request.Messages.Count; i++)
        {
            back.Messages[i].Parts.Where(static part => part is not TextPart { Text: " " }).Select(Describe).ShouldBe(request.Messages[i].Parts.Select(Describe));
        }
    }).Check(Often);

    [Fact]
    public void Answers_Survive() => Prop.ForAll(ModelParts.NonEmptyListOf().ToArbitrary(), static parts =>
    {
        var response = new ChatResponse { Id = "r", Usage = new TokenUsage(30, 20, 50, 4, 12) };
        response.Choices.Add(new ChatChoice(0) { Parts = Merged(parts), Stop = parts.OfType<ToolCallPart>().Any() ? StopReason.ToolCalls : StopReason.Length });
        var back = Gem.ReadResponse(Gem.Write(response));
        back.Id.ShouldBe("r");
        back.Usage.ShouldBe(response.Usage);
        back.Choices[0].Stop.ShouldBe(response.Choices[0].Stop is StopReason.ToolCalls ? StopReason.ToolCalls : StopReason.Length);
        back.Choices[0].Parts.Select(Describe).ShouldBe(response.Choices[0].Parts.Select(Describe));
    }).Check(Often);

    private static ChatRequest Make(IEnumerable<ContentPart> user, IEnumerable<ContentPart> model, int number, IEnumerable<string> stop, ToolChoiceMode mode)
    {
        var request = new ChatRequest
        {
            Origin = Surface.Chat,
            Temperature = number / 500.0,
            TopP = number / 1000.0,
            TopK = number,
            MaxOutputTokens = number,
            Seed = -number,
            Choices = 1 + (number % 4),
            PresencePenalty = number / 999.0,
            FrequencyPenalty = -number / 999.0,
            LogProbs = true,
            TopLogProbs = number % 5,
            ToolChoice = new ToolChoice(mode),
            Format = new AnswerFormat { Kind = AnswerFormatKind.JsonSchema, Schema = Gem.Json("""{"type":"object","properties":{"a":{"type":"string"}}}""") },
            Messages =
            {
                new ChatMessage(ChatRole.System) { Parts = [new TextPart("s")] },
                new ChatMessage(ChatRole.User) { Parts = [.. user] },
                new ChatMessage(ChatRole.Assistant) { Parts = [.. model] },
                new ChatMessage(ChatRole.Tool) { Parts = [new ToolResultPart("id") { Name = "f", Content = [new TextPart("done")] }] },
            },
        };
        foreach (var text in stop)
        {
            request.Stop.Add(text);
        }

        return request;
    }

    /// <summary>Pieces of one text are one text to the reader.</summary>
    private static List<ContentPart> Merged(IEnumerable<ContentPart> parts)
    {
        var merged = new List<ContentPart>();
        foreach (var part in parts)
        {
            if (part is TextPart && merged.LastOrDefault() is TextPart)
            {
                continue;
            }

            merged.Add(part);
        }

        if (merged is [ToolCallPart only])
        {
            merged.Insert(0, new TextPart("calls " + only.Name));
        }

        return merged;
    }

    private static string Describe(ContentPart part) => part switch
    {
        TextPart text => $"text {text.Text} {text.Signature}",
        ToolCallPart call => $"call {call.Name} {call.Arguments.Replace(" ", "", StringComparison.Ordinal)} {call.Signature}",
        ToolResultPart result => $"result {result.Name} {string.Concat(result.Content.Select(Describe))}",
        ImagePart image => $"image {image.Source.AsUrl()}",
        AudioPart audio => $"audio {audio.Source.AsUrl()}",
        VideoPart video => $"video {video.Source.MediaType} {video.Source.AsUrl()}",
        DocumentPart document => $"document {document.Source.AsUrl()}",
        _ => part.ToString()!,
    };
}
