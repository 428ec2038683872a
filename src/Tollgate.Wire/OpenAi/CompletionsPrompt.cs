using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.OpenAi;

/// <summary>A conversation as the one text that a completions model goes on with (08-bridges.md section 7).</summary>
internal static class CompletionsPrompt
{
    /// <summary>The prompt: by the operator's template where there is one, by the model's where it is known, else as instructions.</summary>
    public static string Of(ChatRequest request, TargetModel target)
    {
        var options = target.Options;
        if (options.GetValueOrDefault(CompletionsCodec.RolesOption) is { } roles)
        {
            return Custom(request, roles, options);
        }

        if (options.GetValueOrDefault(CompletionsCodec.ModelOption) is { } name && PromptTemplate.Of(name) is var template
            && !ReferenceEquals(template, PromptTemplate.Generic))
        {
            return Prompts.Of(request, template);
        }

        return Plain(request);
    }

    /// <summary>Instructions stand one below the other; who says what matters only where the model has spoken before.</summary>
    private static string Plain(ChatRequest request)
    {
        if (request.Messages.All(static message => message.Role is not ChatRole.Assistant))
        {
            return string.Join("\n\n", request.Messages.Select(static message => PlainChat.TextOf(message.Parts)));
        }

        var text = new StringBuilder();
        foreach (var message in request.Messages)
        {
            text.Append(RoleOf(message.Role)).Append(": ").Append(PlainChat.TextOf(message.Parts)).Append("\n\n");
        }

        return text.Append("assistant:").ToString();
    }

    private static string Custom(ChatRequest request, string roles, IReadOnlyDictionary<string, string> options)
    {
        using var document = Parse(roles);
        var text = new StringBuilder(options.GetValueOrDefault("initial_prompt_value"));
        var isOpen = false;
        foreach (var message in request.Messages)
        {
            var role = RoleOf(message.Role);
            if (!isOpen && role is not "assistant")
            {
                text.Append(options.GetValueOrDefault("bos_token"));
                isOpen = true;
            }

            var around = document.RootElement.ValueKind is JsonValueKind.Object ? document.RootElement.Member(Encoding.UTF8.GetBytes(role)) : default;
            text.Append(around.Text("pre_message"u8)).Append(PlainChat.TextOf(message.Parts)).Append(around.Text("post_message"u8));
            if (isOpen && role is "assistant")
            {
                text.Append(options.GetValueOrDefault("eos_token"));
                isOpen = false;
            }
        }

        return text.Append(options.GetValueOrDefault("final_prompt_value")).ToString();
    }

    private static JsonDocument Parse(string roles)
    {
        try
        {
            return JsonDocument.Parse(roles);
        }
        catch (JsonException)
        {
            throw new WireException("The deployment's 'roles' are no JSON object.", "roles");
        }
    }

    private static string RoleOf(ChatRole role) => role switch
    {
        ChatRole.System or ChatRole.Developer => "system",
        ChatRole.Assistant => "assistant",
        ChatRole.Tool => "tool",
        _ => "user",
    };
}
