using Tollgate.Engine.Routing;
using Tollgate.Engine.Upstream;

namespace Tollgate.Engine.Errors;

/// <summary>
/// The text of a failed attempt in LiteLLM's words, doubled prefixes and quoted bodies included: clients, alert rules and agents search for
/// them (09-cross-cutting.md 1.1).
/// </summary>
internal static class ErrorWords
{
    /// <summary>The text, without the router's tail.</summary>
    public static string Of(AttemptOutcome outcome)
    {
        var name = ErrorClasses.NameOf(outcome.Kind);
        if (outcome.IsOurs)
        {
            return $"litellm.{name}: {outcome.Message}";
        }

        if (outcome.Kind is UpstreamErrorKind.Timeout)
        {
            // Without an answer the time limit was the gateway's own.
            return outcome.Headers is null && outcome.Status is 408
                ? $"litellm.Timeout: APITimeoutError - {outcome.Message}"
                : $"litellm.Timeout: Timeout Error: {Told(outcome, outcome.Deployment.Connection.ExceptionName)}";
        }

        // COMPAT: LiteLLM's classes repeat the names of those they derive from, and not always in the same order.
        var outer = outcome.Kind switch
        {
            UpstreamErrorKind.ContextWindowExceeded => $"litellm.{name}: litellm.BadRequestError: ",
            UpstreamErrorKind.ContentPolicyViolation => $"litellm.BadRequestError: litellm.{name}: ",
            _ => $"litellm.{name}: ",
        };
        return outer + Inner(outcome, name);
    }

    private static string Inner(AttemptOutcome outcome, string name)
    {
        var provider = outcome.Deployment.Connection.ExceptionName;
        return outcome.Deployment.Connection.Wording switch
        {
            ErrorWording.Message or ErrorWording.Body => RepeatsName(outcome) ? $"{name}: {Told(outcome, provider)}" : Told(outcome, provider),
            ErrorWording.MessageOnce when outcome.Kind is UpstreamErrorKind.Authentication => Told(outcome, $"{provider} {name}"),
            ErrorWording.BodyWithClass when outcome.Kind is UpstreamErrorKind.Authentication or UpstreamErrorKind.BadRequest
                => Told(outcome, $"{provider} {name}"),
            ErrorWording.BodyWithAdvice => WithAdvice(outcome, name, provider),
            _ => Told(outcome, provider),
        };
    }

    private static string WithAdvice(AttemptOutcome outcome, string name, string provider)
    {
        const string ending = "Exception";
        var other = provider.EndsWith(ending, StringComparison.Ordinal) ? provider[..^ending.Length] + "Error" : provider;
        return outcome.Kind switch
        {
            UpstreamErrorKind.ContextWindowExceeded or UpstreamErrorKind.ContentPolicyViolation => Told(outcome, other),
            UpstreamErrorKind.InternalServer when outcome.UpstreamType is "overloaded_error" => Told(outcome, other),
            UpstreamErrorKind.InternalServer or UpstreamErrorKind.ServiceUnavailable => $"{Told(outcome, provider)}. Handle with `litellm.{name}`.",
            _ => Told(outcome, provider),
        };
    }

    private static bool RepeatsName(AttemptOutcome outcome) => outcome.Kind switch
    {
        UpstreamErrorKind.BadRequest or UpstreamErrorKind.UnsupportedParams or UpstreamErrorKind.UnprocessableEntity or UpstreamErrorKind.Conflict => false,
        UpstreamErrorKind.NotFound => outcome.UpstreamCode is not "model_not_found",
        _ => true,
    };

    private static string Told(AttemptOutcome outcome, string provider) => $"{provider} - {outcome.Quoted ?? outcome.Message}";
}
