using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;

namespace Tollgate.Providers.Anthropic;

/// <summary>
/// Anthropic's credentials: keys in a header of their own, tokens as bearer tokens, subscribers' tokens with what they need besides
/// (03-anthropic.md section 1).
/// </summary>
internal sealed class AnthropicAuthorization : Authorization
{
    private readonly HeaderSet _headers;
    private readonly string? _key;
    private readonly bool _isBearer;
    private readonly ConnectionFault? _fault;
    private readonly string _exceptionName;

    public AnthropicAuthorization(ConnectionDraft draft)
    {
        _headers = new HeaderSet(draft, authHeader: null, format: "");
        _exceptionName = draft.Row.ExceptionName;
        var names = draft.Deployment.ExtraHeaders.Keys;
        if (draft.Deployment.ApiKey is { Length: > 0 } configured)
        {
            _key = configured;
        }
        else if (draft.Deployment.ApiKeyUnresolved)
        {
            _fault = KeyAuthorization.Unresolved(draft);
        }
        else if (draft.Env("ANTHROPIC_API_KEY") is { } key)
        {
            _key = key;
        }
        else if (draft.Env("ANTHROPIC_AUTH_TOKEN") is { } token)
        {
            _key = token;
            _isBearer = true;
        }
        else if (!names.Contains("x-api-key", StringComparer.OrdinalIgnoreCase) && !names.Contains("Authorization", StringComparer.OrdinalIgnoreCase))
        {
            // COMPAT: LiteLLM's words, which people search for.
            _fault = new ConnectionFault(
                UpstreamErrorKind.Authentication,
                $"{_exceptionName} - Missing Anthropic API Key - A call is being made to anthropic but no key is set either in the environment "
                + "variables or via params. Please set `ANTHROPIC_API_KEY` in your environment vars");
        }
    }

    public override ValueTask<ConnectionFault?> ApplyAsync(HttpRequestMessage message, string? clientKey, CancellationToken cancellationToken)
    {
        if (clientKey is null && _fault is not null)
        {
            return ValueTask.FromResult<ConnectionFault?>(_fault);
        }

        if (clientKey is not null && clientKey.AsSpan().ContainsAnyInRange('\0', '\u001f'))
        {
            return ValueTask.FromResult<ConnectionFault?>(
                new ConnectionFault(UpstreamErrorKind.Authentication, $"{_exceptionName} - the api_key holds control characters."));
        }

        foreach (var (name, value) in _headers.Plain)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        message.Headers.TryAddWithoutValidation("Accept", "application/json");
        if ((clientKey ?? _key) is { } key)
        {
            Set(message, key, isBearer: clientKey is null && _isBearer);
        }

        return default;
    }

    private static void Set(HttpRequestMessage message, string key, bool isBearer)
    {
        if (!AnthropicHeaders.IsToken(key) && !isBearer)
        {
            Set(message, "x-api-key", key);
            return;
        }

        Set(message, "Authorization", "Bearer " + key);
        if (AnthropicHeaders.IsToken(key))
        {
            message.Headers.TryAddWithoutValidation("anthropic-beta", AnthropicBetas.OAuth);
            Set(message, "anthropic-dangerous-direct-browser-access", "true");
        }
    }
}
