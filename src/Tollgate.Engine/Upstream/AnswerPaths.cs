using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Responses;
using Tollgate.Engine.Routing;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;
using Tollgate.Wire.Responses;
using Tollgate.Wire.Sse;

namespace Tollgate.Engine.Upstream;

/// <summary>Chooses how an upstream's answer comes to look like one of the client's dialect.</summary>
internal sealed class AnswerPaths(Conversations conversations, TimeProvider time)
{
    /// <summary>The way of a stream: how it is cut, and what the client sees of it.</summary>
    public (IFrameSplitter Splitter, StreamPath Path) StreamOf(CallContext call, Deployment deployment, Translation? translation)
    {
        if (translation is not null)
        {
            return (translation.Upstream.SplitStream(), translation.Stream(ViewOf(call, deployment, isTranslated: true)));
        }

        if (!IsOther(call.Surface))
        {
            var view = new StreamView(call.Surface, ClientModel.For(call), ShowsUsage(call), ResponseRulesFor.Call(call, deployment));
            return (new SseSplitter(), new StreamEditor(view));
        }

        var codec = Dialects.Of(call.Surface)!;
        var target = deployment.Connection.TargetFor(call.Surface);
        var answer = ViewOf(call, deployment, isTranslated: false);
        return (codec.SplitStream(), codec.RelayStream(answer) ?? new TranslatedStream(codec.ReadStream(target), codec.WriteStream(answer)));
    }

    /// <summary>The way of a whole answer.</summary>
    public AnswerPath AnswerOf(CallContext call, CallScratch scratch, Deployment deployment, Translation? translation)
    {
        if (translation is not null)
        {
            return translation.Answer(ViewOf(call, deployment, isTranslated: true));
        }

        if (!IsOther(call.Surface))
        {
            var view = new ResponseView(
                call.Surface,
                ClientModel.For(call),
                ResponseRulesFor.Call(call, deployment),
                time.GetUtcNow().ToUnixTimeSeconds(),
                call.Body.Length);
            return scratch.Response.For(view, ShowsUsage(call));
        }

        var codec = Dialects.Of(call.Surface)!;
        var answer = ViewOf(call, deployment, isTranslated: false);
        return codec.RelayAnswer(answer) ?? new TranslatedAnswer(codec, codec, deployment.Connection.TargetFor(call.Surface), answer);
    }

    /// <summary>True for the chat dialects besides OpenAI's two oldest.</summary>
    private static bool IsOther(Surface surface) => surface.IsChat() && surface is not (Surface.Chat or Surface.Completions);

    private static bool ShowsUsage(CallContext call) => call.Envelope.IncludeUsage || call.Snapshot.Config.General.AlwaysIncludeStreamUsage;

    private AnswerView ViewOf(CallContext call, Deployment deployment, bool isTranslated)
    {
        var view = ViewOf(call);
        if (call.Surface == Surface.Chat)
        {
            return view with { MergesReasoning = ResponseRulesFor.Call(call, deployment).MergeReasoning };
        }

        if (call.Surface != Surface.Responses)
        {
            return view;
        }

        // What the gateway keeps goes by a name of its own: not every provider's ids are different ones.
        string? made = null;
        var own = ResponseMemory.NameFor(call.Uid);
        return view with
        {
            PublicId = given => made ??= ResponseIds.Seal(
                call.Snapshot, call.Caller, new ResponseId(deployment.Connection.Provider, deployment.Id, isTranslated ? own : given ?? own)),
            PreviousResponseId = call.PreviousResponseId,
            Keep = isTranslated ? conversations.KeeperFor(call, own) : null,
        };
    }

    private AnswerView ViewOf(CallContext call) => new()
    {
        Surface = call.Surface,
        Model = call.Plan is { Fallbacks: > 0 } plan ? plan.Group.Name : call.Envelope.Model,
        ModelJson = ClientModel.For(call),
        CreatedUnixSeconds = time.GetUtcNow().ToUnixTimeSeconds(),
        ShowUsage = ShowsUsage(call),
        HidesTotal = call.Snapshot.Config.Models.StripsTotalTokens,
        PromptBytes = call.Body.Length,
    };
}
