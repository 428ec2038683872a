using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Tests.Anthropic;

/// <summary>Requests and answers in the hub made up from a seed, of what the dialect carries.</summary>
internal sealed class RandomChats(int seed)
{
    private static readonly string[] Texts = ["Hi", "Grüße 世界 🙂", "a\nb\t\"c\"\\", "x", "<tool>{}</tool>", "0"];
    private static readonly string[] Inputs = ["{}", "{\"a\":1}", "{\"a\":{\"b\":[1,2,\"x\"]},\"c\":null}"];

    private readonly Random _random = new(seed);
    private int _ids;

    /// <summary>A conversation of whole turns, every call with its result.</summary>
    public ChatRequest Request()
    {
        var request = new ChatRequest
        {
            Origin = Surface.Messages,
            Model = "claude-x",
            MaxOutputTokens = _random.Next(2000, 100_000),
            Temperature = Maybe(0.5),
            TopP = Maybe(0.25),
            TopK = Maybe(7L),
            User = Often() ? "user-1" : null,
            ServiceTier = Often() ? "auto" : null,
            Stream = Often(),
            Reasoning = _random.Next(4) switch
            {
                0 => new ReasoningRequest { Mode = ReasoningMode.Enabled, BudgetTokens = _random.Next(1024, 2000) },
                1 => new ReasoningRequest { Mode = ReasoningMode.Disabled },
                _ => null,
            },
        };
        Add(request.Stop, _random.Next(3), Text);
        if (Often())
        {
            request.Messages.Add(new ChatMessage(ChatRole.System) { Parts = [Cached(new TextPart(Text()))] });
        }

        AddTools(request);
        for (var turns = _random.Next(1, 4); turns > 0; turns--)
        {
            AddTurn(request);
        }

        return request;
    }

    /// <summary>An answer of one choice.</summary>
    public ChatResponse Response()
    {
        var response = new ChatResponse { Id = "msg_" + _random.Next(), Usage = Usage() };
        var choice = new ChatChoice(0) { Stop = StopReason.Stop };
        if (Often())
        {
            choice.Parts.Add(new ThinkingPart(Text(), Often() ? "seal" : null));
        }

        if (Often())
        {
            choice.Parts.Add(new RedactedThinkingPart("data"));
        }

        choice.Parts.Add(new TextPart(Text()));
        for (var calls = _random.Next(3); calls > 0; calls--)
        {
            choice.Parts.Add(Call());
            choice.Stop = StopReason.ToolCalls;
        }

        response.Choices.Add(choice);
        return response;
    }

    private void AddTools(ChatRequest request)
    {
        request.Tools.Add(new ToolDefinition { Kind = ToolKind.Function, Name = "f", Parameters = Json("""{"type":"object","properties":{"a":{"type":"integer"}}}""") });
        for (var tools = _random.Next(3); tools > 0; tools--)
        {
            request.Tools.Add(new ToolDefinition
            {
                Kind = ToolKind.Function,
                Name = "g" + tools,
                Description = Often() ? Text() : null,
                Strict = Often() ? true : null,
                Cache = Often() ? new CacheHint(Often() ? "1h" : null) : null,
                Parameters = Json("""{"type":"object","properties":{}}"""),
            });
        }

        request.ToolChoice = _random.Next(5) switch
        {
            0 => new ToolChoice(ToolChoiceMode.Auto),
            1 => new ToolChoice(ToolChoiceMode.None),
            2 => new ToolChoice(ToolChoiceMode.Required),
            3 => new ToolChoice(ToolChoiceMode.Named, "f"),
            _ => null,
        };
        request.ParallelToolCalls = request.ToolChoice is { Mode: not ToolChoiceMode.None } && Often() ? Often() : null;
    }

    private void AddTurn(ChatRequest request)
    {
        var said = new List<ContentPart> { Cached(new TextPart(Text())) };
        if (Often())
        {
            said.Add(_random.Next(4) switch
            {
                0 => new ImagePart(MediaSource.FromBase64("image/png", "iVBORw0KGgo="u8.ToArray())),
                1 => new ImagePart(MediaSource.FromUrl("https://host/a.png")),
                2 => new DocumentPart(MediaSource.FromBase64("application/pdf", "JVBERi0x"u8.ToArray())) { Title = "t", WantsCitations = Often() },
                _ => new DocumentPart(MediaSource.FromText(Text())) { Context = "c" },
            });
        }

        request.Messages.Add(new ChatMessage(ChatRole.User) { Parts = said });
        var answered = new List<ContentPart>();
        if (Often())
        {
            answered.Add(new ThinkingPart(Text(), "seal"));
        }

        answered.Add(new TextPart(Text()));
        var calls = Enumerable.Range(0, _random.Next(3)).Select(_ => Call()).ToList();
        answered.AddRange(calls);
        request.Messages.Add(new ChatMessage(ChatRole.Assistant) { Parts = answered });
        if (calls.Count > 0)
        {
            request.Messages.Add(new ChatMessage(ChatRole.Tool)
            {
                Parts = [.. calls.Select(call => (ContentPart)new ToolResultPart(call.Id) { Content = [new TextPart(Text())], IsError = Often() })],
            });
        }

        request.Messages.Add(new ChatMessage(ChatRole.User) { Parts = [new TextPart(Text())] });
        request.Messages.Add(new ChatMessage(ChatRole.Assistant) { Parts = [new TextPart(Text())] });
    }

    private TokenUsage Usage()
    {
        var cached = _random.Next(100);
        var written = _random.Next(100);
        var prompt = cached + written + _random.Next(100);
        var completion = _random.Next(100);
        return new TokenUsage(prompt, completion, prompt + completion, cached, 0)
        {
            CacheCreationTokens = written,
            CacheCreation1hTokens = written / 2,
            WebSearchRequests = _random.Next(3),
        };
    }

    private ToolCallPart Call() => new("toolu_" + _ids++, "f", Inputs[_random.Next(Inputs.Length)]);

    private T Cached<T>(T part)
        where T : ContentPart => Often() ? part with { Cache = new CacheHint(Often() ? "5m" : null) } : part;

    private string Text() => Texts[_random.Next(Texts.Length)];

    private bool Often() => _random.Next(2) == 0;

    private T? Maybe<T>(T value)
        where T : struct => Often() ? value : null;

    private static void Add(IList<string> into, int count, Func<string> make)
    {
        for (; count > 0; count--)
        {
            into.Add(make());
        }
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(Encoding.UTF8.GetBytes(text)).RootElement;
}
