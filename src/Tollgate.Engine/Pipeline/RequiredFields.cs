using System.Text;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Media;
using Tollgate.Wire;
using Tollgate.Wire.Json;

namespace Tollgate.Engine.Pipeline;

/// <summary>Fields without which a request makes no sense, and those that the operator demands.</summary>
internal static class RequiredFields
{
    /// <summary>Checks a peeked call.</summary>
    /// <exception cref="ApiException">400 naming the field.</exception>
    public static void Check(CallContext call)
    {
        switch (call.Surface)
        {
            case Surface.Chat:
                RequireMessages(call);
                break;
            case Surface.Messages:
                RequireMessages(call);
                RequireLimit(call);
                break;
            case Surface.Responses or Surface.Embeddings:
                RequireInput(call);
                break;
            case Surface.GenerateContent when !call.CountsTokens && !Has(call, "contents"):
                throw ApiException.BadRequest($"{call.Surface.CallType()}: Missing required parameter: 'contents'.", "contents");
            case Surface.GenerateContent:
                break;
            default:
                MediaFields.Check(call);
                break;
        }

        var general = call.Snapshot.Config.General;
        if (general.EnforceUserParam && !Has(call, call.Surface is Surface.Messages ? "metadata.user_id" : "user"))
        {
            throw ApiException.Unauthorized("'user' param not passed in. 'enforce_user_param'=True");
        }

        foreach (var name in general.EnforcedParams)
        {
            Require(call, name);
        }

        if (general.RejectClientTags && Has(call, "metadata.tags"))
        {
            throw new ApiException(
                400,
                "Client-side 'metadata.tags' not allowed in request. 'reject_clientside_metadata_tags'=True. Tags can only be set via API key metadata.",
                "bad_request_error",
                "metadata.tags");
        }
    }

    /// <summary>Checks a body whose tokens are only to be counted. COMPAT: LiteLLM's words (llm-api.md 15.5).</summary>
    /// <exception cref="ApiException">400 naming the field.</exception>
    public static void CheckPrompt(CallContext call)
    {
        if (call.Surface is not Surface.Messages)
        {
            return;
        }

        foreach (var name in (ReadOnlySpan<string>)["model", "messages"])
        {
            if (!Has(call, name))
            {
                throw ApiException.BadRequest($"{name} parameter is required", name);
            }
        }
    }

    /// <summary>Demands a field by its path (<c>metadata.x</c>).</summary>
    /// <exception cref="ApiException">400 naming it.</exception>
    public static void Require(CallContext call, string name)
    {
        if (!Has(call, name))
        {
            var shown = name.Contains('.', StringComparison.Ordinal) ? "[" + name.Replace(".", "][", StringComparison.Ordinal) + "]" : name;
            throw ApiException.BadRequest($"BadRequest please pass param={shown} in request body. This is a required param");
        }
    }

    private static void RequireMessages(CallContext call)
    {
        var index = call.Members.Find(call.Body.Span, "messages"u8);
        if (index < 0 || call.Members[index].Kind == JsonKind.Null)
        {
            throw ApiException.BadRequest($"{call.Route}: Missing required parameter: 'messages'.", "messages");
        }

        ref readonly var messages = ref call.Members[index];
        if (messages.Kind != JsonKind.Array)
        {
            throw MemberValues.WrongType(messages, "messages", "an array of objects");
        }

        var first = new JsonWalker(call.Body.Span, messages.ValueStart);
        if (first.MoveNext() && first.Current.Kind != JsonKind.Object)
        {
            throw MemberValues.WrongType(first.Current, "messages[0]", "an object");
        }
    }

    private static void RequireLimit(CallContext call)
    {
        if (call.CountsTokens)
        {
            return;
        }

        var index = call.Members.Find(call.Body.Span, "max_tokens"u8);
        if (index < 0 || call.Members[index].Kind == JsonKind.Null)
        {
            throw ApiException.BadRequest($"{call.Route}: Missing required parameter: 'max_tokens'.", "max_tokens");
        }

        if (call.Members[index].Kind != JsonKind.Number)
        {
            throw MemberValues.WrongType(call.Members[index], "max_tokens", "a whole number");
        }
    }

    private static void RequireInput(CallContext call)
    {
        var index = call.Members.Find(call.Body.Span, "input"u8);
        if (index < 0 || call.Members[index].Kind == JsonKind.Null)
        {
            throw ApiException.BadRequest($"{call.Route}: Missing required parameter: 'input'.", "input");
        }

        if (call.Members[index].Kind is not (JsonKind.String or JsonKind.Array))
        {
            throw MemberValues.WrongType(call.Members[index], "input", "a string or an array");
        }
    }

    private static bool Has(CallContext call, string path)
    {
        var json = call.Body.Span;
        var dot = path.IndexOf('.', StringComparison.Ordinal);
        var index = call.Members.Find(json, Encoding.UTF8.GetBytes(dot < 0 ? path : path[..dot]));
        if (index < 0 || call.Members[index].Kind == JsonKind.Null)
        {
            return false;
        }

        return dot < 0 || (call.Members[index].Kind == JsonKind.Object
            && JsonWalker.TryFind(json, call.Members[index].ValueStart, Encoding.UTF8.GetBytes(path[(dot + 1)..]), out var inner)
            && inner.Kind != JsonKind.Null);
    }
}
