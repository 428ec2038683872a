using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;
using Tollgate.Wire;

namespace Tollgate.Providers.Hooks;

/// <summary>Clarifai: <c>user.app.model</c> is the address of a model.</summary>
internal sealed class ClarifaiHook : ProviderHook
{
    public override void Connect(ConnectionDraft draft)
    {
        if (draft.Model.Split('.', 3) is [{ Length: > 0 } user, { Length: > 0 } app, { Length: > 0 } model]
            && !draft.Model.Contains('/', StringComparison.Ordinal))
        {
            draft.Model = $"https://clarifai.com/{user}/{app}/models/{model}";
        }
    }
}

/// <summary>Baseten: a dedicated deployment, named by eight characters, has a host of its own.</summary>
internal sealed class BasetenHook : ProviderHook
{
    public override void Connect(ConnectionDraft draft)
    {
        if (!draft.HasOwnBase && draft.Model.Length == 8 && draft.Model.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)))
        {
            draft.Base = $"https://model-{draft.Model}.api.baseten.co/environments/production/sync/v1";
        }
    }
}

/// <summary>RAGFlow: assistant or agent is part of the path (<c>chat/id/model</c>).</summary>
internal sealed class RagFlowHook : ProviderHook
{
    public override void Connect(ConnectionDraft draft)
    {
        if (draft.Model.Split('/', 3) is not [("chat" or "agent") and var kind, { Length: > 0 } id, { Length: > 0 } model]
            || id is "." or "..")
        {
            draft.Fault = new ConnectionFault(
                UpstreamErrorKind.BadRequest,
                $"{draft.Row.ExceptionName} - the model must be written {draft.Row.Slug}/chat/<id>/<model> "
                + $"or {draft.Row.Slug}/agent/<id>/<model>.");
            return;
        }

        draft.Model = model;
        draft.Paths[(int)Surface.Chat] = $"/api/v1/{kind}s_openai/{Uri.EscapeDataString(id)}/chat/completions";
        draft.Base = WithoutEnding(WithoutEnding(draft.Base, "/v1"), "/api");
    }

    internal static string? WithoutEnding(string? address, string ending)
    {
        var trimmed = address?.TrimEnd('/');
        return trimmed is not null && trimmed.EndsWith(ending, StringComparison.Ordinal) ? trimmed[..^ending.Length] : trimmed;
    }
}

/// <summary>DigitalOcean Gradient: an agent endpoint has another path than the shared one.</summary>
internal sealed class GradientHook : ProviderHook
{
    public override void Connect(ConnectionDraft draft)
    {
        if (draft.HasOwnBase && draft.Base is { } address && !address.TrimEnd('/').EndsWith("/v1", StringComparison.Ordinal))
        {
            draft.Paths[(int)Surface.Chat] = "/api/v1/chat/completions";
        }
    }
}

/// <summary>DataRobot: a base that names a deployment is used as given; the platform's address gets the gateway's path.</summary>
internal sealed class DataRobotHook : ProviderHook
{
    public override void Connect(ConnectionDraft draft)
    {
        if (draft.Base is { } address
            && (address.Contains("/deployments/", StringComparison.Ordinal) || address.Contains("/genai/", StringComparison.Ordinal)))
        {
            draft.Paths[(int)Surface.Chat] = "/chat/completions";
        }
        else
        {
            draft.Base = RagFlowHook.WithoutEnding(draft.Base, "/api/v2");
        }
    }
}

/// <summary>The other dialect's surface stands beside this one, below <c>/anthropic</c>; users give either address.</summary>
internal sealed class AnthropicBaseHook : ProviderHook
{
    public override void Connect(ConnectionDraft draft)
    {
        if (draft.Base is not { } address || address.Contains('?', StringComparison.Ordinal))
        {
            return;
        }

        var at = address.IndexOf("/anthropic", StringComparison.Ordinal);
        var root = at < 0 ? RagFlowHook.WithoutEnding(address, "/v1")! : address[..at];
        draft.Base = root + "/v1";
        draft.Paths[(int)Surface.Messages] = root + "/anthropic/v1/messages";
    }
}

/// <summary>Databricks: the other dialect's surface has a path of its own and serves Claude models only.</summary>
internal sealed class DatabricksHook : ProviderHook
{
    public override void Connect(ConnectionDraft draft)
        => draft.Paths[(int)Surface.Messages] = draft.Model.Contains("claude", StringComparison.OrdinalIgnoreCase) ? "/anthropic/v1/messages" : "";
}
