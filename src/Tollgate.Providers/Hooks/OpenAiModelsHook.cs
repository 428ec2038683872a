using Tollgate.Providers.Connections;
using Tollgate.Wire;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Hooks;

/// <summary>
/// Parameter rules of the o-series, gpt-5 and search models (02-openai-azure.md section 2), by name and by catalogue flags.
/// </summary>
internal sealed class OpenAiModelsHook : ProviderHook
{
    private const string ForcedOSeries = "o_series/";
    private const string ForcedGpt5 = "gpt5_series/";

    private static readonly HashSet<string> SearchParams = new(StringComparer.Ordinal)
    {
        "messages", "web_search_options", "response_format", "user", "max_tokens", "max_completion_tokens", "stream", "stream_options",
        "store",
        "metadata", "safety_identifier",
    };

    public override void Connect(ConnectionDraft draft)
    {
        foreach (var route in (ReadOnlySpan<string>)["responses/", "chat_completions/", ForcedOSeries, ForcedGpt5])
        {
            if (draft.Model.StartsWith(route, StringComparison.Ordinal))
            {
                // Which family was forced is told by the catalogue name, which keeps the prefix.
                draft.Model = draft.Model[route.Length..];
                draft.ForcesResponses |= route is "responses/";
                draft.ForcesChat |= route is "chat_completions/";
                draft.CatalogueModel = route is ForcedOSeries or ForcedGpt5 ? draft.CatalogueModel : draft.Model;
                break;
            }
        }

        if (draft.Deployment.Organization is null && draft.Row.Family is "openai" && draft.Env("OPENAI_ORGANIZATION") is { } organization)
        {
            draft.Headers["OpenAI-Organization"] = organization;
        }
    }

    public override void Shape(ConnectionDraft draft, ParameterRulesBuilder rules)
    {
        if (rules.Surface is Surface.ImageGenerations or Surface.ImageEdits && NameOf(draft).StartsWith("gpt-image", StringComparison.Ordinal))
        {
            // These models answer in base64 always and refuse to be asked how.
            rules.Remove("response_format");
        }

        if (rules.Surface != Surface.Chat)
        {
            return;
        }

        if (IsFirstParty(draft))
        {
            rules.Unsupport("thinking", "context_management");
        }

        var name = NameOf(draft);
        if (draft.CatalogueModel.StartsWith(ForcedOSeries, StringComparison.Ordinal) || IsOSeries(name))
        {
            ShapeOSeries(draft, rules, name);
        }
        else if (name.Contains("-search-preview", StringComparison.Ordinal) || name.EndsWith("-search-api", StringComparison.Ordinal))
        {
            ShapeSearch(rules, name);
        }
        else if (draft.CatalogueModel.StartsWith(ForcedGpt5, StringComparison.Ordinal) || IsGpt5(name))
        {
            ShapeGpt5(draft, rules);
        }
    }

    /// <summary>True for deployments of the provider's own hosts: compatible servers elsewhere know only what everybody knows.</summary>
    public static bool IsFirstParty(ConnectionDraft draft) => !draft.HasOwnBase || IsFirstParty(draft.Base);

    private static bool IsFirstParty(string? address)
        => Uri.TryCreate(address, UriKind.Absolute, out var uri)
            && (uri.Host is "api.openai.com" || uri.Host.EndsWith(".api.openai.com", StringComparison.OrdinalIgnoreCase)
                || uri.Host.EndsWith(".openai.azure.com", StringComparison.OrdinalIgnoreCase)
                || uri.Host.EndsWith(".cognitiveservices.azure.com", StringComparison.OrdinalIgnoreCase));

    /// <summary>The model behind deployment names and fine-tuning: what the rules go by.</summary>
    public static string NameOf(ConnectionDraft draft)
    {
        var name = draft.Deployment.Info.BaseModel is { Length: > 0 } known ? known : draft.CatalogueModel;
        name = name[(name.LastIndexOf('/') + 1)..];
        if (name.StartsWith("ft:", StringComparison.Ordinal))
        {
            name = name[3..].Split(':')[0];
        }

        return name.ToLowerInvariant();
    }

    private static bool IsOSeries(string name) => name is ['o', '1' or '3' or '4'] or ['o', '1' or '3' or '4', '-', ..];

    private static bool IsGpt5(string name)
        => name.StartsWith("gpt-5", StringComparison.Ordinal) && !name.Contains("-chat", StringComparison.Ordinal);

    private static void ShapeOSeries(ConnectionDraft draft, ParameterRulesBuilder rules, string name)
    {
        rules.Unsupport(
            "top_p", "presence_penalty", "frequency_penalty", "logprobs", "top_logprobs", "logit_bias", "modalities", "prediction", "audio",
            "web_search_options");
        rules.Rename("max_tokens", "max_completion_tokens");
        rules.Check("temperature", ValueChecks.Only(1));
        rules.Check("reasoning_effort", Effort(draft));
        if (!draft.Can("function_calling"))
        {
            rules.Unsupport("tools", "tool_choice", "parallel_tool_calls", "functions", "function_call");
        }

        if (!draft.Can("response_schema"))
        {
            rules.Unsupport("response_format");
        }

        if (name.StartsWith("o1-mini", StringComparison.Ordinal) || name.StartsWith("o1-preview", StringComparison.Ordinal))
        {
            rules.Messages = (rules.Messages ?? new MessageRules { Sanitize = false }) with { SystemRole = "user" };
        }
    }

    private static void ShapeGpt5(ConnectionDraft draft, ParameterRulesBuilder rules)
    {
        rules.Unsupport(
            "presence_penalty", "frequency_penalty", "stop", "logit_bias", "modalities", "prediction", "audio", "web_search_options");
        rules.Rename("max_tokens", "max_completion_tokens");
        var canSkipReasoning = draft.Can("none_reasoning_effort", strict: true);
        rules.Check("temperature", WithoutReasoning(canSkipReasoning, alwaysOk: 1));
        foreach (var name in (ReadOnlySpan<string>)["top_p", "logprobs", "top_logprobs"])
        {
            rules.Check(name, WithoutReasoning(canSkipReasoning, alwaysOk: null));
        }

        rules.Check("reasoning_effort", Effort(draft));
    }

    private static void ShapeSearch(ParameterRulesBuilder rules, string name)
    {
        var supported = IsGpt5(name) ? new HashSet<string>(SearchParams, StringComparer.Ordinal) { "verbosity" } : SearchParams;
        rules.SupportOnly(supported);
    }

    /// <summary>
    /// Sampling parameters are taken only where the model does not reason: its effort is none, or unset where none is possible.
    /// </summary>
    private static ValueCheck WithoutReasoning(bool canSkip, double? alwaysOk)
        => (in RequestView request, in MemberSpan value, out ReadOnlyMemory<byte> replacement) =>
        {
            replacement = default;
            if (alwaysOk is { } ok && request.TryNumber(value, out var given) && given.Equals(ok))
            {
                return ValueVerdict.Keep;
            }

            var reasons = request.TryGet("reasoning_effort"u8, out var effort) && !request.IsText(effort, "none"u8);
            return canSkip && !reasons ? ValueVerdict.Keep : ValueVerdict.Refuse;
        };

    /// <summary>
    /// Efforts beyond low, medium and high need the model's flag; the object form is reduced to its effort, chat takes no summary.
    /// </summary>
    private static ValueCheck Effort(ConnectionDraft draft)
    {
        var refused = new List<byte[]>();
        foreach (var effort in (ReadOnlySpan<string>)["none", "minimal", "xhigh"])
        {
            if (!draft.Can(effort + "_reasoning_effort"))
            {
                refused.Add(System.Text.Encoding.UTF8.GetBytes(effort));
            }
        }

        return (in RequestView request, in MemberSpan value, out ReadOnlyMemory<byte> replacement) =>
        {
            replacement = default;
            var effort = value;
            if (value.Kind == JsonKind.Object)
            {
                if (!JsonWalker.TryFind(request.Json.Span, value.ValueStart, "effort"u8, out effort))
                {
                    return ValueVerdict.Cut;
                }

                replacement = request.Json.Slice(effort.ValueStart, effort.ValueLength);
            }

            foreach (var name in refused)
            {
                if (request.IsText(effort, name))
                {
                    return ValueVerdict.Refuse;
                }
            }

            return replacement.IsEmpty ? ValueVerdict.Keep : ValueVerdict.Replace;
        };
    }
}
