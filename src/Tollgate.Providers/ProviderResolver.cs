using System.Buffers;
using System.Collections.Frozen;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Catalogue;

namespace Tollgate.Providers;

/// <summary>Which provider serves a model: the nine rules of providers.md section 2, the first that applies.</summary>
internal sealed class ProviderResolver(ProviderCatalogue catalogue)
{
    private const string OpenAi = "openai";

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    private static readonly FrozenSet<string> LegacyTextModels = FrozenSet.Create(StringComparer.Ordinal, "claude-2", "claude-instant");

    private static readonly string[] OpenAiPrefixes =
    [
        "gpt-", "chatgpt-", "ft:gpt-3.5-turbo", "ft:gpt-4", "text-embedding-", "whisper-", "tts-", "dall-e-", "gpt-image-",
        "omni-moderation-",
    ];

    public ProviderResolution Resolve(string model, string? customProvider, string? apiBase)
    {
        if (!string.IsNullOrEmpty(customProvider))
        {
            return OfCustom(model, customProvider);
        }

        return OfPrefix(model)
            ?? OfBase(model, apiBase)
            ?? OfCatalogue(model)
            ?? OfPattern(model)
            ?? (string.IsNullOrEmpty(apiBase)
                ? new ProviderResolution(null, model, NotProvided(model))
                : new ProviderResolution(
                    OpenAi, model, "no provider prefix; treated as an OpenAI-compatible server because api_base is set"));
    }

    /// <summary>What a client is told of a model that no rule places.</summary>
    public static string NotProvided(string model)
        => $"LLM Provider NOT provided. Pass in the LLM provider you are trying to call. You passed model={model}\n"
            + " Pass the model with its provider, e.g. model='huggingface/starcoder';"
            + " use 'openai/<model>' with api_base for any OpenAI-compatible server";

    /// <summary>Rule 3.</summary>
    private ProviderResolution OfCustom(string model, string customProvider)
    {
        var rest = model.StartsWith(customProvider + "/", StringComparison.Ordinal) ? model[(customProvider.Length + 1)..] : model;
        return catalogue.Find(customProvider) is { } row ? Of(row, customProvider, rest)
            : new ProviderResolution(customProvider, rest, null);
    }

    /// <summary>Rules 1, 2 and 4.</summary>
    private ProviderResolution? OfPrefix(string model)
    {
        var slash = model.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || catalogue.Find(model[..slash]) is not { } row)
        {
            return null;
        }

        var rest = model[(slash + 1)..];
        if (catalogue.FindByModel(model) is { } claimed)
        {
            return Of(claimed, claimed.Slug, rest);
        }

        return row.Slug switch
        {
            "azure" when IsForeignAzureModel(rest) => new ProviderResolution(OpenAi, rest, null),
            "cohere" when IsChatModel(rest) => new ProviderResolution("cohere_chat", rest, null),
            "anthropic" when LegacyTextModels.Any(name => rest.StartsWith(name, StringComparison.Ordinal))
                => new ProviderResolution("anthropic_text", rest, null),
            _ => Of(row, model[..slash], rest),
        };
    }

    /// <summary>Rule 5.</summary>
    private ProviderResolution? OfBase(string model, string? apiBase)
    {
        if (string.IsNullOrEmpty(apiBase))
        {
            return null;
        }

        foreach (var fragment in catalogue.BaseFragments)
        {
            if (apiBase.Contains(fragment.Text, StringComparison.OrdinalIgnoreCase))
            {
                return new ProviderResolution(fragment.Row.Slug, model, null);
            }
        }

        return null;
    }

    /// <summary>Rule 6; the common patterns of rule 7 give the same answer and spare reading the model catalogue.</summary>
    private ProviderResolution? OfCatalogue(string model)
    {
        if (IsOpenAiPattern(model))
        {
            return null;
        }

        return catalogue.Models.ProviderOf(model) is { } slug ? new ProviderResolution(catalogue.Find(slug)?.Slug ?? slug, model, null)
            : null;
    }

    /// <summary>Rule 7.</summary>
    private static ProviderResolution? OfPattern(string model)
    {
        var slug = model is "*" || IsOpenAiPattern(model) ? OpenAi
            : model.StartsWith("claude-", StringComparison.Ordinal) ? "anthropic"
            // COMPAT: a bare gemini name means Vertex AI, not AI Studio (providers.md section 2, rule 7).
            : model.StartsWith("gemini-", StringComparison.Ordinal) ? "vertex_ai"
            : model.StartsWith("command-", StringComparison.Ordinal) ? "cohere_chat"
            : IsReplicateVersion(model) ? "replicate"
            : null;
        return slug is null ? null : new ProviderResolution(slug, model, null);
    }

    private static bool IsOpenAiPattern(string model)
        => model is ['o', '1' or '3' or '4', ..] and ([_, _] or [_, _, '-', ..])
            || OpenAiPrefixes.Any(prefix => model.StartsWith(prefix, StringComparison.Ordinal));

    private static bool IsReplicateVersion(string model)
        => model.LastIndexOf(':') is >= 0 and var colon && model.Length - colon - 1 == 64
            && !model.AsSpan(colon + 1).ContainsAnyExcept(HexDigits);

    private bool IsForeignAzureModel(string name)
        => !IsOpenAiPattern(name)
            && (catalogue.Models.ProviderOf("mistral/" + name) is not null || catalogue.Models.ProviderOf(name) is "cohere_chat");

    private bool IsChatModel(string name)
        => name.StartsWith("command-", StringComparison.Ordinal) || catalogue.Models.ProviderOf(name) is "cohere_chat";

    private static ProviderResolution Of(ProviderRow row, string written, string model)
        => new(row.Slug, model, written is "vllm"
            ? "'vllm/' runs models in-process, which this gateway does not; treated as 'hosted_vllm/'" : null);
}
