namespace Tollgate.Mock;

/// <summary>The answers to plain requests, built once: what load tests get.</summary>
internal sealed class PreparedAnswers
{
    private readonly MockServerOptions _options;
    private readonly Prepared _chat;
    private readonly Prepared _text;

    public PreparedAnswers(MockServerOptions options)
    {
        _options = options;
        _chat = new Prepared(AnswerPlan.Plain(options, Surface.Chat));
        _text = new Prepared(AnswerPlan.Plain(options, Surface.Text));
    }

    /// <summary>The body and its completion tokens.</summary>
    public (ByteTemplate Body, int CompletionTokens) Body(MockServerOptions options, Surface surface, MockRequest request)
    {
        if (Fits(options, request))
        {
            var prepared = surface == Surface.Chat ? _chat : _text;
            return (prepared.Body, prepared.CompletionTokens);
        }

        var plan = AnswerPlan.For(options, surface, request);
        return (AnswerBody.Build(plan), plan.CompletionTokens);
    }

    public AnswerEvent[] Events(MockServerOptions options, Surface surface, MockRequest request)
    {
        if (Fits(options, request))
        {
            var prepared = surface == Surface.Chat ? _chat : _text;
            return request.IncludeUsage ? prepared.EventsWithUsage : prepared.Events;
        }

        return AnswerEvents.Build(AnswerPlan.For(options, surface, request), request.IncludeUsage);
    }

    private bool Fits(MockServerOptions options, MockRequest request) => ReferenceEquals(options, _options) && request.IsPlain;

    private sealed class Prepared(AnswerPlan plan)
    {
        // Built when first asked for: a stream of many chunks takes its time. Two requests that race build the same twice.
        public ByteTemplate Body => field ??= AnswerBody.Build(plan);

        public int CompletionTokens => plan.CompletionTokens;

        public AnswerEvent[] Events => field ??= AnswerEvents.Build(plan, includeUsage: false);

        public AnswerEvent[] EventsWithUsage => field ??= AnswerEvents.Build(plan, includeUsage: true);
    }
}
