using Tollgate.Engine.Upstream;
using Tollgate.Providers.Catalogue;

namespace Tollgate.Providers.Connections;

/// <summary>Puts credentials and headers on a request. Two kinds: a key that is known, and tokens that must be fetched.</summary>
internal abstract class Authorization
{
    public abstract ValueTask<ConnectionFault?> ApplyAsync(
        HttpRequestMessage message, string? clientKey, CancellationToken cancellationToken);

    protected static void Set(HttpRequestMessage message, string name, string value)
    {
        message.Headers.Remove(name);
        message.Headers.TryAddWithoutValidation(name, value);
    }
}

/// <summary>A header.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value; <c>{key}</c> stands for the key where the header holds one.</param>
internal sealed record Header(string Name, string Value);

/// <summary>Headers of a connection: fixed ones, and those that hold the key.</summary>
internal sealed class HeaderSet
{
    private static readonly string UserAgent = "tollgate/" + (typeof(HeaderSet).Assembly.GetName().Version?.ToString(3) ?? "0.0.0");

    public HeaderSet(ConnectionDraft draft, string? authHeader, string format)
    {
        var plain = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["User-Agent"] = UserAgent };
        var keyed = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (draft.Deployment.Organization is { Length: > 0 } organization)
        {
            plain["OpenAI-Organization"] = organization;
        }

        if (draft.Deployment.Project is { Length: > 0 } project)
        {
            plain["OpenAI-Project"] = project;
        }

        foreach (var (name, template) in draft.Headers)
        {
            if (template.Contains("{api_key}", StringComparison.Ordinal))
            {
                keyed[name] = template.Replace("{api_key}", "{key}", StringComparison.Ordinal);
            }
            else if (FillEnv(draft, template) is { } value)
            {
                plain[name] = value;
            }
        }

        foreach (var (name, value) in draft.Deployment.ExtraHeaders)
        {
            plain[name] = value;
        }

        if (authHeader is not null)
        {
            keyed[authHeader] = format;
        }

        Plain = ListOf(plain);
        Keyed = ListOf(keyed);
        BringsAuth = authHeader is not null && draft.Deployment.ExtraHeaders.Keys.Contains(authHeader, StringComparer.OrdinalIgnoreCase);
    }

    public Header[] Plain { get; }

    /// <summary>Header values in which <c>{key}</c> stands for the key.</summary>
    public Header[] Keyed { get; }

    /// <summary>The operator's own headers hold the credential.</summary>
    public bool BringsAuth { get; }

    private static Header[] ListOf(Dictionary<string, string> headers)
    {
        var list = new List<Header>(headers.Count);
        foreach (var (name, value) in headers)
        {
            list.Add(new Header(name, value));
        }

        return [.. list];
    }

    /// <summary>Fills <c>{env:NAME}</c> and <c>{env:NAME?}</c>; null when an optional one is unset.</summary>
    private static string? FillEnv(ConnectionDraft draft, string template)
    {
        while (template.IndexOf("{env:", StringComparison.Ordinal) is >= 0 and var start)
        {
            var end = template.IndexOf('}', start);
            var name = template[(start + 5)..end];
            var value = draft.Env(name.TrimEnd('?'));
            if (value is null && name.EndsWith('?'))
            {
                return null;
            }

            template = string.Concat(template.AsSpan(0, start), value, template.AsSpan(end + 1));
        }

        return template;
    }
}

/// <summary>A key from deployment, environment or client.</summary>
internal sealed class KeyAuthorization : Authorization
{
    private readonly HeaderSet _headers;
    private readonly Header[] _own;
    private readonly ConnectionFault? _fault;
    private readonly string _exceptionName;

    public KeyAuthorization(ConnectionDraft draft, ProviderAuth auth)
    {
        _headers = new HeaderSet(draft, auth.Header, auth.Format);
        _exceptionName = draft.Row.ExceptionName;
        var key = KeyOf(draft);
        _own = key is null ? _headers.Plain : Over(
            _headers.Plain, _headers.Keyed.Select(header => header with { Value = header.Value.Replace("{key}", key, StringComparison.Ordinal) }));
        _fault = key is null && !_headers.BringsAuth ? FaultOf(draft, auth) : null;
    }

    /// <summary>The deployment's key, else the row's own variables; never those of another provider.</summary>
    // COMPAT: none. LiteLLM falls back to OPENAI_API_KEY for several rows and so shows that key to third parties (01-catalogue.md A1).
    public static string? KeyOf(ConnectionDraft draft)
    {
        if (draft.Deployment.ApiKey is { Length: > 0 } configured)
        {
            return configured;
        }

        return draft.Deployment.ApiKeyUnresolved ? null
            : draft.FirstEnv(draft.KeyEnv) ?? (draft.Row.Key.Placeholder is { Length: > 0 } placeholder ? placeholder : null);
    }

    public static ConnectionFault Unresolved(ConnectionDraft draft) => new(
        UpstreamErrorKind.Authentication,
        $"{draft.Row.ExceptionName} - the key named by litellm_params.api_key of model '{draft.Deployment.ModelGroup}' could not be "
        + "resolved; is the environment variable or secret set?");

    public override ValueTask<ConnectionFault?> ApplyAsync(
        HttpRequestMessage message, string? clientKey, CancellationToken cancellationToken)
    {
        if (clientKey is null && _fault is not null)
        {
            return ValueTask.FromResult<ConnectionFault?>(_fault);
        }

        if (clientKey is not null)
        {
            return ClientsOwn(message, clientKey);
        }

        // PERF: the names are distinct and the message is new, so nothing needs to be looked for and removed first.
        foreach (var (name, value) in _own)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        return default;
    }

    /// <summary>Both, the second ones counting where a name stands in both.</summary>
    private static Header[] Over(Header[] plain, IEnumerable<Header> keyed)
    {
        var all = plain.ToDictionary(static header => header.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var header in keyed)
        {
            all[header.Name] = header;
        }

        return [.. all.Values];
    }

    private ValueTask<ConnectionFault?> ClientsOwn(HttpRequestMessage message, string clientKey)
    {
        if (clientKey.AsSpan().ContainsAnyInRange('\0', '\u001f'))
        {
            return ValueTask.FromResult<ConnectionFault?>(
                new ConnectionFault(UpstreamErrorKind.Authentication, $"{_exceptionName} - the api_key holds control characters."));
        }

        foreach (var (name, value) in _headers.Plain)
        {
            Set(message, name, value);
        }

        foreach (var (name, format) in _headers.Keyed)
        {
            Set(message, name, format.Replace("{key}", clientKey, StringComparison.Ordinal));
        }

        return default;
    }

    private static ConnectionFault? FaultOf(ConnectionDraft draft, ProviderAuth auth)
    {
        if (draft.Deployment.ApiKeyUnresolved)
        {
            return Unresolved(draft);
        }

        return !draft.Row.Key.Required || auth.Header is null ? null : new ConnectionFault(
            UpstreamErrorKind.Authentication,
            $"{draft.Row.ExceptionName} - The api_key client option must be set either by passing api_key to the client or by setting the "
            + $"{(draft.Row.Key.Env.IsEmpty ? "provider's" : draft.Row.Key.Env[0])} environment variable");
    }
}
