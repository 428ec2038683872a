using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Catalogue;

/// <summary>
/// Reads rows in our own form; every member it does not know is an error, so that a typing mistake is not a silent default.
/// </summary>
internal static class RowReader
{
    private static readonly FrozenSet<string> Families =
        FrozenSet.Create(
            StringComparer.Ordinal, "openai", "openai_like", "azure", "azure_ai", "anthropic", "gemini", "bedrock", "cohere", "ollama",
            "huggingface", "databricks", "openai_responses", "passthrough", "gone");

    private static readonly ImmutableArray<string> DefaultReasoning = ["reasoning_content", "reasoning"];

    public static ProviderRow Read(JsonElement json, IReadOnlySet<string> knownHooks)
    {
        var slug = json.TryGetProperty("slug", out var name) ? name.GetString() : null;
        if (string.IsNullOrWhiteSpace(slug))
        {
            throw new CatalogueException("A provider row has no slug.");
        }

        try
        {
            var row = ReadMembers(json, slug);
            return Check(row, knownHooks);
        }
        catch (Exception wrong) when (wrong is InvalidOperationException or FormatException)
        {
            throw new CatalogueException($"Provider '{slug}': {wrong.Message}");
        }
    }

    /// <summary>LiteLLM's own object form: <c>{"slug": {"base_url": ..., "api_key_env": ...}}</c>.</summary>
    public static ProviderRow ReadSimple(string slug, JsonElement json)
    {
        var rename = Map(json, "param_mappings");
        var constraints = json.TryGetProperty("constraints", out var given) ? given : default;
        var special = json.TryGetProperty("special_handling", out var handling) ? handling : default;
        var flatten = IsTrue(special, "convert_content_list_to_string");
        var baseUrl = Text(json, "base_url");
        var row = new ProviderRow
        {
            Slug = slug,
            Family = Text(json, "base_class") is "openai_like" ? "openai_like" : "openai",
            ExceptionName = ExceptionNameOf(slug),
            Base = new ProviderBase(baseUrl, [Text(json, "api_base_env") ?? EnvName(slug, "API_BASE")], baseUrl is null, null, NoVariables),
            Key = new ProviderKey([Text(json, "api_key_env") ?? EnvName(slug, "API_KEY")], Required: true, null),
            Headers = Map(json, "headers"),
            Endpoints = json.TryGetProperty("supported_endpoints", out _) ? Strings(json, "supported_endpoints") : DefaultEndpoints,
            Params = new ProviderParams { Rename = rename, Clamp = Bounds(constraints) },
            BodyForce = IsTrue(special, "force_store_false") ? [new JsonMember("store", "false"u8.ToArray())] : [],
            Messages = new MessageRules { Flatten = flatten ? ContentFlattening.TextOnly : ContentFlattening.Never },
            Response = new ResponseRules { ReasoningNames = DefaultReasoning },
        };
        return Check(row, FrozenSet<string>.Empty);
    }

    private static readonly ImmutableArray<string> DefaultEndpoints = ["/v1/chat/completions", "/v1/completions", "/v1/embeddings"];

    private static readonly FrozenDictionary<string, BaseVariable> NoVariables = FrozenDictionary<string, BaseVariable>.Empty;

    private static ProviderRow ReadMembers(JsonElement json, string slug)
    {
        var keepCacheControl = Inner(json, "messages", "keep_cache_control").ValueKind == JsonValueKind.True;
        var row = new ProviderRow
        {
            Slug = slug,
            ExceptionName = ExceptionNameOf(slug),
            Base = ReadBase(default, slug),
            Key = ReadKey(default, slug),
            Tools = new ToolRules { KeepCacheControl = keepCacheControl },
            Response = new ResponseRules { ReasoningNames = DefaultReasoning },
        };
        foreach (var member in json.EnumerateObject())
        {
            var value = member.Value;
            row = member.Name switch
            {
                "slug" => row,
                "aliases" => row with { Aliases = Strings(json, "aliases") },
                "family" => row with { Family = value.GetString() ?? "" },
                "disabled" => row with { Disabled = value.GetBoolean() },
                "exception_name" => row with { ExceptionName = value.GetString() ?? "" },
                "base" => row with { Base = ReadBase(value, slug) },
                "match_base" => row with { MatchBase = Strings(json, "match_base") },
                "match_models" => row with { MatchModels = Strings(json, "match_models") },
                "key" => row with { Key = ReadKey(value, slug) },
                "auth" => row with { Auth = ReadAuth(value) },
                "headers" => row with { Headers = Map(json, "headers") },
                "paths" => row with { Paths = Map(json, "paths") },
                "endpoints" => row with { Endpoints = Strings(json, "endpoints") },
                "params" => row with { Params = ReadParams(value) },
                "body" => row with { BodyForce = Members(value, "force") },
                "messages" => row with { Messages = ReadMessages(value), Tools = IsFalse(value, "sanitize") ? null : row.Tools },
                "tools" => row with { Tools = ReadTools(value, keepCacheControl) },
                "stream" => row with { StreamUsage = ReadStreamUsage(Text(value, "usage")) },
                "response" => row with { Response = ReadResponse(value) },
                "errors" => row with { Errors = ReadErrors(value) },
                "model_prefix" => row with { ModelPrefix = value.GetString() },
                "hooks" => row with { Hooks = Strings(json, "hooks") },
                "docs" => row with { Priority = Text(value, "priority") ?? "P2" },
                _ => throw new CatalogueException($"Provider '{slug}': unknown field '{member.Name}'."),
            };
        }

        return row;
    }

    private static ProviderRow Check(ProviderRow row, IReadOnlySet<string> knownHooks)
    {
        if (!Families.Contains(row.Family) && !row.Family.StartsWith("own:", StringComparison.Ordinal)
            && !row.Family.StartsWith("media:", StringComparison.Ordinal) && !row.Family.StartsWith("pseudo:", StringComparison.Ordinal))
        {
            throw new CatalogueException($"Provider '{row.Slug}': unknown family '{row.Family}'.");
        }

        foreach (var hook in row.Hooks)
        {
            if (!knownHooks.Contains(hook))
            {
                throw new CatalogueException($"Provider '{row.Slug}': unknown hook '{hook}'.");
            }
        }

        var address = row.Base.Default?.Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal);
        return address is null || Uri.TryCreate(address, UriKind.Absolute, out _)
            ? row
            : throw new CatalogueException($"Provider '{row.Slug}': base '{row.Base.Default}' is not an absolute URL.");
    }

    private static ProviderBase ReadBase(JsonElement json, string slug) => new(
        Text(json, "default"),
        Has(json, "env") ? Strings(json, "env") : [EnvName(slug, "API_BASE")],
        IsTrue(json, "required"),
        Text(json, "ensure_suffix"),
        MapOf(
            json,
            "template_vars",
            static value => new BaseVariable(Text(value, "param"), Strings(value, "env"), Text(value, "default"))));

    private static ProviderKey ReadKey(JsonElement json, string slug) => new(
        Has(json, "env") ? Strings(json, "env") : [EnvName(slug, "API_KEY")], !IsFalse(json, "required"), Text(json, "placeholder"));

    private static ProviderAuth ReadAuth(JsonElement json) => json.ValueKind == JsonValueKind.Object
        ? new ProviderAuth(Text(json, "header"), Text(json, "format") ?? "{key}")
        : json.GetString() switch
        {
            "bearer" => ProviderAuth.Bearer,
            "none" => ProviderAuth.None,
            var other => throw new FormatException($"unknown auth '{other}'."),
        };

    private static ProviderParams ReadParams(JsonElement json) => new()
    {
        Supported = Text(json, "supported") ?? "@openai",
        ByModel = ByModel(json),
        Requires = Map(json, "requires"),
        RequiresStrictly = Text(json, "requires_mode") is "strict",
        Rename = Map(json, "rename"),
        Values = MapOf(json, "values", static value => MapOf(value, static text => text.GetString() ?? "")),
        Clamp = MapOf(
            json,
            "clamp",
            static value => new ParamBounds(Number(value, "min"), Number(value, "max"), Number(value, "min_if_n_gt_1"))),
        Defaults = Members(json, "defaults"),
        DropSilently = Strings(json, "drop_silently"),
    };

    private static MessageRules? BareMessages(JsonElement json)
        => IsTrue(json, "strip_thought_ids") ? new MessageRules { Sanitize = false, OnlyThoughtIds = true } : null;

    private static MessageRules? ReadMessages(JsonElement json) => IsFalse(json, "sanitize") ? BareMessages(json) : new MessageRules
    {
        KeepReasoning = IsTrue(json, "keep_reasoning"),
        KeepCacheControl = IsTrue(json, "keep_cache_control"),
        Flatten = Text(json, "flatten_content") switch
        {
            null or "never" => ContentFlattening.Never,
            "text_only" => ContentFlattening.TextOnly,
            "always" => ContentFlattening.Always,
            var other => throw new FormatException($"unknown flatten_content '{other}'."),
        },
        StripFields = Strings(json, "strip_fields"),
        DropNull = IsTrue(json, "drop_null"),
        Names = Text(json, "names") switch
        {
            null => MessageNames.Any,
            "tool_only" => MessageNames.ToolOnly,
            "user_only" => MessageNames.UserOnly,
            "none" => MessageNames.None,
            var other => throw new FormatException($"unknown names '{other}'."),
        },
        SystemRole = Text(json, "system_role"),
        DropEmptyAssistant = IsTrue(json, "drop_empty_assistant"),
        MergeSameRole = IsTrue(json, "merge_same_role"),
    };

    private static ToolRules ReadTools(JsonElement json, bool keepCacheControl) => new()
    {
        StripKeys = Strings(json, "strip_schema_keys"),
        FunctionsOnly = IsTrue(json, "functions_only"),
        KeepCacheControl = keepCacheControl,
    };

    private static ProviderErrors ReadErrors(JsonElement json) => new()
    {
        Context = Strings(json, "context"),
        Policy = Strings(json, "policy"),
        Auth = Strings(json, "auth"),
        RateLimit = Strings(json, "rate_limit"),
        QuotesBody = json.TryGetProperty("quotes_body", out var quotes) && quotes.GetBoolean(),
    };

    private static StreamUsage ReadStreamUsage(string? text) => text switch
    {
        null or "stream_options" => StreamUsage.StreamOptions,
        "always" => StreamUsage.Always,
        "never" => StreamUsage.Never,
        _ => throw new FormatException($"unknown stream usage '{text}'."),
    };

    private static ResponseRules ReadResponse(JsonElement json) => new()
    {
        ReasoningNames = Has(json, "reasoning_paths") ? Strings(json, "reasoning_paths") : DefaultReasoning,
        ThinkTags = IsTrue(json, "think_tags"),
        ContentParts = IsTrue(json, "content_parts"),
        FinishOnToolCalls = IsTrue(json, "finish_on_tool_calls"),
        FinishReasons = Map(json, "finish_map").ToImmutableDictionary(StringComparer.Ordinal),
    };

    private static FrozenDictionary<string, ParamBounds> Bounds(JsonElement constraints)
        => Number(constraints, "temperature_min") is null && Number(constraints, "temperature_max") is null
            && Number(constraints, "temperature_min_with_n_gt_1") is null
            ? FrozenDictionary<string, ParamBounds>.Empty
            : new Dictionary<string, ParamBounds>(StringComparer.Ordinal)
            {
                ["temperature"] = new(
                    Number(constraints, "temperature_min"), Number(constraints, "temperature_max"),
                    Number(constraints, "temperature_min_with_n_gt_1")),
            }.ToFrozenDictionary(StringComparer.Ordinal);

    private static string ExceptionNameOf(string slug) => char.ToUpperInvariant(slug[0]) + slug[1..] + "Exception";

    private static string EnvName(string slug, string what) => slug.ToUpperInvariant().Replace('-', '_') + "_" + what;

    private static bool Has(JsonElement json, string name) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out _);

    private static JsonElement Inner(JsonElement json, string outer, string name)
        => Has(json, outer) && json.GetProperty(outer).TryGetProperty(name, out var value) ? value : default;

    private static string? Text(JsonElement json, string name) => Has(json, name) ? json.GetProperty(name).GetString() : null;

    private static double? Number(JsonElement json, string name) => Has(json, name) ? json.GetProperty(name).GetDouble() : null;

    private static bool IsTrue(JsonElement json, string name) => Has(json, name) && json.GetProperty(name).GetBoolean();

    private static bool IsFalse(JsonElement json, string name) => Has(json, name) && !json.GetProperty(name).GetBoolean();

    // PERF: loops, not LINQ: instantiations over the document's value types are compiled anew at every start of the process.
    private static ImmutableArray<string> Strings(JsonElement json, string name)
    {
        if (!Has(json, name))
        {
            return [];
        }

        var texts = ImmutableArray.CreateBuilder<string>();
        foreach (var entry in json.GetProperty(name).EnumerateArray())
        {
            texts.Add(entry.GetString() ?? "");
        }

        return texts.ToImmutable();
    }

    private static FrozenDictionary<string, string> Map(JsonElement json, string name)
        => MapOf(json, name, static value => value.GetString() ?? "");

    private static FrozenDictionary<string, T> MapOf<T>(JsonElement json, string name, Func<JsonElement, T> read)
        where T : class
        => Has(json, name) ? MapOf(json.GetProperty(name), read) : FrozenDictionary<string, T>.Empty;

    private static FrozenDictionary<string, T> MapOf<T>(JsonElement json, Func<JsonElement, T> read)
        where T : class
    {
        var map = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var pair in json.EnumerateObject())
        {
            map[pair.Name] = read(pair.Value);
        }

        return map.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static ImmutableArray<JsonMember> Members(JsonElement json, string name)
    {
        if (!Has(json, name))
        {
            return [];
        }

        var members = ImmutableArray.CreateBuilder<JsonMember>();
        foreach (var pair in json.GetProperty(name).EnumerateObject())
        {
            members.Add(new JsonMember(pair.Name, Encoding.UTF8.GetBytes(pair.Value.GetRawText())));
        }

        return members.ToImmutable();
    }

    private static ImmutableArray<ModelParams> ByModel(JsonElement json)
    {
        if (!Has(json, "by_model"))
        {
            return [];
        }

        var sets = ImmutableArray.CreateBuilder<ModelParams>();
        foreach (var entry in json.GetProperty("by_model").EnumerateArray())
        {
            sets.Add(new ModelParams(Text(entry, "match") ?? "", Text(entry, "supported") ?? ""));
        }

        return sets.ToImmutable();
    }
}
