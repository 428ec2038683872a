using Tollgate.Engine.Configuration;

namespace Tollgate.Configuration;

/// <summary>Reads <see cref="ManagementSettings"/>.</summary>
internal static class ManagementSettingsReader
{
    public static ManagementSettings Read(
        Section general, Section models, Section own, EnvironmentSource environment, EnvironmentNumbers numbers)
    {
        var creation = models.Child("key_generation_settings");
        var defaults = new ManagementSettings();
        return new ManagementSettings
        {
            KeyDefaults = Section.ToMembers(models["default_key_generate_params"]),
            KeyBounds = Bounds(models.Child("upperbound_key_generate_params")),
            TeamKeys = Rule(creation.Child("team_key_generation"), "allowed_team_member_roles"),
            PersonalKeys = Rule(creation.Child("personal_key_generation"), "allowed_user_roles"),
            PersonalKeysDisabled = general.Flag("default_team_disabled"),
            CheckAliasForm = models.Flag("enable_key_alias_format_validation"),
            RequireAlias = general.Child("key_management_settings").Flag("store_virtual_keys"),
            HideKeyNames = environment.IsOn("DISABLE_KEY_NAME"),
            KeyBytes = Math.Clamp(numbers.Count("LENGTH_OF_LITELLM_GENERATED_KEY", 16), 8, 256),
            RotationGracePeriod = environment.GetNonEmpty("LITELLM_KEY_ROTATION_GRACE_PERIOD"),
            RotatesKeys = environment.IsOn("LITELLM_KEY_ROTATION_ENABLED"),
            RotationInterval = AtLeastASecond(numbers.Seconds("LITELLM_KEY_ROTATION_CHECK_INTERVAL_SECONDS", defaults.RotationInterval)),
            RotationLease = AtLeastASecond(numbers.Seconds("LITELLM_KEY_ROTATION_LOCK_TTL_SECONDS", defaults.RotationLease)),
            PollsBatches = environment.GetNonEmpty("PROXY_BATCH_POLLING_ENABLED") is null || environment.IsOn("PROXY_BATCH_POLLING_ENABLED"),
            BatchPollingInterval = AtLeastASecond(general.Seconds("proxy_batch_polling_interval")
                ?? numbers.Seconds("PROXY_BATCH_POLLING_INTERVAL", defaults.BatchPollingInterval)),
            BatchesPerPoll = Math.Clamp(numbers.Count("MAX_OBJECTS_PER_POLL_CYCLE", defaults.BatchesPerPoll), 1, 10_000),
            BatchStaleness = TimeSpan.FromDays(Math.Clamp(numbers.Count("MANAGED_OBJECT_STALENESS_CUTOFF_DAYS", 7), 1, 3650)),
            UserDefaults = Section.ToMembers(models["default_internal_user_params"]),
            TeamDefaults = Section.ToMembers(models["default_team_params"]),
            InternalUserBudget = models.Number("max_internal_user_budget") ?? models.Number("default_max_internal_user_budget"),
            InternalUserBudgetDuration = models.Text("internal_user_budget_duration"),
            PasswordHash = own.Text("password_hash")?.Trim().ToLowerInvariant() ?? "scrypt",
            UserList = Shape(general.Text("user_list_response")),
            HideMasterKeyRow = general.Flag("disable_master_key_return"),
            AdminOnlyRoutes = general.Texts("admin_only_routes"),
            IsDisabled = environment.IsOn("DISABLE_ADMIN_ENDPOINTS"),
        };
    }

    private static TimeSpan AtLeastASecond(TimeSpan span) => span < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : span;

    private static KeyUpperBounds Bounds(Section bounds) => new(
        bounds.Number("max_budget"),
        bounds.Text("budget_duration"),
        bounds.Text("duration"),
        Coercion.Integer(bounds["max_parallel_requests"]),
        Coercion.Integer(bounds["tpm_limit"]),
        Coercion.Integer(bounds["rpm_limit"]));

    private static KeyCreationRule? Rule(Section section, string roles) =>
        section.Node is null ? null : new KeyCreationRule(section.Texts(roles), section.Texts("required_params"));

    private static UserListShape Shape(string? text) => text?.Trim().ToLowerInvariant() switch
    {
        "object" => UserListShape.Object,
        "array" => UserListShape.Array,
        _ => UserListShape.Auto,
    };
}
