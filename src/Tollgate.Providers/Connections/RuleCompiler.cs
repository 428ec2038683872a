using System.Collections.Frozen;
using Tollgate.Providers.Hooks;
using Tollgate.Wire;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Connections;

/// <summary>Compiles row, deployment and global switches into parameter rules (providers.md section 4).</summary>
internal static class RuleCompiler
{
    /// <summary>The rewriter of one surface.</summary>
    /// <param name="draft">The connection.</param>
    /// <param name="surface">The surface.</param>
    /// <param name="last">Changes rules after everybody else; null for none.</param>
    public static RequestRewriter Compile(ConnectionDraft draft, Surface surface, Action<ParameterRulesBuilder>? last = null)
    {
        var rules = new ParameterRulesBuilder(surface, draft.Row.Slug, draft.Model)
        {
            DropParams = draft.Deployment.DropParams == true || draft.Config.Models.DropParams || IsOn(draft.Env("LITELLM_DROP_PARAMS")),
            StreamUsage = surface.IsMedia() ? StreamUsage.Never : draft.Row.StreamUsage,
        };
        if (surface == Surface.Chat)
        {
            ShapeChat(draft, rules);
        }
        else if (surface == Surface.Messages)
        {
            Anthropic.AnthropicBody.Shape(rules);
        }

        if (draft.Config.Models.SendMetadataUpstream || surface == Surface.Responses)
        {
            // The provider keeps metadata with a response; what is meant for the gateway stands in litellm_metadata there.
            rules.PassOn("metadata");
        }

        foreach (var hook in draft.Row.Hooks)
        {
            ProviderHooks.Find(hook).Shape(draft, rules);
        }

        last?.Invoke(rules);
        AddValues(draft, surface, rules);
        foreach (var name in draft.Deployment.AllowedOpenAiParams)
        {
            rules.Allow(name);
        }

        foreach (var path in draft.Deployment.AdditionalDropParams)
        {
            rules.Remove(path);
        }

        return new RequestRewriter(rules.Build());
    }

    private static void ShapeChat(ConnectionDraft draft, ParameterRulesBuilder rules)
    {
        var policy = draft.Row.Params;
        var byModel = policy.ByModel.FirstOrDefault(entry => draft.Model.Contains(entry.Match, StringComparison.OrdinalIgnoreCase));
        rules.SupportOnly(SupportedBy(byModel?.Supported ?? policy.Supported));
        foreach (var (name, flag) in policy.Requires)
        {
            if (!draft.Can(flag, policy.RequiresStrictly))
            {
                rules.Unsupport(name);
            }
        }

        foreach (var (from, to) in policy.Rename)
        {
            rules.Rename(from, to);
        }

        foreach (var (name, map) in policy.Values)
        {
            rules.Check(name, ValueChecks.Map(map));
        }

        foreach (var (name, bounds) in policy.Clamp)
        {
            rules.Check(name, ValueChecks.Clamp(bounds.Min, bounds.Max, bounds.MinIfManyChoices));
        }

        foreach (var name in policy.DropSilently)
        {
            rules.DropSilently(name);
        }

        rules.Tools = draft.Tools;
        rules.Messages = draft.Deployment.SupportsSystemMessage ? draft.Messages
            : (draft.Messages ?? new MessageRules { Sanitize = false }) with { FoldSystem = true };
    }

    private static void AddValues(ConnectionDraft draft, Surface surface, ParameterRulesBuilder rules)
    {
        // Defaults have OpenAI's names: where another dialect is spoken they are part of what is translated.
        foreach (var member in surface is Surface.GenerateContent ? [] : draft.Deployment.DefaultParams)
        {
            if (surface == Surface.Responses)
            {
                ResponsesDefaults.Add(rules, member);
            }
            else if (surface != Surface.Messages || Anthropic.AnthropicBody.HasParameter(member.Name))
            {
                rules.Default(member.Name, member.Json);
            }
        }

        foreach (var member in surface is Surface.GenerateContent ? [] : draft.Config.Router.DefaultParams)
        {
            // A default of all models may be one of chat only.
            if (surface == Surface.Chat || !ChatParameters.All.Contains(member.Name, StringComparer.Ordinal))
            {
                rules.Default(member.Name, member.Json);
            }
        }

        if (surface == Surface.Embeddings && draft.Env("LITELLM_DEFAULT_EMBEDDING_ENCODING_FORMAT") is { } format)
        {
            rules.Default("encoding_format", JsonText.Quote(format));
        }

        if (surface == Surface.Chat)
        {
            foreach (var member in draft.Row.Params.Defaults)
            {
                rules.Default(member.Name, member.Json);
            }
        }

        foreach (var member in draft.Deployment.ExtraBody)
        {
            rules.Force(member.Name, member.Json);
        }

        foreach (var member in draft.Row.BodyForce)
        {
            rules.Force(member.Name, member.Json);
        }
    }

    private static FrozenSet<string> SupportedBy(string expression)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { "messages" };
        foreach (var word in expression.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (word is "@openai")
            {
                names.UnionWith(ChatParameters.All);
            }
            else if (word[0] == '-')
            {
                names.Remove(word[1..]);
            }
            else
            {
                names.Add(word);
            }
        }

        return names.ToFrozenSet(StringComparer.Ordinal);
    }

    private static bool IsOn(string? text) => text is not null && (text is "1" || text.Equals("true", StringComparison.OrdinalIgnoreCase));
}
