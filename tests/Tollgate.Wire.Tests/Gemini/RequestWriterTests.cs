using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Tests.Gemini;

public class RequestWriterTests
{
    [Theory]
    [InlineData(Surface.Chat, "auto", "priority")]
    [InlineData(Surface.Chat, "default", "standard")]
    [InlineData(Surface.Messages, "auto", null)]
    [InlineData(Surface.Messages, "standard_only", null)]
    public void ServiceTier_IsBoughtOnlyWhereItWasMeant(Surface origin, string tier, string? expected)
    {
        var request = new ChatRequest { Origin = origin, ServiceTier = tier, Messages = { new ChatMessage(ChatRole.User) { Parts = [new TextPart("Hi")] } } };
        var sent = Gem.Json(Gem.Write(request));
        (sent.TryGetProperty("service_tier", out var written) ? written.GetString() : null).ShouldBe(expected);
    }

    [Fact]
    public void WholeConversation_IsWrittenAsGoogleTakesIt()
    {
        var request = new ChatRequest
        {
            Origin = Surface.Chat,
            MaxOutputTokens = 200,
            Temperature = 0.2,
            ToolChoice = new ToolChoice(ToolChoiceMode.Required),
            ParallelToolCalls = false,
            User = "u-1",
            Messages =
            {
                new ChatMessage(ChatRole.System) { Parts = [new TextPart("Be brief.")] },
                new ChatMessage(ChatRole.User)
                {
                    Parts = [new TextPart("Weather here?"), new ImagePart(MediaSource.FromBase64("image/png", "iVBOR"u8.ToArray()))],
                },
                new ChatMessage(ChatRole.Assistant) { Parts = [new ToolCallPart("call_a1", "get_weather", """{"city":"Oslo"}""")] },
                new ChatMessage(ChatRole.Tool) { Parts = [new ToolResultPart("call_a1") { Content = [new TextPart("""{"t":7}""")] }] },
                new ChatMessage(ChatRole.User) { Parts = [new TextPart("And in Rome?")] },
            },
            Tools =
            {
                new ToolDefinition
                {
                    Kind = ToolKind.Function,
                    Name = "get_weather",
                    Description = "w",
                    Parameters = Gem.Json("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}"""),
                },
            },
        };
        request.Stop.Add("END");
        Gem.Write(request).ShouldBeJson(
            """
            {"systemInstruction":{"parts":[{"text":"Be brief."}]},
             "contents":[
              {"role":"user","parts":[{"text":"Weather here?"},{"inlineData":{"mimeType":"image/png","data":"iVBOR"}}]},
              {"role":"model","parts":[{"functionCall":{"name":"get_weather","args":{"city":"Oslo"}}}]},
              {"role":"user","parts":[{"functionResponse":{"name":"get_weather","response":{"t":7}}},{"text":"And in Rome?"}]}],
             "generationConfig":{"temperature":0.2,"maxOutputTokens":200,"stopSequences":["END"]},
             "tools":[{"functionDeclarations":[{"name":"get_weather","description":"w","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}]}],
             "toolConfig":{"functionCallingConfig":{"mode":"ANY"}}}
            """);
    }

    [Fact]
    public void OnlySystemMessages_GetATurnToAnswerTo()
    {
        var request = new ChatRequest { Origin = Surface.Chat, Messages = { new ChatMessage(ChatRole.System) { Parts = [new TextPart("s")] } } };
        Gem.Write(request).ShouldBeJson("""{"systemInstruction":{"parts":[{"text":"s"}]},"contents":[{"role":"user","parts":[{"text":" "}]}]}""");
    }

    [Fact]
    public void ModelWithoutSystemMessages_ReadsThemFromTheUser()
    {
        var request = Gem.Ask();
        request.Messages.Insert(0, new ChatMessage(ChatRole.System) { Parts = [new TextPart("s")] });
        Gem.Write(request, Gem.Target("gemma-3") with { Can = static flag => flag is "system_messages" ? false : null })
            .ShouldBeJson("""{"contents":[{"role":"user","parts":[{"text":"s"},{"text":"Hi"}]}]}""");
    }

    [Fact]
    public void TurnOfMediaAlone_GetsAText()
    {
        var request = new ChatRequest
        {
            Origin = Surface.Chat,
            Messages = { new ChatMessage(ChatRole.User) { Parts = [new AudioPart(MediaSource.FromBase64("audio/wav", "UklGRg=="u8.ToArray()))] } },
        };
        Gem.Write(request).ShouldBeJson(
            """{"contents":[{"role":"user","parts":[{"inlineData":{"mimeType":"audio/wav","data":"UklGRg=="}},{"text":" "}]}]}""");
    }

    [Theory]
    [InlineData("minimal", "gemini-2.5-flash", """{"thinkingBudget":512,"includeThoughts":true}""")]
    [InlineData("low", "gemini-2.5-pro", """{"thinkingBudget":1024,"includeThoughts":true}""")]
    [InlineData("medium", "gemini-2.5-pro", """{"thinkingBudget":2048,"includeThoughts":true}""")]
    [InlineData("high", "gemini-2.5-pro", """{"thinkingBudget":4096,"includeThoughts":true}""")]
    [InlineData("none", "gemini-2.5-pro", """{"thinkingBudget":0,"includeThoughts":false}""")]
    [InlineData("minimal", "gemini-3-flash", """{"thinkingLevel":"minimal","includeThoughts":true}""")]
    [InlineData("minimal", "gemini-3-pro-preview", """{"thinkingLevel":"low","includeThoughts":true}""")]
    [InlineData("medium", "gemini-3-pro-preview", """{"thinkingLevel":"high","includeThoughts":true}""")]
    [InlineData("medium", "gemini-3.1-pro-preview", """{"thinkingLevel":"medium","includeThoughts":true}""")]
    [InlineData("none", "gemini-3-flash", """{"thinkingLevel":"minimal","includeThoughts":false}""")]
    public void Effort_IsBudgetOrLevel(string effort, string model, string expected)
    {
        var request = Gem.Ask();
        request.Temperature = 1;
        request.Reasoning = new ReasoningRequest { Effort = effort };
        ConfigOf(request, model).Member("thinkingConfig"u8).GetRawText().ShouldBeJson(expected);
    }

    [Theory]
    [InlineData("gemini-2.5-pro", """{"thinkingBudget":700,"includeThoughts":true}""")]
    [InlineData("gemini-3-pro", """{"includeThoughts":true}""")]
    public void Budget_IsOneBeforeLevels(string model, string expected)
    {
        var request = Gem.Ask();
        request.Reasoning = new ReasoningRequest { Mode = ReasoningMode.Enabled, BudgetTokens = 700 };
        ConfigOf(request, model).Member("thinkingConfig"u8).GetRawText().ShouldBeJson(expected);
    }

    [Fact]
    public void OperatorsBudget_Counts()
    {
        var request = Gem.Ask();
        request.Reasoning = new ReasoningRequest { Effort = "low" };
        var target = Gem.Target() with { Options = new Dictionary<string, string>(StringComparer.Ordinal) { ["thinking_budget_low"] = "99" } };
        Gem.Json(Gem.Write(request, target)).Member("generationConfig"u8).Member("thinkingConfig"u8).Member("thinkingBudget"u8).GetInt32().ShouldBe(99);
    }

    [Fact]
    public void NewModelWithoutTemperature_GetsOne() => ConfigOf(Gem.Ask(), "gemini-3-pro").Member("temperature"u8).GetDouble().ShouldBe(1);

    [Theory]
    [InlineData("gemini-2.5-flash", "responseJsonSchema", """{"type":"object","properties":{"a":{"type":["string","null"]}},"additionalProperties":false}""")]
    [InlineData("gemini-1.5-pro", "responseSchema", """{"type":"object","properties":{"a":{"type":"string","nullable":true}},"propertyOrdering":["a"]}""")]
    public void Schema_IsWrittenAsTheModelTakesIt(string model, string member, string expected)
    {
        var request = Gem.Ask();
        request.Format = new AnswerFormat
        {
            Kind = AnswerFormatKind.JsonSchema,
            Schema = Gem.Json("""{"type":"object","properties":{"a":{"type":["string","null"]}},"additionalProperties":false}"""),
        };
        var config = ConfigOf(request, model);
        config.GetProperty("responseMimeType").GetString().ShouldBe("application/json");
        config.GetProperty(member).GetRawText().ShouldBeJson(expected);
    }

    [Fact]
    public void ModelWithoutSchemas_IsToldInWords()
    {
        var request = Gem.Ask();
        request.Format = new AnswerFormat { Kind = AnswerFormatKind.JsonSchema, Schema = Gem.Json("""{"type":"object"}""") };
        var written = Gem.Write(request, Gem.Target() with { Can = static flag => flag is "response_schema" ? false : null });
        written.ShouldNotContain("responseJsonSchema");
        Gem.Json(written).Member("contents"u8)[0].Member("parts"u8)[1].Text("text"u8)!.ShouldContain("""{"type":"object"}""");
    }

    [Fact]
    public void ArgumentsThatAreNoObject_AreRefused()
    {
        var request = Gem.Ask();
        request.Messages.Add(new ChatMessage(ChatRole.Assistant) { Parts = [new ToolCallPart("c", "f", "{\"a\":")] });
        Should.Throw<WireException>(() => Gem.Write(request));
    }

    [Fact]
    public void ResultWithoutCall_IsRefused()
    {
        var request = Gem.Ask();
        request.Messages.Add(new ChatMessage(ChatRole.Tool) { Parts = [new ToolResultPart("c") { Content = [new TextPart("x")] }] });
        Should.Throw<WireException>(() => Gem.Write(request)).Message.ShouldContain("Missing corresponding tool call for tool response message");
    }

    [Theory]
    [InlineData("plain", false, """{"content":"plain"}""")]
    [InlineData("[1]", false, """{"content":"[1]"}""")]
    [InlineData("""{"a":1}""", false, """{"a":1}""")]
    [InlineData("bad", true, """{"error":"bad"}""")]
    public void Result_IsAnObject(string text, bool isError, string expected)
    {
        var request = Gem.Ask();
        request.Messages.Add(new ChatMessage(ChatRole.Tool)
        {
            Parts = [new ToolResultPart("c") { Name = "f", IsError = isError, Content = [new TextPart(text)] }],
        });
        Gem.Json(Gem.Write(request)).Member("contents"u8)[0].Member("parts"u8)[1].Member("functionResponse"u8).Member("response"u8)
            .GetRawText().ShouldBeJson(expected);
    }

    [Theory]
    [InlineData("gemini-2.5-pro", null, false, null)]
    [InlineData("gemini-2.5-pro", "c2ln", true, "c2ln")]
    [InlineData("gemini-3-pro", null, true, "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=")]
    [InlineData("gemini-3-pro", "c2ln", true, "c2ln")]
    public void CallOfATool_HasASignatureWhereOneIsDemanded(string model, string? signature, bool isThere, string? expected)
    {
        var request = Gem.Ask();
        request.Messages.Add(new ChatMessage(ChatRole.Assistant)
        {
            Parts = [new ToolCallPart("a", "f", "") { Signature = signature }, new ToolCallPart("b", "f", "{}")],
        });
        var parts = Gem.Json(Gem.Write(request, Gem.Target(model))).Member("contents"u8)[1].Member("parts"u8);
        parts[0].TryGetProperty("thoughtSignature", out var written).ShouldBe(isThere);
        (isThere ? written.GetString() : null).ShouldBe(expected);
        parts[1].TryGetProperty("thoughtSignature", out _).ShouldBeFalse();
    }

    [Fact]
    public void ForeignSignature_StaysWithItsProvider()
    {
        var request = Gem.Ask();
        request.Messages.Add(new ChatMessage(ChatRole.Assistant) { Parts = [new ThinkingPart("hm", "secret"), new TextPart("Hi")] });
        Gem.Write(request).ShouldNotContain("secret");
    }

    [Theory]
    [InlineData("gemini-2.5-flash", """[{"functionDeclarations":[{"name":"f"}]}]""")]
    [InlineData("gemini-3-flash", """[{"functionDeclarations":[{"name":"f"}]},{"googleSearch":{}}]""")]
    public void SearchBesideFunctions_IsKeptWhereBothAreTaken(string model, string expected)
    {
        var request = Gem.Ask();
        request.WebSearch = new WebSearchRequest();
        request.Tools.Add(new ToolDefinition { Kind = ToolKind.Function, Name = "f", Parameters = Gem.Json("""{"type":"object","properties":{}}""") });
        Gem.Json(Gem.Write(request, Gem.Target(model))).Member("tools"u8).GetRawText().ShouldBeJson(expected);
    }

    [Fact]
    public void ToolsInGooglesWords_AreCarried()
    {
        var request = Gem.Ask();
        request.Tools.Add(new ToolDefinition { Kind = ToolKind.Hosted, Name = "x", Raw = Gem.Json("""{"google_maps":{"a":1}}"""), RawOrigin = Surface.Chat });
        request.Tools.Add(new ToolDefinition { Kind = ToolKind.CodeExecution, Name = "code_interpreter", RawOrigin = Surface.Responses });
        Gem.Json(Gem.Write(request)).Member("tools"u8).GetRawText().ShouldBeJson("""[{"googleMaps":{"a":1}},{"codeExecution":{}}]""");
    }

    [Theory]
    [InlineData(ToolChoiceMode.Auto, null, """{"mode":"AUTO"}""")]
    [InlineData(ToolChoiceMode.None, null, """{"mode":"NONE"}""")]
    [InlineData(ToolChoiceMode.Named, "f", """{"mode":"ANY","allowedFunctionNames":["f"]}""")]
    public void Choice_IsAMode(ToolChoiceMode mode, string? name, string expected)
    {
        var request = Gem.Ask();
        request.ToolChoice = new ToolChoice(mode, name);
        Gem.Json(Gem.Write(request)).Member("toolConfig"u8).Member("functionCallingConfig"u8).GetRawText().ShouldBeJson(expected);
    }

    [Fact]
    public void OwnParametersOfAChatClient_GoWhereTheyBelong()
    {
        var request = Gem.Ask();
        request.Extras.Add(new HubMember("safety_settings", Gem.Json("""[{"category":"A","threshold":"B"}]""")));
        request.Extras.Add(new HubMember("cached_content", Gem.Json("\"c\"")));
        request.Extras.Add(new HubMember("media_resolution", Gem.Json("\"MEDIA_RESOLUTION_LOW\"")));
        request.Extras.Add(new HubMember("foo", Gem.Json("1")));
        Gem.Write(request).ShouldBeJson(
            """
            {"contents":[{"role":"user","parts":[{"text":"Hi"}]}],"generationConfig":{"mediaResolution":"MEDIA_RESOLUTION_LOW"},
             "safetySettings":[{"category":"A","threshold":"B"}],"cachedContent":"c"}
            """);
    }

    [Theory]
    [InlineData("gs://b/a.png", "vertex_ai", false)]
    [InlineData("https://x.example/a.png", "vertex_ai", false)]
    [InlineData("https://x.example/a", "vertex_ai", true)]
    [InlineData("https://x.example/a.png", "gemini", true)]
    [InlineData("https://generativelanguage.googleapis.com/v1beta/files/abc", "gemini", false)]
    [InlineData("https://www.youtube.com/watch?v=1", "gemini", false)]
    public void Addresses_AreFetchedWhereGoogleDoesNot(string url, string provider, bool expected)
        => Gem.Codec.NeedsBytes(new ImagePart(MediaSource.FromUrl(url)), Gem.Target(provider: provider)).ShouldBe(expected);

    [Fact]
    public void AddressOfUnknownType_IsRefused()
    {
        var request = Gem.Ask();
        request.Messages[0].Parts.Add(new DocumentPart(MediaSource.FromUrl("gs://b/thing")));
        Should.Throw<WireException>(() => Gem.Write(request));
    }

    [Fact]
    public void Base64_IsNotTouched()
    {
        var bytes = Encoding.ASCII.GetBytes(new string('A', 4000));
        var request = Gem.Ask();
        request.Messages[0].Parts.Add(new ImagePart(MediaSource.FromBase64("image/png", bytes), "high"));
        var root = Gem.Json(Gem.Write(request));
        root.Member("contents"u8)[0].Member("parts"u8)[1].Member("inlineData"u8).Text("data"u8)!.Length.ShouldBe(4000);
        root.Member("generationConfig"u8).Text("mediaResolution"u8).ShouldBe("MEDIA_RESOLUTION_HIGH");
    }

    private static JsonElement ConfigOf(ChatRequest request, string model) => Gem.Json(Gem.Write(request, Gem.Target(model))).Member("generationConfig"u8);
}
