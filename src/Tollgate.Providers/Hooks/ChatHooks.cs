using Tollgate.Providers.Connections;
using Tollgate.Wire;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Hooks;

/// <summary>DeepSeek: thinking is switched, not budgeted; earlier reasoning is wanted in thinking mode and refused otherwise.</summary>
internal sealed class DeepSeekHook : ProviderHook
{
    private static readonly ReadOnlyMemory<byte> Enabled = """{"type":"enabled"}"""u8.ToArray();
    private static readonly ReadOnlyMemory<byte> AddEnabled = ""","thinking":{"type":"enabled"}"""u8.ToArray();
    private static readonly ReadOnlyMemory<byte> AddDisabled = ""","thinking":{"type":"disabled"}"""u8.ToArray();

    public override void Shape(ConnectionDraft draft, ParameterRulesBuilder rules)
    {
        if (rules.Surface != Surface.Chat)
        {
            return;
        }

        rules.Messages = (rules.Messages ?? new MessageRules()) with
        {
            Flatten = draft.Can("vision", strict: true) ? ContentFlattening.Never : ContentFlattening.TextOnly,
            KeepReasoning = true,
            KeepReasoningWhen = Thinks,
            PadReasoning = Thinks,
        };
        rules.Check("thinking", static (in RequestView request, in MemberSpan value, out ReadOnlyMemory<byte> replacement) =>
        {
            var enabled = value.Kind == JsonKind.Object && JsonWalker.TryFind(request.Json.Span, value.ValueStart, "type"u8, out var type)
                && request.IsText(type, "enabled"u8);
            replacement = enabled ? Enabled : default;
            return enabled ? ValueVerdict.Replace : ValueVerdict.Keep;
        });
        rules.Check("reasoning_effort", static (in RequestView request, in MemberSpan value, out ReadOnlyMemory<byte> replacement) =>
        {
            replacement = default;
            return request.IsText(value, "none"u8) ? ValueVerdict.Cut : ValueVerdict.Keep;
        });
        rules.Additions.Add(static (in RequestView request) =>
            request.TryGet("thinking"u8, out _) || !request.TryGet("reasoning_effort"u8, out var effort) ? default
            : request.IsText(effort, "none"u8) ? AddDisabled : AddEnabled);
    }

    private static bool Thinks(RequestView request)
    {
        if (request.TryGet("thinking"u8, out var thinking))
        {
            return thinking.Kind == JsonKind.Object && JsonWalker.TryFind(request.Json.Span, thinking.ValueStart, "type"u8, out var type)
                && request.IsText(type, "enabled"u8);
        }

        return request.TryGet("reasoning_effort"u8, out var effort) && !request.IsText(effort, "none"u8);
    }
}

/// <summary>Mistral: a deployment on Azure has variables of its own, which come first.</summary>
internal sealed class MistralHook : ProviderHook
{
    public override void Connect(ConnectionDraft draft)
    {
        if (draft.Deployment.ApiBase is null && draft.Deployment.ApiKey is null
            && draft.Env("MISTRAL_AZURE_API_BASE") is { } address && draft.Env("MISTRAL_AZURE_API_KEY") is not null)
        {
            draft.Base = address;
            draft.KeyEnv = ["MISTRAL_AZURE_API_KEY"];
        }
    }
}

/// <summary>xAI: reasoning models take fewer sampling parameters.</summary>
internal sealed class XaiHook : ProviderHook
{
    public override void Shape(ConnectionDraft draft, ParameterRulesBuilder rules)
    {
        if (rules.Surface != Surface.Chat)
        {
            return;
        }

        if (draft.Model.StartsWith("grok-3-mini", StringComparison.Ordinal) || draft.Model.StartsWith("grok-4", StringComparison.Ordinal)
            || draft.Model.StartsWith("grok-code-fast", StringComparison.Ordinal))
        {
            rules.Unsupport("stop");
        }

        if (draft.Can("reasoning", strict: true))
        {
            rules.Unsupport("frequency_penalty", "presence_penalty");
        }
    }
}

/// <summary>Fireworks: schemas stand in the object mode; images for text models are transcribed by a mark on their URL.</summary>
internal sealed class FireworksHook : ProviderHook
{
    private const string Opt = "disable_add_transform_inline_image_block";

    public override void Shape(ConnectionDraft draft, ParameterRulesBuilder rules)
    {
        rules.Remove(Opt);
        if (rules.Surface != Surface.Chat)
        {
            return;
        }

        rules.Check("response_format", ToObjectMode);
        var optedOut = draft.Deployment.DefaultParams.Any(static member => member.Name is Opt && member.Json.Span.SequenceEqual("true"u8));
        if (!optedOut && !draft.Can("vision", strict: true))
        {
            rules.Messages = (rules.Messages ?? new MessageRules()) with { ImageUrlSuffix = "#transform=inline" };
        }
    }

    private static ValueVerdict ToObjectMode(in RequestView request, in MemberSpan value, out ReadOnlyMemory<byte> replacement)
    {
        replacement = default;
        var json = request.Json.Span;
        if (value.Kind == JsonKind.Object && JsonWalker.TryFind(json, value.ValueStart, "json_schema"u8, out var outer)
            && outer.Kind == JsonKind.Object
            && JsonWalker.TryFind(json, outer.ValueStart, "schema"u8, out var schema))
        {
            replacement = (byte[])[.. "{\"type\":\"json_object\",\"schema\":"u8, .. request.Value(schema), (byte)'}'];
            return ValueVerdict.Replace;
        }

        return ValueVerdict.Keep;
    }
}

/// <summary>OpenRouter: prompt-cache marks reach only models that know them.</summary>
internal sealed class OpenRouterHook : ProviderHook
{
    private static readonly string[] KnowCacheMarks = ["claude", "gemini", "minimax", "glm", "z-ai"];

    public override void Connect(ConnectionDraft draft)
    {
        if (KnowCacheMarks.Any(name => draft.Model.Contains(name, StringComparison.OrdinalIgnoreCase)))
        {
            draft.Messages = (draft.Messages ?? new MessageRules()) with { KeepCacheControl = true };
            draft.Tools = (draft.Tools ?? new ToolRules()) with { KeepCacheControl = true };
        }
    }
}

/// <summary>
/// Moonshot: a forced tool call is asked for in words; thinking models have fixed sampling and want reasoning on every tool turn.
/// </summary>
internal sealed class MoonshotHook : ProviderHook
{
    private static readonly ReadOnlyMemory<byte> AskForTool =
        """{"role":"user","content":"Call one of the available tools now."}"""u8.ToArray();

    public override void Shape(ConnectionDraft draft, ParameterRulesBuilder rules)
    {
        if (rules.Surface != Surface.Chat)
        {
            return;
        }

        rules.Check("tool_choice", static (in RequestView request, in MemberSpan value, out ReadOnlyMemory<byte> replacement) =>
        {
            replacement = default;
            return request.IsText(value, "required"u8) ? ValueVerdict.Cut : ValueVerdict.Keep;
        });
        rules.Messages = (rules.Messages ?? new MessageRules()) with
        {
            AppendMessage = static request
                => request.TryGet("tool_choice"u8, out var choice) && request.IsText(choice, "required"u8) ? AskForTool : default,
        };
        if (draft.Model.Contains("thinking", StringComparison.Ordinal))
        {
            rules.Unsupport("temperature", "top_p");
            rules.DropSilently("temperature");
            rules.DropSilently("top_p");
            rules.Messages = rules.Messages with { PadReasoning = static _ => true };
        }
    }
}

/// <summary>DeepInfra: one model refuses a temperature of zero.</summary>
internal sealed class DeepInfraHook : ProviderHook
{
    public override void Shape(ConnectionDraft draft, ParameterRulesBuilder rules)
    {
        if (rules.Surface == Surface.Chat && draft.Model.Contains("mistral-7b-instruct", StringComparison.OrdinalIgnoreCase))
        {
            rules.Check("temperature", ValueChecks.Clamp(0.0001, null, null));
        }
    }
}

/// <summary>Featherless: tools only as the model likes; a forced choice is not supported.</summary>
internal sealed class FeatherlessHook : ProviderHook
{
    public override void Shape(ConnectionDraft draft, ParameterRulesBuilder rules)
    {
        if (rules.Surface == Surface.Chat)
        {
            rules.Check("tool_choice", RefuseForced);
            rules.Check("tools", RefuseForced);
        }
    }

    private static ValueVerdict RefuseForced(in RequestView request, in MemberSpan value, out ReadOnlyMemory<byte> replacement)
    {
        replacement = default;
        return !request.TryGet("tool_choice"u8, out var choice) || request.IsText(choice, "auto"u8) || request.IsText(choice, "none"u8)
            ? ValueVerdict.Keep : ValueVerdict.Refuse;
    }
}

/// <summary>Meta's Llama API: schemas are taken, other formats are dropped.</summary>
internal sealed class MetaLlamaHook : ProviderHook
{
    public override void Shape(ConnectionDraft draft, ParameterRulesBuilder rules)
    {
        if (rules.Surface == Surface.Chat)
        {
            rules.Check("response_format", static (in RequestView request, in MemberSpan value, out ReadOnlyMemory<byte> replacement) =>
            {
                replacement = default;
                return value.Kind == JsonKind.Object && JsonWalker.TryFind(request.Json.Span, value.ValueStart, "type"u8, out var type)
                    && request.IsText(type, "json_schema"u8) ? ValueVerdict.Keep : ValueVerdict.Cut;
            });
        }
    }
}
