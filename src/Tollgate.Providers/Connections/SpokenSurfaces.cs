using Tollgate.Engine.Upstream;
using Tollgate.Providers.Hooks;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Connections;

/// <summary>
/// Which of OpenAI's surfaces a deployment is spoken to in, by what clients call: the same where the provider serves it, else chat
/// completions, or responses where the model or the call demands it (08-bridges.md section 1, 02-openai-azure.md section 2.3).
/// </summary>
internal sealed class SpokenSurfaces(ConnectionDraft draft)
{
    private static readonly HashSet<string> HostedTools = new(StringComparer.Ordinal)
    {
        "web_search", "web_search_preview", "file_search", "code_interpreter", "image_generation", "mcp", "computer_use_preview",
        "shell", "apply_patch",
    };

    /// <summary>What the operator says of how conversations become one text, for models that only complete texts.</summary>
    private static readonly string[] PromptOptions =
    [
        CompletionsCodec.RolesOption, CompletionsCodec.ModelOption, "initial_prompt_value", "final_prompt_value", "bos_token", "eos_token",
    ];

    private readonly bool _isFirstParty = HasHook(draft) && OpenAiModelsHook.IsFirstParty(draft);
    private readonly bool _staysOnChat = draft.Deployment.UseChatCompletionsApi || draft.ForcesChat;

    /// <summary>
    /// What is spoken by surface called, plus one; zero is not worked out yet. Two calls may both work it out: the result is the same.
    /// </summary>
    private readonly byte[] _known = new byte[Surfaces.Count];

    /// <summary>The surface spoken for calls that ask for nothing special.</summary>
    public Surface For(Surface surface)
    {
        if (!surface.IsChat())
        {
            return surface;
        }

        ref var known = ref _known[(int)surface];
        if (known == 0)
        {
            known = (byte)((byte)Choose(surface) + 1);
        }

        return (Surface)(known - 1);
    }

    /// <summary>The surface spoken for a call: some chat calls ask for what only responses have.</summary>
    public Surface For(in UpstreamRequest request)
    {
        var spoken = For(request.Surface);
        var mayChange = _isFirstParty && !_staysOnChat && request.Surface is Surface.Chat && spoken is Surface.Chat;
        return mayChange && Serves(Surface.Responses) && NeedsResponses(request) ? Surface.Responses : spoken;
    }

    /// <summary>Facts about the model for translated calls.</summary>
    public static TargetModel TargetOf(ConnectionDraft draft)
    {
        var target = DialectConnection.TargetOf(draft);
        var options = new Dictionary<string, string>(target.Options, StringComparer.Ordinal);
        if (draft.Config.Models.ReasoningAutoSummary)
        {
            options["reasoning_auto_summary"] = "true";
        }

        foreach (var name in PromptOptions)
        {
            if (draft.Param(name) is { } said)
            {
                options[name] = said;
            }
        }

        return options.Count == target.Options.Count ? target : target with { Options = options };
    }

    private static bool HasHook(ConnectionDraft draft) => draft.Row.Hooks.Contains("openai_models", StringComparer.Ordinal);

    private Surface Choose(Surface surface)
    {
        if (OnlyCompletes())
        {
            return Surface.Completions;
        }

        var chat = UsesResponses() ? Surface.Responses : Surface.Chat;
        return surface switch
        {
            Surface.Responses => Serves(Surface.Responses) && !draft.Deployment.UseChatCompletionsApi ? Surface.Responses : Surface.Chat,
            Surface.Messages when _isFirstParty && !_staysOnChat && !Serves(Surface.Messages) && !draft.Config.Models.MessagesOverChat
                => Surface.Responses,
            Surface.Completions when Serves(Surface.Completions) && !IsChatModel() => Surface.Completions,
            Surface.Messages when Serves(Surface.Messages) => Surface.Messages,
            _ => chat,
        };
    }

    /// <summary>The provider, or the model, knows texts to complete and no conversations.</summary>
    private bool OnlyCompletes() => !_staysOnChat && Serves(Surface.Completions)
        && (!Serves(Surface.Chat) || draft.Deployment.Info.Mode is "completion"
            || (_isFirstParty && draft.Deployment.Info.Mode is null && draft.Facts?.Mode is "completion"));

    private bool UsesResponses() => !_staysOnChat && Serves(Surface.Responses)
        && (draft.ForcesResponses || draft.Deployment.Info.Mode is "responses"
            || (_isFirstParty && (draft.Config.Models.RouteAllChatToResponses || draft.Facts?.Mode is "responses")));

    /// <summary>The provider's own chat models are not known to its completions; of models elsewhere nobody knows.</summary>
    private bool IsChatModel() => _isFirstParty && draft.Deployment.Info.Mode is null && draft.Facts?.Mode is "chat" or "responses";

    private bool Serves(Surface surface)
        => draft.Paths[(int)surface] is not "" && draft.Row.Endpoints.Contains(SurfacePaths.Of(surface)?.Route ?? "", StringComparer.Ordinal);

    private bool NeedsResponses(in UpstreamRequest request)
    {
        var json = request.Json.Span;
        var effort = request.Members.Find(json, "reasoning_effort"u8);
        if (effort >= 0 && request.Members[effort].Kind is JsonKind.Object)
        {
            return true;
        }

        var tools = request.Members.Find(json, "tools"u8);
        if (tools < 0 || request.Members[tools].Kind is not JsonKind.Array)
        {
            return false;
        }

        var isReasoning = effort >= 0 && request.Members[effort].Kind is JsonKind.String
            && JsonText.AsString(json.Slice(request.Members[effort].ValueStart, request.Members[effort].ValueLength)) is not "none";
        return (isReasoning && ReasonsOnlyInResponses()) || HasHostedTool(json, request.Members[tools].ValueStart);
    }

    /// <summary>From gpt-5.4 on, chat completions take tools or an effort, not both.</summary>
    private bool ReasonsOnlyInResponses()
    {
        const string family = "gpt-5.";
        var name = OpenAiModelsHook.NameOf(draft);
        return name.StartsWith(family, StringComparison.Ordinal) && name.Length > family.Length && name[family.Length] is >= '4' and <= '9';
    }

    private static bool HasHostedTool(ReadOnlySpan<byte> json, int start)
    {
        var tool = new JsonWalker(json, start);
        while (tool.MoveNext())
        {
            if (JsonWalker.TryFind(json, tool.Current.ValueStart, "type"u8, out var type)
                && JsonText.AsString(json.Slice(type.ValueStart, type.ValueLength)) is { } name && HostedTools.Contains(name))
            {
                return true;
            }
        }

        return false;
    }
}
