namespace Tollgate.Mock;

/// <summary>The two APIs that answer with text.</summary>
internal enum Surface
{
    Chat,
    Text,
}

/// <summary>What one answer says, before it is bytes.</summary>
internal sealed class AnswerPlan
{
    private AnswerPlan(MockServerOptions options, Surface surface, string[] content)
    {
        Options = options;
        Surface = surface;
        Content = content;
        if (surface == Surface.Chat && !string.IsNullOrEmpty(options.Reasoning))
        {
            Reasoning = AnswerText.Split(options.Reasoning, options.Chunks);
        }
    }

    public MockServerOptions Options { get; }

    public Surface Surface { get; }

    /// <summary>The pieces of the text, or of the tool call's arguments.</summary>
    public string[] Content { get; }

    public string[] Reasoning { get; } = [];

    public string? Tool { get; private init; }

    public int Choices { get; private init; } = 1;

    public int CompletionTokens => (Content.Length + Reasoning.Length) * Choices;

    public int ReasoningTokens => Reasoning.Length * Choices;

    /// <summary>The answer to a request that asks for nothing special.</summary>
    public static AnswerPlan Plain(MockServerOptions options, Surface surface) => new(options, surface, PlainContent(options));

    public static AnswerPlan For(MockServerOptions options, Surface surface, MockRequest request)
    {
        if (surface == Surface.Chat && request.CallsTool)
        {
            return new AnswerPlan(options, surface, AnswerText.Split(options.ToolArguments, options.Chunks))
            {
                Tool = request.FirstTool,
                Choices = request.Choices,
            };
        }

        var content = PlainContent(options);
        if (options.ResponseText is null && surface == Surface.Chat && !request.Schema.IsEmpty)
        {
            content = AnswerText.Split(SchemaSample.Write(request.Schema), options.Chunks);
        }
        else if (options.ResponseText is null && surface == Surface.Chat && request.JsonObject)
        {
            content = AnswerText.Split("""{"answer":"mock"}""", options.Chunks);
        }

        return new AnswerPlan(options, surface, content) { Choices = request.Choices };
    }

    private static string[] PlainContent(MockServerOptions options)
    {
        var content = options switch
        {
            { ResponseText: { } text } => AnswerText.Split(text, options.Chunks),
            { ResponseSize: { } size } => AnswerText.Split(AnswerText.GenerateText(size), options.Chunks),
            _ => AnswerText.Generate(options.Chunks),
        };
        if (options.BigEventBytes is { } bytes && content.Length > 0)
        {
            content[0] = new string('x', bytes);
        }

        return content;
    }
}
