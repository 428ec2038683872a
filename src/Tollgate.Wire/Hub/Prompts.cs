using System.Text;

namespace Tollgate.Wire.Hub;

/// <summary>How a conversation becomes one text for models that only continue texts.</summary>
/// <param name="System">Before and behind system text.</param>
/// <param name="User">Before and behind what the user says.</param>
/// <param name="Assistant">Before and behind what the model said.</param>
/// <param name="Opening">Begins the text.</param>
/// <param name="Reply">Ends it: where the model goes on.</param>
internal sealed record PromptTemplate(
    (string Before, string Behind) System, (string Before, string Behind) User, (string Before, string Behind) Assistant, string Opening, string Reply)
{
    /// <summary>The template of models that are not known.</summary>
    public static PromptTemplate Generic { get; } = new(
        ("### System:\n", "\n\n"), ("### User:\n", "\n\n"), ("### Response:\n", "\n\n"), "", "### Response:\n");

    private static readonly PromptTemplate Llama3 = new(
        ("<|start_header_id|>system<|end_header_id|>\n\n", "<|eot_id|>"),
        ("<|start_header_id|>user<|end_header_id|>\n\n", "<|eot_id|>"),
        ("<|start_header_id|>assistant<|end_header_id|>\n\n", "<|eot_id|>"),
        "<|begin_of_text|>",
        "<|start_header_id|>assistant<|end_header_id|>\n\n");

    private static readonly PromptTemplate Llama2 = new(
        ("[INST] <<SYS>>\n", "\n<</SYS>>\n [/INST]\n"), ("[INST] ", " [/INST]\n"), ("", "\n"), "<s>", "");

    private static readonly PromptTemplate Mistral = new(("[INST] ", " [/INST]\n"), ("[INST] ", " [/INST]\n"), ("", "</s> "), "<s>", "");

    private static readonly PromptTemplate ChatMl = new(
        ("<|im_start|>system\n", "<|im_end|>\n"), ("<|im_start|>user\n", "<|im_end|>\n"), ("<|im_start|>assistant\n", "<|im_end|>\n"), "",
        "<|im_start|>assistant\n");

    private static readonly PromptTemplate Granite = new(("<|system|>\n", "\n"), ("<|user|>\n", "\n"), ("<|assistant|>\n", "\n"), "", "<|assistant|>\n");

    /// <summary>The template by what a model is called.</summary>
    public static PromptTemplate Of(string model)
    {
        bool Has(string word) => model.Contains(word, StringComparison.OrdinalIgnoreCase);
        return Has("llama-3") || Has("llama3") ? Llama3
            : Has("llama") ? Llama2
            : Has("mistral") || Has("mixtral") ? Mistral
            : Has("qwen") || Has("hermes") || Has("dolphin") ? ChatMl
            : Has("granite") ? Granite
            : Generic;
    }
}

/// <summary>Conversations as one text.</summary>
internal static class Prompts
{
    /// <summary>The whole conversation; a single text of a user stays as it is under the template of unknown models.</summary>
    public static string Of(ChatRequest request, PromptTemplate template)
    {
        if (ReferenceEquals(template, PromptTemplate.Generic) && request.Messages is [{ Role: ChatRole.User } only])
        {
            return PlainChat.TextOf(only.Parts);
        }

        var text = new StringBuilder(template.Opening);
        foreach (var message in request.Messages)
        {
            var (before, behind) = message.Role switch
            {
                ChatRole.System or ChatRole.Developer => template.System,
                ChatRole.Assistant => template.Assistant,
                _ => template.User,
            };
            text.Append(before).Append(PlainChat.TextOf(message.Parts)).Append(behind);
        }

        return text.Append(template.Reply).ToString();
    }

    /// <summary>System text apart where the conversation is nothing but instructions and one question; else all in one prompt.</summary>
    public static (string? System, string Prompt) SystemAndPrompt(ChatRequest request, PromptTemplate template)
    {
        var system = SystemOf(request);
        var others = request.Messages.Where(static message => message.Role is not (ChatRole.System or ChatRole.Developer)).ToList();
        return others is [{ Role: ChatRole.User } only] ? (system, PlainChat.TextOf(only.Parts)) : (null, Of(request, template));
    }

    /// <summary>All system text; null when there is none.</summary>
    public static string? SystemOf(ChatRequest request)
    {
        var texts = request.Messages
            .Where(static message => message.Role is ChatRole.System or ChatRole.Developer)
            .Select(static message => PlainChat.TextOf(message.Parts));
        var text = string.Join('\n', texts);
        return text.Length > 0 ? text : null;
    }
}
