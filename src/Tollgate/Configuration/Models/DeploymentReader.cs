using System.Collections.Frozen;
using Tollgate.Engine.Configuration;
using Tollgate.Wire.Hub;

namespace Tollgate.Configuration;

/// <summary>Types one deployment from its merged parameters.</summary>
internal static class DeploymentReader
{
    public static DeploymentConfig Read(string modelName, string model, string id, MappingNode entry, DeploymentParams parameters)
    {
        var info = entry.Get("model_info") as MappingNode ?? MappingNode.Empty(entry.Position);
        var apiBase = parameters["api_base"] is { IsNull: false } ? "api_base" : "base_url";
        var (sslVerify, caFile) = Tls(parameters["ssl_verify"]);
        return new DeploymentConfig
        {
            ModelGroup = modelName,
            Id = id,
            Model = model,
            CustomProvider = parameters.Text("custom_llm_provider"),
            ApiKey = parameters.Text("api_key"),

            // An address that is missing must not send the key to the provider's own one.
            ApiKeyUnresolved = parameters.IsUnresolved("api_key") || parameters.IsUnresolved("api_base")
                || parameters.IsUnresolved("base_url"),
            ApiBase = parameters.Text(apiBase),
            ApiVersion = parameters.Text("api_version"),
            Organization = parameters.Text("organization"),
            Project = parameters.Text("project"),
            Timeout = Coercion.Timeout(parameters["timeout"]) ?? Coercion.Timeout(parameters["request_timeout"]),
            StreamTimeout = Coercion.Timeout(parameters["stream_timeout"]),
            NumRetries = Coercion.Int32(parameters["num_retries"]) ?? Coercion.Int32(parameters["max_retries"]),
            Weight = Coercion.Number(parameters["weight"]) ?? Coercion.Number(entry.Get("weight")),
            Rpm = Coercion.Integer(parameters["rpm"]) ?? Coercion.Integer(entry.Get("rpm")),
            Tpm = Coercion.Integer(parameters["tpm"]) ?? Coercion.Integer(entry.Get("tpm")),
            Order = Coercion.Int32(parameters["order"]) ?? Coercion.Int32(entry.Get("order")),
            DropParams = Coercion.Bool(parameters["drop_params"]),
            AdditionalDropParams = Coercion.Texts(parameters["additional_drop_params"]),
            AllowedOpenAiParams = Coercion.Texts(parameters["allowed_openai_params"]),
            ClientSideAuthParams = ClientSideAuth(parameters["configurable_clientside_auth_params"]),
            ExtraHeaders = Section.ToTexts(parameters["extra_headers"] is { IsNull: false } headers ? headers : parameters["headers"]),
            ExtraBody = Section.ToMembers(parameters["extra_body"]),
            ExtraQuery = Section.ToTexts(parameters["extra_query"]),
            MaxFileBytes = Coercion.Number(parameters["max_file_size_mb"]) is >= 0 and < 1_000_000 and var megabytes ? (long)(megabytes * 1024 * 1024) : null,
            DefaultParams = RequestParameters.Of(parameters),
            ProviderParams = ConnectionParams(parameters.Entries),
            CachePoints = parameters["cache_control_injection_points"] is { IsNull: false } points ? CachePoint.ReadAll(JsonText.Utf8(points)) : [],
            SslVerify = sslVerify,
            SslCaFile = caFile,
            Proxy = parameters.Text("proxy"),
            MockResponse = parameters["mock_response"] is { IsNull: false } mock ? JsonText.Utf8(mock) : (ReadOnlyMemory<byte>?)null,
            MockDelay = Coercion.Timeout(parameters["mock_delay"]),
            SupportsSystemMessage = Coercion.Bool(parameters["supports_system_message"])
                ?? Coercion.Bool(info.Get("supports_system_message")) ?? true,
            MergeReasoningContent = Coercion.Bool(parameters["merge_reasoning_content_in_choices"]) ?? false,
            UseChatCompletionsApi = Coercion.Bool(parameters["use_chat_completions_api"]) ?? false,
            UseInPassThrough = Coercion.Bool(parameters["use_in_pass_through"]) ?? false,
            MaxBudget = Amount(parameters["max_budget"]) ?? Amount(entry.Get("max_budget")),
            BudgetDuration = parameters.Text("budget_duration") ?? Coercion.NonEmptyText(entry.Get("budget_duration")),
            Prices = PriceReader.Of(info, parameters),
            Info = DeploymentInfoReader.Read(new Section(info), parameters, entry),
            Source = entry.Position,
        };
    }

    // Beyond what a decimal holds there is no limit that anyone could reach.
    private static decimal? Amount(ConfigNode? node) =>
        Coercion.Number(node) is { } number && number is >= 0 and < (double)decimal.MaxValue ? (decimal)number : null;

    private static (bool? Verify, string? CaFile) Tls(ConfigNode? node) => Coercion.NonEmptyText(node) switch
    {
        null => (null, null),
        var text when YamlScalars.TryBool(text, out var verify) => (verify, null),
        var path => (true, path),
    };

    // A name, or {name: expression}; either may stand alone or in a list.
    private static FrozenDictionary<string, string?> ClientSideAuth(ConfigNode? node)
    {
        var allowed = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var item in node is SequenceNode list ? list.Items : node is null ? [] : [node])
        {
            if (Coercion.Text(item) is { } name)
            {
                allowed[name] = null;
            }

            foreach (var entry in (item as MappingNode)?.Entries ?? [])
            {
                allowed[entry.Key] = Coercion.Text(entry.Value);
            }
        }

        return allowed.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>What connections know how to use: projects, regions, roles and the like.</summary>
    internal static FrozenDictionary<string, string> ConnectionParams(IEnumerable<MappingEntry> entries)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in entries.Where(static entry => ConfigSchema.IsConnectionKey(entry.Key) && !entry.Value.IsNull))
        {
            found[entry.Key] = Coercion.Text(entry.Value) ?? JsonText.Of(entry.Value);
        }

        foreach (var (alias, name) in ConnectionAliases)
        {
            if (found.Remove(alias, out var value))
            {
                found.TryAdd(name, value);
            }
        }

        return found.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>Second names of connection parameters; the first name wins (providers.md section 3).</summary>
    private static readonly (string Alias, string Name)[] ConnectionAliases =
    [
        ("vertex_ai_project", "vertex_project"), ("vertex_ai_location", "vertex_location"), ("vertex_ai_credentials", "vertex_credentials"),
    ];
}
