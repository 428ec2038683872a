using System.Collections.Frozen;
using System.Collections.Immutable;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Catalogue;

/// <summary>
/// What the catalogue knows of one provider: a row of <c>providers.json</c> (01-catalogue.md section A0). Also what docs are made from.
/// </summary>
public sealed record ProviderRow
{
    /// <summary>Prefix that users write.</summary>
    public required string Slug { get; init; }

    /// <summary>Other prefixes with identical behaviour.</summary>
    public ImmutableArray<string> Aliases { get; init; } = [];

    /// <summary>Wire format: <c>openai</c>, <c>azure</c>, <c>anthropic</c>, ...</summary>
    public string Family { get; init; } = "openai";

    /// <summary>The base URL is not confirmed: the slug is known and works with <c>api_base</c> only.</summary>
    public bool Disabled { get; init; }

    /// <summary>How error messages name the provider; default: the slug with a capital first letter and <c>Exception</c>.</summary>
    public required string ExceptionName { get; init; }

    /// <summary>Where it is.</summary>
    public required ProviderBase Base { get; init; }

    /// <summary>Which credential it takes.</summary>
    public required ProviderKey Key { get; init; }

    /// <summary>Where the credential goes.</summary>
    public ProviderAuth Auth { get; init; } = ProviderAuth.Bearer;

    /// <summary>Fragments of <c>api_base</c> that tell this provider.</summary>
    public ImmutableArray<string> MatchBase { get; init; } = [];

    /// <summary>Whole model strings that belong to this provider although their prefix is another's.</summary>
    public ImmutableArray<string> MatchModels { get; init; } = [];

    /// <summary>Headers; <c>{api_key}</c>, <c>{env:NAME}</c>, <c>{env:NAME?}</c> (left out when unset) are filled in.</summary>
    public FrozenDictionary<string, string> Headers { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>Paths that differ from OpenAI's, by <c>chat</c>, <c>completions</c>, <c>embeddings</c>, <c>models</c>.</summary>
    public FrozenDictionary<string, string> Paths { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>Routes it serves, as OpenAI names them (<c>/v1/chat/completions</c>).</summary>
    public ImmutableArray<string> Endpoints { get; init; } = [];

    /// <summary>Parameter policy.</summary>
    public ProviderParams Params { get; init; } = new();

    /// <summary>Body members sent whatever the client says.</summary>
    public ImmutableArray<JsonMember> BodyForce { get; init; } = [];

    /// <summary>What is done inside messages; null leaves them untouched.</summary>
    public MessageRules? Messages { get; init; } = new();

    /// <summary>What is done inside tools; null leaves them untouched.</summary>
    public ToolRules? Tools { get; init; } = new();

    /// <summary>How usage of streams is asked for.</summary>
    public StreamUsage StreamUsage { get; init; }

    /// <summary>What is done to answers.</summary>
    public ResponseRules Response { get; init; } = ResponseRules.Identity;

    /// <summary>Texts by which its errors are told apart.</summary>
    public ProviderErrors Errors { get; init; } = new();

    /// <summary>Put before the model name on the wire, unless the name has its first segment already.</summary>
    public string? ModelPrefix { get; init; }

    /// <summary>Named pieces of code for what data cannot say.</summary>
    public ImmutableArray<string> Hooks { get; init; } = [];

    /// <summary><c>P0</c> to <c>P2</c>.</summary>
    public string Priority { get; init; } = "P2";
}

/// <summary>Base URL of a provider.</summary>
/// <param name="Default">Root with version path; null when there is none.</param>
/// <param name="Env">Environment variables that name another, first set wins; a deployment's <c>api_base</c> beats them.</param>
/// <param name="Required">There is no default: without <c>api_base</c> a call is refused.</param>
/// <param name="EnsureSuffix">Appended when absent, or null.</param>
/// <param name="Variables">Placeholders of <paramref name="Default"/>.</param>
public sealed record ProviderBase(
    string? Default, ImmutableArray<string> Env, bool Required, string? EnsureSuffix, FrozenDictionary<string, BaseVariable> Variables);

/// <summary>A placeholder in a base URL.</summary>
/// <param name="Param">Deployment parameter that fills it, or null.</param>
/// <param name="Env">Environment variables that fill it.</param>
/// <param name="Default">Value when nothing does, or null.</param>
public sealed record BaseVariable(string? Param, ImmutableArray<string> Env, string? Default);

/// <summary>Credential of a provider.</summary>
/// <param name="Env">Environment variables in look-up order; never asked for another provider.</param>
/// <param name="Required">Without a key a call fails with 401.</param>
/// <param name="Placeholder">Sent when there is no key; null sends nothing.</param>
public sealed record ProviderKey(ImmutableArray<string> Env, bool Required, string? Placeholder);

/// <summary>Where a key is put.</summary>
/// <param name="Header">Header name; null for none.</param>
/// <param name="Format">Its value; <c>{key}</c> is the key.</param>
public sealed record ProviderAuth(string? Header, string Format)
{
    /// <summary><c>Authorization: Bearer key</c>.</summary>
    public static ProviderAuth Bearer { get; } = new("Authorization", "Bearer {key}");

    /// <summary>No header at all.</summary>
    public static ProviderAuth None { get; } = new(null, "");
}

/// <summary>Parameter policy of a row.</summary>
public sealed record ProviderParams
{
    /// <summary>Space-separated: <c>@openai</c> is the whole dialect, <c>-x</c> removes, others add.</summary>
    public string Supported { get; init; } = "@openai";

    /// <summary>Sets for models whose name contains a text; the first match counts.</summary>
    public ImmutableArray<ModelParams> ByModel { get; init; } = [];

    /// <summary>Parameters that need a capability of the model.</summary>
    public FrozenDictionary<string, string> Requires { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>Models the catalogue does not know have no capability, instead of all.</summary>
    public bool RequiresStrictly { get; init; }

    public FrozenDictionary<string, string> Rename { get; init; } = FrozenDictionary<string, string>.Empty;

    public FrozenDictionary<string, FrozenDictionary<string, string>> Values { get; init; } =
        FrozenDictionary<string, FrozenDictionary<string, string>>.Empty;

    public FrozenDictionary<string, ParamBounds> Clamp { get; init; } = FrozenDictionary<string, ParamBounds>.Empty;

    public ImmutableArray<JsonMember> Defaults { get; init; } = [];

    public ImmutableArray<string> DropSilently { get; init; } = [];
}

/// <summary>Supported parameters of some models.</summary>
/// <param name="Match">Text in the model's name.</param>
/// <param name="Supported">Expression as in <see cref="ProviderParams.Supported"/>.</param>
public sealed record ModelParams(string Match, string Supported);

/// <summary>Bounds of a number.</summary>
/// <param name="Min">Least value, or null.</param>
/// <param name="Max">Greatest value, or null.</param>
/// <param name="MinIfManyChoices">Least value when <c>n</c> is above 1, or null.</param>
public sealed record ParamBounds(double? Min, double? Max, double? MinIfManyChoices);

/// <summary>Texts in error answers, compared without regard to case.</summary>
public sealed record ProviderErrors
{
    /// <summary>The prompt is too long.</summary>
    public ImmutableArray<string> Context { get; init; } = [];

    /// <summary>Refused by content policy.</summary>
    public ImmutableArray<string> Policy { get; init; } = [];

    /// <summary>The credential is wrong.</summary>
    public ImmutableArray<string> Auth { get; init; } = [];

    /// <summary>Too many requests or tokens.</summary>
    public ImmutableArray<string> RateLimit { get; init; } = [];

    /// <summary>Clients are quoted the whole body of an error, not its message alone, as LiteLLM does for some providers.</summary>
    public bool QuotesBody { get; init; }
}
