using System.Collections.Immutable;
using System.Text.Json;
using Tollgate.Providers.Connections;
using Tollgate.Wire.Anthropic;
using Tollgate.Wire.Hub;

namespace Tollgate.Providers.Anthropic;

/// <summary>What the codec of the dialect is told of Claude models, wherever they are hosted.</summary>
internal static class AnthropicModels
{
    /// <summary>Parts of the names of models that have structured outputs, which the catalogue has no flag for (03-anthropic.md 2.7).</summary>
    private static readonly ImmutableArray<string> Structured =
        ["opus-4-1", "opus-4-5", "sonnet-4-5", "haiku-4-5", "-4-6", "-4-7", "-4-8", "opus-5", "sonnet-5", "haiku-5"];

    private static readonly ImmutableArray<string> Efforts = ["minimal", "low", "medium", "high"];

    /// <summary>Facts about a deployment's model, for <see cref="DialectConnection.TargetFor"/>.</summary>
    public static TargetModel TargetOf(ConnectionDraft draft, AnthropicHost host)
    {
        var target = DialectConnection.TargetOf(draft);
        var known = target.Can;
        return target with
        {
            Can = flag => flag is "native_structured_output"
                ? draft.Deployment.Info.Capabilities.TryGetValue("supports_native_structured_output", out var stated) ? stated
                    : host.HasStructuredOutputs && Structured.Any(part => draft.Model.Contains(part, StringComparison.OrdinalIgnoreCase))
                : known(flag),
            Options = OptionsOf(draft, host),
        };
    }

    private static Dictionary<string, string> OptionsOf(ConnectionDraft draft, AnthropicHost host)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        if (host.MediaAsBytes)
        {
            options[MessagesOptions.MediaAsBytes] = "true";
        }

        if (draft.Env("DEFAULT_ANTHROPIC_CHAT_MAX_TOKENS") is { } most)
        {
            options[MessagesOptions.DefaultMaxTokens] = most;
        }

        foreach (var effort in Efforts)
        {
            if (draft.Env($"DEFAULT_REASONING_EFFORT_{effort.ToUpperInvariant()}_THINKING_BUDGET") is { } budget)
            {
                options[MessagesOptions.ThinkingBudgetPrefix + effort] = budget;
            }
        }

        if (draft.Param("user_continue_message") is { } words)
        {
            options[MessagesOptions.UserContinueMessage] = ContentOf(words);
        }

        return options;
    }

    /// <summary>The text of a message that is configured as <c>{"role":"user","content":"..."}</c>, or as the text alone.</summary>
    private static string ContentOf(string message)
    {
        try
        {
            using var document = JsonDocument.Parse(message);
            return document.RootElement.ValueKind is JsonValueKind.Object ? document.RootElement.Text("content"u8) ?? message : message;
        }
        catch (JsonException)
        {
            return message;
        }
    }
}
