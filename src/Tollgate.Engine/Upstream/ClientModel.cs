using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Engine.Upstream;

/// <summary>The model name that answers carry.</summary>
internal static class ClientModel
{
    /// <summary>What the client sent, byte for byte; the group that really answered when that was a fallback.</summary>
    public static ReadOnlyMemory<byte> For(CallContext call)
        => call.Plan is { Fallbacks: > 0 } plan ? JsonText.Quote(plan.Group.Name) : call.Envelope.ModelJson;
}

/// <summary>What is changed in a deployment's answers for one call.</summary>
internal static class ResponseRulesFor
{
    /// <summary>The connection's rules, with what deployment and request ask for.</summary>
    public static ResponseRules Call(CallContext call, Deployment deployment)
    {
        var rules = deployment.Connection.Response;
        return (call.Envelope.Policy.MergeReasoningContent ?? deployment.Config.MergeReasoningContent) && !rules.MergeReasoning
            ? rules with { MergeReasoning = true }
            : rules;
    }
}
