using System.Text.Json;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;
using Tollgate.Wire;
using Tollgate.Wire.Hub;

namespace Tollgate.Providers.Natives;

/// <summary>GitHub Copilot: OpenAI's dialect with a token of the editor's kind (07-native-others.md section 14).</summary>
internal static class CopilotFamily
{
    private static readonly (string Name, string Value)[] EditorHeaders =
    [
        ("copilot-integration-id", "vscode-chat"), ("editor-version", "vscode/1.95.0"), ("editor-plugin-version", "copilot-chat/0.26.7"),
        ("User-Agent", "GitHubCopilotChat/0.26.7"), ("openai-intent", "conversation-panel"), ("x-github-api-version", "2025-04-01"),
    ];

    public static IUpstreamConnection Open(ConnectionDraft draft, ConnectionServices services)
    {
        foreach (var (name, value) in EditorHeaders)
        {
            draft.Headers[name] = value;
        }

        var hasOwnBase = draft.Deployment.ApiBase is { Length: > 0 } || draft.Env("GITHUB_COPILOT_API_BASE") is not null;
        draft.Base = draft.Deployment.ApiBase is { Length: > 0 } own ? own : draft.Env("GITHUB_COPILOT_API_BASE") ?? draft.Base;
        var login = services.Logins.GetOrAdd(CopilotFiles.Of(draft), files => new CopilotLogin(files, services.Issuer(draft), services.Clock, services.Loggers));
        var source = new TokenSource(login.Identity, async token =>
        {
            var issued = await login.FetchAsync(token);
            return hasOwnBase ? issued with { Address = null } : issued;
        });
        var isCodex = draft.Model.Contains("codex", StringComparison.OrdinalIgnoreCase);
        return new NativeConnection(draft, new TokenAuthorization(draft, services.Tokens, source), new NativeWiring
        {
            Spoken = isCodex ? Surface.Responses : Surface.Chat,
            Address = (surface, _) => NativeConnection.Below(draft, SurfacePaths.Of(surface)?.Default ?? "/chat/completions"),
            Exchange = static (transport, message, request, token) =>
            {
                Describe(message, request);
                return transport.SendAsync(message, token);
            },
        });
    }

    /// <summary>Calls that go on from a tool or an answer are the agent's, which Copilot counts apart; those with images are told.</summary>
    private static void Describe(HttpRequestMessage message, UpstreamRequest request)
    {
        message.Headers.TryAddWithoutValidation("x-request-id", Guid.NewGuid().ToString());
        using var document = JsonDocument.Parse(request.Json);
        var turns = document.RootElement.Member("messages"u8);
        turns = turns.IsGiven() ? turns : document.RootElement.Member("input"u8);
        var last = turns.ValueKind is JsonValueKind.Array && turns.GetArrayLength() > 0 ? turns[turns.GetArrayLength() - 1] : default;
        var isAgent = last.Text("role"u8) is "assistant" or "tool" || last.Text("type"u8) is "function_call_output";
        message.Headers.TryAddWithoutValidation("X-Initiator", isAgent ? "agent" : "user");
        if (turns.ValueKind is JsonValueKind.Array && turns.EnumerateArray().Any(HasImage))
        {
            message.Headers.TryAddWithoutValidation("Copilot-Vision-Request", "true");
        }
    }

    private static bool HasImage(JsonElement turn) => turn.Member("content"u8) is { ValueKind: JsonValueKind.Array } parts
        && parts.EnumerateArray().Any(static part => part.Text("type"u8) is "image_url" or "input_image");
}

/// <summary>Where the login of a Copilot user is kept, and which issuers it comes from.</summary>
internal sealed record CopilotFiles(string AccessToken, string ApiKey, string DeviceCodeUrl, string AccessTokenUrl, string ApiKeyUrl, string Client)
{
    /// <summary>LiteLLM's own files and variables, so that an install that is logged in stays so.</summary>
    public static CopilotFiles Of(ConnectionDraft draft)
    {
        var home = draft.Env("HOME") ?? draft.Env("USERPROFILE") ?? ".";
        var folder = draft.Env("GITHUB_COPILOT_TOKEN_DIR") ?? Path.Combine(home, ".config", "litellm", "github_copilot");
        return new CopilotFiles(
            Path.Combine(folder, draft.Env("GITHUB_COPILOT_ACCESS_TOKEN_FILE") ?? "access-token"),
            Path.Combine(folder, draft.Env("GITHUB_COPILOT_API_KEY_FILE") ?? "api-key.json"),
            draft.Env("GITHUB_COPILOT_DEVICE_CODE_URL") ?? "https://github.com/login/device/code",
            draft.Env("GITHUB_COPILOT_ACCESS_TOKEN_URL") ?? "https://github.com/login/oauth/access_token",
            draft.Env("GITHUB_COPILOT_API_KEY_URL") ?? "https://api.github.com/copilot_internal/v2/token",
            draft.Env("GITHUB_COPILOT_CLIENT_ID") ?? "Iv1.b507a08c87ecfe98");
    }
}
