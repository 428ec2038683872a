using System.Text;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Bedrock;

/// <summary>Puts a conversation into the one text that a model was trained on.</summary>
public static class PromptTemplates
{
    /// <summary>The prompt.</summary>
    /// <exception cref="WireException">The conversation holds what is no text.</exception>
    internal static string Of(string template, ChatRequest request)
    {
        var turns = request.Messages.Select(static message => new Turn(message.Role, TextOf(message))).ToList();
        return template switch
        {
            "human" => Labelled(turns, "\n\nHuman: ", "\n\nAssistant: ", "\n\nAssistant:"),
            "user_bot" => Labelled(turns, "\n\nUser: ", "\n\nBot: ", "\n\nBot: ").TrimStart(),
            "llama2" => Instructions(turns, "<s>[INST] <<SYS>>\n", "\n<</SYS>>\n [/INST]\n", "<s>[INST] ", " [/INST]\n", "\n</s>"),
            "mistral" => Instructions(turns, "<s>[INST] \n", " [/INST]\n", "<s>[INST] ", " [/INST]\n", "</s>"),
            "llama3" => "<|begin_of_text|>" + Marked(turns, "<|start_header_id|>", "<|end_header_id|>\n\n", "<|eot_id|>")
                + "<|start_header_id|>assistant<|end_header_id|>\n\n",
            "chatml" => Marked(turns, "<|im_start|>", "\n", "<|im_end|>\n") + "<|im_start|>assistant\n",
            "zephyr" => Marked(turns, "<|", "|>\n", "</s>\n") + "<|assistant|>\n",
            "deepseek" => DeepSeek(turns),
            _ => string.Join('\n', turns.Select(static turn => turn.Text)),
        };
    }

    /// <summary>The template of a model of Hugging Face by its name; <c>plain</c> when it is not known.</summary>
    public static string ForModel(string name)
        => Has(name, "llama-3") || Has(name, "llama3") ? "llama3"
        : Has(name, "llama") ? "llama2"
        : Has(name, "mistral") || Has(name, "mixtral") ? "mistral"
        : Has(name, "zephyr") ? "zephyr"
        : Has(name, "qwen") || Has(name, "hermes") || Has(name, "chatml") ? "chatml"
        : Has(name, "deepseek-r1") ? "deepseek"
        : "plain";

    private static bool Has(string name, string part) => name.Contains(part, StringComparison.OrdinalIgnoreCase);

    private static string TextOf(ChatMessage message)
    {
        var text = new StringBuilder();
        foreach (var part in message.Parts)
        {
            switch (part)
            {
                case TextPart one:
                    text.Append(one.Text);
                    break;
                case ToolResultPart result:
                    text.AppendJoin('\n', result.Content.OfType<TextPart>().Select(static one => one.Text));
                    break;
                case ToolCallPart call:
                    text.Append(call.Name).Append('(').Append(call.Arguments).Append(')');
                    break;
                default:
                    break;
            }
        }

        return text.ToString();
    }

    private static string Labelled(List<Turn> turns, string user, string assistant, string end)
    {
        var text = new StringBuilder();
        foreach (var turn in turns)
        {
            text.Append(turn.Role switch
            {
                ChatRole.System or ChatRole.Developer => text.Length == 0 ? "" : "\n\n",
                ChatRole.Assistant => assistant,
                _ => user,
            });
            text.Append(turn.Text);
        }

        return text.Append(end).ToString();
    }

    private static string Instructions(List<Turn> turns, string system, string systemEnd, string user, string userEnd, string assistantEnd)
    {
        var text = new StringBuilder();
        foreach (var turn in turns)
        {
            _ = turn.Role switch
            {
                ChatRole.System or ChatRole.Developer => text.Append(system).Append(turn.Text).Append(systemEnd),
                ChatRole.Assistant => text.Append(turn.Text).Append(assistantEnd),
                _ => text.Append(user).Append(turn.Text).Append(userEnd),
            };
        }

        return text.ToString();
    }

    private static string Marked(List<Turn> turns, string before, string behind, string end)
    {
        var text = new StringBuilder();
        foreach (var turn in turns)
        {
            text.Append(before).Append(turn.Role switch
            {
                ChatRole.System or ChatRole.Developer => "system",
                ChatRole.Assistant => "assistant",
                ChatRole.Tool => "tool",
                _ => "user",
            }).Append(behind).Append(turn.Text).Append(end);
        }

        return text.ToString();
    }

    private static string DeepSeek(List<Turn> turns)
    {
        var text = new StringBuilder("<｜begin▁of▁sentence｜>");
        foreach (var turn in turns)
        {
            _ = turn.Role switch
            {
                ChatRole.System or ChatRole.Developer => text.Append(turn.Text),
                ChatRole.Assistant => text.Append("<｜Assistant｜>").Append(turn.Text).Append("<｜end▁of▁sentence｜>"),
                _ => text.Append("<｜User｜>").Append(turn.Text),
            };
        }

        return text.Append("<｜Assistant｜><think>\n").ToString();
    }

    private sealed record Turn(ChatRole Role, string Text);
}
