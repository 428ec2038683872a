using Tollgate.Engine.Configuration;

namespace Tollgate.Configuration;

/// <summary>Reads <see cref="GeneralSettings"/>.</summary>
internal static class GeneralSettingsReader
{
    private const double BytesPerMb = 1024 * 1024;

    public static GeneralSettings Read(Section general, Section models, Section router, EnvironmentSource environment)
    {
        var defaults = new GeneralSettings();
        return new GeneralSettings
        {
            MasterKey = MasterKey(general, environment),
            DatabaseUrl = general.Text("database_url") ?? DatabaseUrl(environment) ?? SplitUrl(environment) ?? models.Text("database_url"),
            UserHeaderName = CustomerHeader(general) ?? general.Text("user_header_name"),
            KeyHeaderName = general.Text("litellm_key_header_name"),
            AllowNonRegisteredModels = general.Flag("allow_non_registered_models") || general.Flag("pass_through_all_models")
                || router.Child("router_general_settings").Flag("pass_through_all_models"),
            AllowClientSideCredentials = general.Flag("allow_client_side_credentials"),
            PublicRoutes = general.Texts("public_routes"),
            AllowedRoutes = general.Texts("allowed_routes"),
            AllowedIps = general.Texts("allowed_ips"),
            UseForwardedFor = general.Flag("use_x_forwarded_for"),
            CompletionModel = general.Text("completion_model"),
            EmbeddingModel = general.Text("embedding_model"),
            ImageModel = general.Text("image_generation_model"),
            ModerationModel = general.Text("moderation_model"),
            ForwardClientHeaders = general.Flag("forward_client_headers_to_llm_api"),
            ForwardClientHeadersFor = models.Child("model_group_settings").Texts("forward_client_headers_to_llm_api"),
            ForwardOpenAiOrganization = general.Flag("forward_openai_org_id"),
            ForwardProviderAuthHeaders = general.Flag("forward_llm_provider_auth_headers")
                || models.Flag("forward_llm_provider_auth_headers"),
            AlwaysIncludeStreamUsage = general.Flag("always_include_stream_usage"),
            MaxRequestBytes = Bytes(general, "max_request_size_mb") ?? defaults.MaxRequestBytes,
            MaxUploadBytes = Bytes(general, "max_request_size_mb") ?? defaults.MaxUploadBytes,
            PassThroughEndpoints = PassThroughReader.Read(general, environment),
            UseClientCredentials = general.Flag("use_client_credentials_pass_through_routes"),
            MaxResponseBytes = Bytes(general, "max_response_size_mb"),
            EnforcedParams = general.Texts("enforced_params"),
            EnforceUserParam = general.Flag("enforce_user_param"),
            RejectClientTags = general.Flag("reject_clientside_metadata_tags"),
            SealsResponseIds = !general.Flag("disable_responses_id_security"),
            AllowClientMock = general.Bool("allow_client_mock") ?? defaults.AllowClientMock,
            SseKeepAlive = general.Seconds("sse_keepalive_seconds") ?? defaults.SseKeepAlive,
            HealthCheckDetails = general.Bool("health_check_details") ?? defaults.HealthCheckDetails,
        };
    }

    // A key that the file names but that is not set must not fall back to another: MasterKeyRule refuses it.
    private static string? MasterKey(Section general, EnvironmentSource environment) =>
        general["master_key"] is ScalarNode written && (written.Reference is not null || written.Kind != ScalarKind.Null)
            ? general.Text("master_key")
            : new VariableLookup(environment).Find("LITELLM_MASTER_KEY")?.TrimEnd('\r', '\n') is { Length: > 0 } key ? key : null;

    private static string? CustomerHeader(Section general) =>
        (general["user_header_mappings"] as SequenceNode)?.Items.OfType<MappingNode>().Select(static mapping => new Section(mapping))
            .FirstOrDefault(static mapping => mapping.Text("litellm_user_role") is "customer")?.Text("header_name");

    private static long? Bytes(Section section, string key) =>
        section.Number(key) is { } megabytes && megabytes > 0 ? (long)Math.Min(megabytes * BytesPerMb, long.MaxValue / 2) : null;

    private static string? DatabaseUrl(EnvironmentSource environment) =>
        new VariableLookup(environment).Find("DATABASE_URL")?.Trim() is { Length: > 0 } url ? url : null;

    // Parts are escaped, unlike in LiteLLM: a password may hold any character (config.md 9.2).
    private static string? SplitUrl(EnvironmentSource environment)
    {
        var user = environment.GetNonEmpty("DATABASE_USERNAME") ?? environment.GetNonEmpty("DATABASE_USER");
        if (environment.GetNonEmpty("DATABASE_HOST") is not { } host || user is null
            || environment.GetNonEmpty("DATABASE_NAME") is not { } name)
        {
            return null;
        }

        var password = environment.GetNonEmpty("DATABASE_PASSWORD") is { } secret ? ":" + Uri.EscapeDataString(secret) : "";
        var port = environment.GetNonEmpty("DATABASE_PORT") ?? "5432";
        var schema = environment.GetNonEmpty("DATABASE_SCHEMA") is { } written ? "?schema=" + Uri.EscapeDataString(written) : "";
        return $"postgresql://{Uri.EscapeDataString(user)}{password}@{host}:{port}/{Uri.EscapeDataString(name)}{schema}";
    }
}
