using Tollgate.Providers.Connections;
using Tollgate.Wire;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Hooks;

/// <summary>
/// The upstream is a gateway of our kind: fields that mean something to it pass, credentials and parameter policy do not.
/// </summary>
internal sealed class GatewayHook : ProviderHook
{
    public override void Connect(ConnectionDraft draft)
        => draft.Paths[(int)Surface.Messages] = draft.Base?.TrimEnd('/').EndsWith("/v1", StringComparison.Ordinal) == true ? "/messages" : "/v1/messages";

    public override void Shape(ConnectionDraft draft, ParameterRulesBuilder rules) => rules.PassOn(
        "metadata", "litellm_metadata", "tags", "guardrails", "guardrail_config", "policies", "cache", "caching", "ttl", "prompt_id",
        "prompt_variables", "prompt_version", "prompt_label", "vector_store_ids", "litellm_session_id", "litellm_trace_id", "priority");
}

/// <summary>vLLM: no <c>thinking</c>, but an effort; its own <c>priority</c> is not ours.</summary>
internal sealed class VllmHook : ProviderHook
{
    private static readonly ReadOnlyMemory<byte> Low = ",\"reasoning_effort\":\"low\""u8.ToArray();
    private static readonly ReadOnlyMemory<byte> Medium = ",\"reasoning_effort\":\"medium\""u8.ToArray();
    private static readonly ReadOnlyMemory<byte> High = ",\"reasoning_effort\":\"high\""u8.ToArray();

    public override void Shape(ConnectionDraft draft, ParameterRulesBuilder rules)
    {
        rules.PassOn("priority");
        if (rules.Surface == Surface.Chat)
        {
            rules.Check("thinking", static (in RequestView _, in MemberSpan _, out ReadOnlyMemory<byte> replacement) =>
            {
                replacement = default;
                return ValueVerdict.Cut;
            });
            rules.Additions.Add(EffortOf);
        }
    }

    private static ReadOnlyMemory<byte> EffortOf(in RequestView request)
    {
        if (!request.TryGet("thinking"u8, out var thinking) || thinking.Kind != JsonKind.Object
            || request.TryGet("reasoning_effort"u8, out _)
            || (JsonWalker.TryFind(request.Json.Span, thinking.ValueStart, "type"u8, out var type) && request.IsText(type, "disabled"u8)))
        {
            return default;
        }

        // Thresholds of LiteLLM's map from budgets to efforts: 1,024 / 2,048 / 4,096 tokens stand for low, medium and high.
        var budget = JsonWalker.TryFind(request.Json.Span, thinking.ValueStart, "budget_tokens"u8, out var member)
            && request.TryNumber(member, out var tokens) ? tokens : 2048;
        return budget >= 4096 ? High : budget >= 2048 ? Medium : Low;
    }
}

/// <summary>LM Studio: answers are shaped by a schema or not at all.</summary>
internal sealed class LmStudioHook : ProviderHook
{
    private static readonly ReadOnlyMemory<byte> AnyObject =
        """{"type":"json_schema","json_schema":{"name":"response","schema":{"type":"object"}}}"""u8.ToArray();

    public override void Shape(ConnectionDraft draft, ParameterRulesBuilder rules)
    {
        if (rules.Surface == Surface.Embeddings)
        {
            rules.Remove("encoding_format");
        }

        if (rules.Surface == Surface.Chat)
        {
            rules.Check("response_format", Wrap);
        }
    }

    private static ValueVerdict Wrap(in RequestView request, in MemberSpan value, out ReadOnlyMemory<byte> replacement)
    {
        replacement = default;
        var json = request.Json.Span;
        if (value.Kind != JsonKind.Object)
        {
            return ValueVerdict.Keep;
        }

        var type = JsonWalker.TryFind(json, value.ValueStart, "type"u8, out var found) ? found : default;
        if (request.IsText(type, "json_object"u8))
        {
            // COMPAT: LiteLLM passes json_object, which LM Studio answers with 400 (06-local-selfhosted.md section 3).
            replacement = AnyObject;
        }
        else if (!request.IsText(type, "json_schema"u8) && !request.IsText(type, "text"u8))
        {
            replacement = Wrapped(request.Value(value));
        }
        else if (JsonWalker.TryFind(json, value.ValueStart, "json_schema"u8, out var inner) && inner.Kind == JsonKind.Object
            && !JsonWalker.TryFind(json, inner.ValueStart, "schema"u8, out _))
        {
            replacement = Wrapped(request.Value(inner));
        }

        return replacement.IsEmpty ? ValueVerdict.Keep : ValueVerdict.Replace;
    }

    private static byte[] Wrapped(ReadOnlySpan<byte> schema)
        => [.. "{\"type\":\"json_schema\",\"json_schema\":{\"schema\":"u8, .. schema, .. "}}"u8];
}
