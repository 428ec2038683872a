-- Made by Schema/generate.py from Schema/columns.tsv and Schema/keys.tsv.
CREATE TABLE "LiteLLM_VerificationToken" (
    "token" TEXT NOT NULL,
    "key_name" TEXT,
    "key_alias" TEXT,
    "soft_budget_cooldown" INTEGER NOT NULL DEFAULT 0 CHECK ("soft_budget_cooldown" IN (0, 1)),
    "spend" REAL NOT NULL DEFAULT 0,
    "expires" TEXT,
    "models" TEXT CHECK ("models" IS NULL OR json_valid("models") AND json_type("models") = 'array'),
    "aliases" TEXT NOT NULL DEFAULT '{}' CHECK (json_valid("aliases")),
    "config" TEXT NOT NULL DEFAULT '{}' CHECK (json_valid("config")),
    "router_settings" TEXT DEFAULT '{}' CHECK ("router_settings" IS NULL OR json_valid("router_settings")),
    "user_id" TEXT,
    "team_id" TEXT,
    "agent_id" TEXT,
    "project_id" TEXT,
    "permissions" TEXT NOT NULL DEFAULT '{}' CHECK (json_valid("permissions")),
    "max_parallel_requests" INTEGER,
    "metadata" TEXT NOT NULL DEFAULT '{}' CHECK (json_valid("metadata")),
    "blocked" INTEGER CHECK ("blocked" IN (0, 1)),
    "tpm_limit" INTEGER,
    "rpm_limit" INTEGER,
    "max_budget" REAL,
    "budget_duration" TEXT,
    "budget_reset_at" TEXT,
    "allowed_cache_controls" TEXT DEFAULT '[]' CHECK ("allowed_cache_controls" IS NULL OR json_valid("allowed_cache_controls") AND json_type("allowed_cache_controls") = 'array'),
    "allowed_routes" TEXT DEFAULT '[]' CHECK ("allowed_routes" IS NULL OR json_valid("allowed_routes") AND json_type("allowed_routes") = 'array'),
    "policies" TEXT DEFAULT '[]' CHECK ("policies" IS NULL OR json_valid("policies") AND json_type("policies") = 'array'),
    "access_group_ids" TEXT DEFAULT '[]' CHECK ("access_group_ids" IS NULL OR json_valid("access_group_ids") AND json_type("access_group_ids") = 'array'),
    "model_spend" TEXT NOT NULL DEFAULT '{}' CHECK (json_valid("model_spend")),
    "model_max_budget" TEXT NOT NULL DEFAULT '{}' CHECK (json_valid("model_max_budget")),
    "budget_id" TEXT,
    "organization_id" TEXT,
    "object_permission_id" TEXT,
    "created_at" TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "created_by" TEXT,
    "updated_at" TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_by" TEXT,
    "last_active" TEXT,
    "rotation_count" INTEGER DEFAULT 0,
    "auto_rotate" INTEGER DEFAULT 0 CHECK ("auto_rotate" IN (0, 1)),
    "rotation_interval" TEXT,
    "last_rotation_at" TEXT,
    "key_rotation_at" TEXT,
    "budget_limits" TEXT CHECK ("budget_limits" IS NULL OR json_valid("budget_limits")),
    CONSTRAINT "LiteLLM_VerificationToken_pkey" PRIMARY KEY ("token"),
    CONSTRAINT "LiteLLM_VerificationToken_budget_id_fkey" FOREIGN KEY ("budget_id") REFERENCES "LiteLLM_BudgetTable" ("budget_id") ON DELETE SET NULL ON UPDATE CASCADE,
    CONSTRAINT "LiteLLM_VerificationToken_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "LiteLLM_OrganizationTable" ("organization_id") ON DELETE SET NULL ON UPDATE CASCADE,
    CONSTRAINT "LiteLLM_VerificationToken_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "LiteLLM_ProjectTable" ("project_id") ON DELETE SET NULL ON UPDATE CASCADE,
    CONSTRAINT "LiteLLM_VerificationToken_object_permission_id_fkey" FOREIGN KEY ("object_permission_id") REFERENCES "LiteLLM_ObjectPermissionTable" ("object_permission_id") ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE INDEX "LiteLLM_VerificationToken_user_id_team_id_idx" ON "LiteLLM_VerificationToken" ("user_id", "team_id");
CREATE INDEX "LiteLLM_VerificationToken_team_id_idx" ON "LiteLLM_VerificationToken" ("team_id");
CREATE INDEX "LiteLLM_VerificationToken_budget_reset_at_expires_idx" ON "LiteLLM_VerificationToken" ("budget_reset_at", "expires");
CREATE TABLE "LiteLLM_UserTable" (
    "user_id" TEXT NOT NULL,
    "user_alias" TEXT,
    "team_id" TEXT,
    "sso_user_id" TEXT,
    "organization_id" TEXT,
    "object_permission_id" TEXT,
    "password" TEXT,
    "teams" TEXT DEFAULT '[]' CHECK ("teams" IS NULL OR json_valid("teams") AND json_type("teams") = 'array'),
    "user_role" TEXT,
    "max_budget" REAL,
    "spend" REAL NOT NULL DEFAULT 0,
    "user_email" TEXT,
    "models" TEXT CHECK ("models" IS NULL OR json_valid("models") AND json_type("models") = 'array'),
    "metadata" TEXT NOT NULL DEFAULT '{}' CHECK (json_valid("metadata")),
    "max_parallel_requests" INTEGER,
    "tpm_limit" INTEGER,
    "rpm_limit" INTEGER,
    "budget_duration" TEXT,
    "budget_reset_at" TEXT,
    "allowed_cache_controls" TEXT DEFAULT '[]' CHECK ("allowed_cache_controls" IS NULL OR json_valid("allowed_cache_controls") AND json_type("allowed_cache_controls") = 'array'),
    "policies" TEXT DEFAULT '[]' CHECK ("policies" IS NULL OR json_valid("policies") AND json_type("policies") = 'array'),
    "model_spend" TEXT NOT NULL DEFAULT '{}' CHECK (json_valid("model_spend")),
    "model_max_budget" TEXT NOT NULL DEFAULT '{}' CHECK (json_valid("model_max_budget")),
    "created_at" TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_at" TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    CONSTRAINT "LiteLLM_UserTable_pkey" PRIMARY KEY ("user_id"),
    CONSTRAINT "LiteLLM_UserTable_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "LiteLLM_OrganizationTable" ("organization_id") ON DELETE SET NULL ON UPDATE CASCADE,
    CONSTRAINT "LiteLLM_UserTable_object_permission_id_fkey" FOREIGN KEY ("object_permission_id") REFERENCES "LiteLLM_ObjectPermissionTable" ("object_permission_id") ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "LiteLLM_UserTable_sso_user_id_key" ON "LiteLLM_UserTable" ("sso_user_id");
CREATE INDEX "LiteLLM_UserTable_user_email_lower_idx" ON "LiteLLM_UserTable" (lower("user_email"));
CREATE TABLE "LiteLLM_TeamTable" (
    "team_id" TEXT NOT NULL,
    "team_alias" TEXT,
    "organization_id" TEXT,
    "object_permission_id" TEXT,
    "admins" TEXT CHECK ("admins" IS NULL OR json_valid("admins") AND json_type("admins") = 'array'),
    "members" TEXT CHECK ("members" IS NULL OR json_valid("members") AND json_type("members") = 'array'),
    "members_with_roles" TEXT NOT NULL DEFAULT '{}' CHECK (json_valid("members_with_roles")),
    "metadata" TEXT NOT NULL DEFAULT '{}' CHECK (json_valid("metadata")),
    "max_budget" REAL,
    "soft_budget" REAL,
    "spend" REAL NOT NULL DEFAULT 0,
    "models" TEXT CHECK ("models" IS NULL OR json_valid("models") AND json_type("models") = 'array'),
    "max_parallel_requests" INTEGER,
    "tpm_limit" INTEGER,
    "rpm_limit" INTEGER,
    "budget_duration" TEXT,
    "budget_reset_at" TEXT,
    "blocked" INTEGER NOT NULL DEFAULT 0 CHECK ("blocked" IN (0, 1)),
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "model_spend" TEXT NOT NULL DEFAULT '{}' CHECK (json_valid("model_spend")),
    "model_max_budget" TEXT NOT NULL DEFAULT '{}' CHECK (json_valid("model_max_budget")),
    "router_settings" TEXT DEFAULT '{}' CHECK ("router_settings" IS NULL OR json_valid("router_settings")),
    "team_member_permissions" TEXT DEFAULT '[]' CHECK ("team_member_permissions" IS NULL OR json_valid("team_member_permissions") AND json_type("team_member_permissions") = 'array'),
    "access_group_ids" TEXT DEFAULT '[]' CHECK ("access_group_ids" IS NULL OR json_valid("access_group_ids") AND json_type("access_group_ids") = 'array'),
    "policies" TEXT DEFAULT '[]' CHECK ("policies" IS NULL OR json_valid("policies") AND json_type("policies") = 'array'),
    "default_team_member_models" TEXT DEFAULT '[]' CHECK ("default_team_member_models" IS NULL OR json_valid("default_team_member_models") AND json_type("default_team_member_models") = 'array'),
    "budget_limits" TEXT CHECK ("budget_limits" IS NULL OR json_valid("budget_limits")),
    "model_id" INTEGER,
    "allow_team_guardrail_config" INTEGER NOT NULL DEFAULT 0 CHECK ("allow_team_guardrail_config" IN (0, 1)),
    CONSTRAINT "LiteLLM_TeamTable_pkey" PRIMARY KEY ("team_id"),
    CONSTRAINT "LiteLLM_TeamTable_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "LiteLLM_OrganizationTable" ("organization_id") ON DELETE SET NULL ON UPDATE CASCADE,
    CONSTRAINT "LiteLLM_TeamTable_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "LiteLLM_ModelTable" ("id") ON DELETE SET NULL ON UPDATE CASCADE,
    CONSTRAINT "LiteLLM_TeamTable_object_permission_id_fkey" FOREIGN KEY ("object_permission_id") REFERENCES "LiteLLM_ObjectPermissionTable" ("object_permission_id") ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "LiteLLM_TeamTable_model_id_key" ON "LiteLLM_TeamTable" ("model_id");
CREATE INDEX "LiteLLM_TeamTable_organization_id_idx" ON "LiteLLM_TeamTable" ("organization_id");
CREATE INDEX "LiteLLM_TeamTable_team_alias_idx" ON "LiteLLM_TeamTable" ("team_alias");
CREATE INDEX "LiteLLM_TeamTable_created_at_idx" ON "LiteLLM_TeamTable" ("created_at");
CREATE TABLE "LiteLLM_TeamMembership" (
    "user_id" TEXT NOT NULL,
    "team_id" TEXT NOT NULL,
    "spend" REAL NOT NULL DEFAULT 0,
    "total_spend" REAL NOT NULL DEFAULT 0,
    "budget_id" TEXT,
    CONSTRAINT "LiteLLM_TeamMembership_pkey" PRIMARY KEY ("user_id", "team_id"),
    CONSTRAINT "LiteLLM_TeamMembership_budget_id_fkey" FOREIGN KEY ("budget_id") REFERENCES "LiteLLM_BudgetTable" ("budget_id") ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE TABLE "LiteLLM_OrganizationTable" (
    "organization_id" TEXT NOT NULL,
    "organization_alias" TEXT NOT NULL,
    "budget_id" TEXT NOT NULL,
    "metadata" TEXT NOT NULL DEFAULT '{}' CHECK (json_valid("metadata")),
    "models" TEXT CHECK ("models" IS NULL OR json_valid("models") AND json_type("models") = 'array'),
    "spend" REAL NOT NULL DEFAULT 0,
    "model_spend" TEXT NOT NULL DEFAULT '{}' CHECK (json_valid("model_spend")),
    "object_permission_id" TEXT,
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "created_by" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_by" TEXT NOT NULL,
    CONSTRAINT "LiteLLM_OrganizationTable_pkey" PRIMARY KEY ("organization_id"),
    CONSTRAINT "LiteLLM_OrganizationTable_budget_id_fkey" FOREIGN KEY ("budget_id") REFERENCES "LiteLLM_BudgetTable" ("budget_id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "LiteLLM_OrganizationTable_object_permission_id_fkey" FOREIGN KEY ("object_permission_id") REFERENCES "LiteLLM_ObjectPermissionTable" ("object_permission_id") ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE TABLE "LiteLLM_OrganizationMembership" (
    "user_id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "user_role" TEXT,
    "spend" REAL DEFAULT 0,
    "budget_id" TEXT,
    "created_at" TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_at" TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    CONSTRAINT "LiteLLM_OrganizationMembership_pkey" PRIMARY KEY ("user_id", "organization_id"),
    CONSTRAINT "LiteLLM_OrganizationMembership_budget_id_fkey" FOREIGN KEY ("budget_id") REFERENCES "LiteLLM_BudgetTable" ("budget_id") ON DELETE SET NULL ON UPDATE CASCADE,
    CONSTRAINT "LiteLLM_OrganizationMembership_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "LiteLLM_UserTable" ("user_id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "LiteLLM_OrganizationMembership_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "LiteLLM_OrganizationTable" ("organization_id") ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "LiteLLM_OrganizationMembership_user_id_organization_id_key" ON "LiteLLM_OrganizationMembership" ("user_id", "organization_id");
CREATE TABLE "LiteLLM_BudgetTable" (
    "budget_id" TEXT NOT NULL,
    "max_budget" REAL,
    "soft_budget" REAL,
    "max_parallel_requests" INTEGER,
    "tpm_limit" INTEGER,
    "rpm_limit" INTEGER,
    "model_max_budget" TEXT CHECK ("model_max_budget" IS NULL OR json_valid("model_max_budget")),
    "budget_duration" TEXT,
    "budget_reset_at" TEXT,
    "allowed_models" TEXT DEFAULT '[]' CHECK ("allowed_models" IS NULL OR json_valid("allowed_models") AND json_type("allowed_models") = 'array'),
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "created_by" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_by" TEXT NOT NULL,
    CONSTRAINT "LiteLLM_BudgetTable_pkey" PRIMARY KEY ("budget_id")
);
CREATE TABLE "LiteLLM_EndUserTable" (
    "user_id" TEXT NOT NULL,
    "alias" TEXT,
    "spend" REAL NOT NULL DEFAULT 0,
    "allowed_model_region" TEXT,
    "default_model" TEXT,
    "budget_id" TEXT,
    "object_permission_id" TEXT,
    "blocked" INTEGER NOT NULL DEFAULT 0 CHECK ("blocked" IN (0, 1)),
    CONSTRAINT "LiteLLM_EndUserTable_pkey" PRIMARY KEY ("user_id"),
    CONSTRAINT "LiteLLM_EndUserTable_budget_id_fkey" FOREIGN KEY ("budget_id") REFERENCES "LiteLLM_BudgetTable" ("budget_id") ON DELETE SET NULL ON UPDATE CASCADE,
    CONSTRAINT "LiteLLM_EndUserTable_object_permission_id_fkey" FOREIGN KEY ("object_permission_id") REFERENCES "LiteLLM_ObjectPermissionTable" ("object_permission_id") ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE TABLE "LiteLLM_TagTable" (
    "tag_name" TEXT NOT NULL,
    "description" TEXT,
    "models" TEXT CHECK ("models" IS NULL OR json_valid("models") AND json_type("models") = 'array'),
    "model_info" TEXT CHECK ("model_info" IS NULL OR json_valid("model_info")),
    "spend" REAL NOT NULL DEFAULT 0,
    "budget_id" TEXT,
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "created_by" TEXT,
    "updated_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    CONSTRAINT "LiteLLM_TagTable_pkey" PRIMARY KEY ("tag_name"),
    CONSTRAINT "LiteLLM_TagTable_budget_id_fkey" FOREIGN KEY ("budget_id") REFERENCES "LiteLLM_BudgetTable" ("budget_id") ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE TABLE "LiteLLM_ProxyModelTable" (
    "model_id" TEXT NOT NULL,
    "model_name" TEXT NOT NULL,
    "litellm_params" TEXT NOT NULL CHECK (json_valid("litellm_params")),
    "model_info" TEXT CHECK ("model_info" IS NULL OR json_valid("model_info")),
    "blocked" INTEGER NOT NULL DEFAULT 0 CHECK ("blocked" IN (0, 1)),
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "created_by" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_by" TEXT NOT NULL,
    CONSTRAINT "LiteLLM_ProxyModelTable_pkey" PRIMARY KEY ("model_id")
);
CREATE TABLE "LiteLLM_CredentialsTable" (
    "credential_id" TEXT NOT NULL,
    "credential_name" TEXT NOT NULL,
    "credential_values" TEXT NOT NULL CHECK (json_valid("credential_values")),
    "credential_info" TEXT CHECK ("credential_info" IS NULL OR json_valid("credential_info")),
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "created_by" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_by" TEXT NOT NULL,
    CONSTRAINT "LiteLLM_CredentialsTable_pkey" PRIMARY KEY ("credential_id")
);
CREATE UNIQUE INDEX "LiteLLM_CredentialsTable_credential_name_key" ON "LiteLLM_CredentialsTable" ("credential_name");
CREATE TABLE "LiteLLM_ModelTable" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "aliases" TEXT CHECK ("aliases" IS NULL OR json_valid("aliases")),
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "created_by" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_by" TEXT NOT NULL
);
CREATE TABLE "LiteLLM_Config" (
    "param_name" TEXT NOT NULL,
    "param_value" TEXT CHECK ("param_value" IS NULL OR json_valid("param_value")),
    CONSTRAINT "LiteLLM_Config_pkey" PRIMARY KEY ("param_name")
);
CREATE TABLE "LiteLLM_SpendLogs" (
    "request_id" TEXT NOT NULL,
    "call_type" TEXT NOT NULL,
    "api_key" TEXT NOT NULL DEFAULT '',
    "spend" REAL NOT NULL DEFAULT 0,
    "total_tokens" INTEGER NOT NULL DEFAULT 0,
    "prompt_tokens" INTEGER NOT NULL DEFAULT 0,
    "completion_tokens" INTEGER NOT NULL DEFAULT 0,
    "startTime" TEXT NOT NULL,
    "endTime" TEXT NOT NULL,
    "request_duration_ms" INTEGER,
    "completionStartTime" TEXT,
    "model" TEXT NOT NULL DEFAULT '',
    "model_id" TEXT DEFAULT '',
    "model_group" TEXT DEFAULT '',
    "custom_llm_provider" TEXT DEFAULT '',
    "api_base" TEXT DEFAULT '',
    "user" TEXT DEFAULT '',
    "metadata" TEXT DEFAULT '{}' CHECK ("metadata" IS NULL OR json_valid("metadata")),
    "cache_hit" TEXT DEFAULT '',
    "cache_key" TEXT DEFAULT '',
    "request_tags" TEXT DEFAULT '[]' CHECK ("request_tags" IS NULL OR json_valid("request_tags")),
    "team_id" TEXT,
    "organization_id" TEXT,
    "end_user" TEXT,
    "requester_ip_address" TEXT,
    "messages" TEXT DEFAULT '{}' CHECK ("messages" IS NULL OR json_valid("messages")),
    "response" TEXT DEFAULT '{}' CHECK ("response" IS NULL OR json_valid("response")),
    "session_id" TEXT,
    "status" TEXT,
    "mcp_namespaced_tool_name" TEXT,
    "agent_id" TEXT,
    "proxy_server_request" TEXT DEFAULT '{}' CHECK ("proxy_server_request" IS NULL OR json_valid("proxy_server_request")),
    CONSTRAINT "LiteLLM_SpendLogs_pkey" PRIMARY KEY ("request_id")
);
CREATE INDEX "LiteLLM_SpendLogs_startTime_idx" ON "LiteLLM_SpendLogs" ("startTime");
CREATE INDEX "LiteLLM_SpendLogs_startTime_request_id_idx" ON "LiteLLM_SpendLogs" ("startTime", "request_id");
CREATE INDEX "LiteLLM_SpendLogs_end_user_idx" ON "LiteLLM_SpendLogs" ("end_user");
CREATE INDEX "LiteLLM_SpendLogs_session_id_idx" ON "LiteLLM_SpendLogs" ("session_id");
CREATE TABLE "LiteLLM_ErrorLogs" (
    "request_id" TEXT NOT NULL,
    "startTime" TEXT NOT NULL,
    "endTime" TEXT NOT NULL,
    "api_base" TEXT NOT NULL DEFAULT '',
    "model_group" TEXT NOT NULL DEFAULT '',
    "litellm_model_name" TEXT NOT NULL DEFAULT '',
    "model_id" TEXT NOT NULL DEFAULT '',
    "request_kwargs" TEXT NOT NULL DEFAULT '{}' CHECK (json_valid("request_kwargs")),
    "exception_type" TEXT NOT NULL DEFAULT '',
    "exception_string" TEXT NOT NULL DEFAULT '',
    "status_code" TEXT NOT NULL DEFAULT '',
    CONSTRAINT "LiteLLM_ErrorLogs_pkey" PRIMARY KEY ("request_id")
);
CREATE TABLE "LiteLLM_DailyUserSpend" (
    "id" TEXT NOT NULL,
    "user_id" TEXT,
    "date" TEXT NOT NULL,
    "api_key" TEXT NOT NULL,
    "model" TEXT,
    "model_group" TEXT,
    "custom_llm_provider" TEXT,
    "mcp_namespaced_tool_name" TEXT,
    "endpoint" TEXT,
    "prompt_tokens" INTEGER NOT NULL DEFAULT 0,
    "completion_tokens" INTEGER NOT NULL DEFAULT 0,
    "cache_read_input_tokens" INTEGER NOT NULL DEFAULT 0,
    "cache_creation_input_tokens" INTEGER NOT NULL DEFAULT 0,
    "spend" REAL NOT NULL DEFAULT 0,
    "api_requests" INTEGER NOT NULL DEFAULT 0,
    "successful_requests" INTEGER NOT NULL DEFAULT 0,
    "failed_requests" INTEGER NOT NULL DEFAULT 0,
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "LiteLLM_DailyUserSpend_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "LiteLLM_DailyUserSpend_user_id_date_api_key_model_custom_ll_key" ON "LiteLLM_DailyUserSpend" ("user_id", "date", "api_key", "model", "custom_llm_provider", "mcp_namespaced_tool_name", "endpoint");
CREATE INDEX "LiteLLM_DailyUserSpend_date_idx" ON "LiteLLM_DailyUserSpend" ("date");
CREATE INDEX "LiteLLM_DailyUserSpend_user_id_date_idx" ON "LiteLLM_DailyUserSpend" ("user_id", "date");
CREATE INDEX "LiteLLM_DailyUserSpend_api_key_idx" ON "LiteLLM_DailyUserSpend" ("api_key");
CREATE INDEX "LiteLLM_DailyUserSpend_model_idx" ON "LiteLLM_DailyUserSpend" ("model");
CREATE INDEX "LiteLLM_DailyUserSpend_mcp_namespaced_tool_name_idx" ON "LiteLLM_DailyUserSpend" ("mcp_namespaced_tool_name");
CREATE INDEX "LiteLLM_DailyUserSpend_endpoint_idx" ON "LiteLLM_DailyUserSpend" ("endpoint");
CREATE TABLE "LiteLLM_DailyTeamSpend" (
    "id" TEXT NOT NULL,
    "team_id" TEXT,
    "date" TEXT NOT NULL,
    "api_key" TEXT NOT NULL,
    "model" TEXT,
    "model_group" TEXT,
    "custom_llm_provider" TEXT,
    "mcp_namespaced_tool_name" TEXT,
    "endpoint" TEXT,
    "prompt_tokens" INTEGER NOT NULL DEFAULT 0,
    "completion_tokens" INTEGER NOT NULL DEFAULT 0,
    "cache_read_input_tokens" INTEGER NOT NULL DEFAULT 0,
    "cache_creation_input_tokens" INTEGER NOT NULL DEFAULT 0,
    "spend" REAL NOT NULL DEFAULT 0,
    "api_requests" INTEGER NOT NULL DEFAULT 0,
    "successful_requests" INTEGER NOT NULL DEFAULT 0,
    "failed_requests" INTEGER NOT NULL DEFAULT 0,
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "LiteLLM_DailyTeamSpend_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "LiteLLM_DailyTeamSpend_team_id_date_api_key_model_custom_ll_key" ON "LiteLLM_DailyTeamSpend" ("team_id", "date", "api_key", "model", "custom_llm_provider", "mcp_namespaced_tool_name", "endpoint");
CREATE INDEX "LiteLLM_DailyTeamSpend_date_idx" ON "LiteLLM_DailyTeamSpend" ("date");
CREATE INDEX "LiteLLM_DailyTeamSpend_team_id_date_idx" ON "LiteLLM_DailyTeamSpend" ("team_id", "date");
CREATE INDEX "LiteLLM_DailyTeamSpend_api_key_idx" ON "LiteLLM_DailyTeamSpend" ("api_key");
CREATE INDEX "LiteLLM_DailyTeamSpend_model_idx" ON "LiteLLM_DailyTeamSpend" ("model");
CREATE INDEX "LiteLLM_DailyTeamSpend_mcp_namespaced_tool_name_idx" ON "LiteLLM_DailyTeamSpend" ("mcp_namespaced_tool_name");
CREATE INDEX "LiteLLM_DailyTeamSpend_endpoint_idx" ON "LiteLLM_DailyTeamSpend" ("endpoint");
CREATE TABLE "LiteLLM_DailyOrganizationSpend" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT,
    "date" TEXT NOT NULL,
    "api_key" TEXT NOT NULL,
    "model" TEXT,
    "model_group" TEXT,
    "custom_llm_provider" TEXT,
    "mcp_namespaced_tool_name" TEXT,
    "endpoint" TEXT,
    "prompt_tokens" INTEGER NOT NULL DEFAULT 0,
    "completion_tokens" INTEGER NOT NULL DEFAULT 0,
    "cache_read_input_tokens" INTEGER NOT NULL DEFAULT 0,
    "cache_creation_input_tokens" INTEGER NOT NULL DEFAULT 0,
    "spend" REAL NOT NULL DEFAULT 0,
    "api_requests" INTEGER NOT NULL DEFAULT 0,
    "successful_requests" INTEGER NOT NULL DEFAULT 0,
    "failed_requests" INTEGER NOT NULL DEFAULT 0,
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "LiteLLM_DailyOrganizationSpend_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "LiteLLM_DailyOrganizationSpend_organization_id_date_api_key_key" ON "LiteLLM_DailyOrganizationSpend" ("organization_id", "date", "api_key", "model", "custom_llm_provider", "mcp_namespaced_tool_name", "endpoint");
CREATE INDEX "LiteLLM_DailyOrganizationSpend_date_idx" ON "LiteLLM_DailyOrganizationSpend" ("date");
CREATE INDEX "LiteLLM_DailyOrganizationSpend_organization_id_date_idx" ON "LiteLLM_DailyOrganizationSpend" ("organization_id", "date");
CREATE INDEX "LiteLLM_DailyOrganizationSpend_api_key_idx" ON "LiteLLM_DailyOrganizationSpend" ("api_key");
CREATE INDEX "LiteLLM_DailyOrganizationSpend_model_idx" ON "LiteLLM_DailyOrganizationSpend" ("model");
CREATE INDEX "LiteLLM_DailyOrganizationSpend_mcp_namespaced_tool_name_idx" ON "LiteLLM_DailyOrganizationSpend" ("mcp_namespaced_tool_name");
CREATE INDEX "LiteLLM_DailyOrganizationSpend_endpoint_idx" ON "LiteLLM_DailyOrganizationSpend" ("endpoint");
CREATE TABLE "LiteLLM_DailyEndUserSpend" (
    "id" TEXT NOT NULL,
    "end_user_id" TEXT,
    "date" TEXT NOT NULL,
    "api_key" TEXT NOT NULL,
    "model" TEXT,
    "model_group" TEXT,
    "custom_llm_provider" TEXT,
    "mcp_namespaced_tool_name" TEXT,
    "endpoint" TEXT,
    "prompt_tokens" INTEGER NOT NULL DEFAULT 0,
    "completion_tokens" INTEGER NOT NULL DEFAULT 0,
    "cache_read_input_tokens" INTEGER NOT NULL DEFAULT 0,
    "cache_creation_input_tokens" INTEGER NOT NULL DEFAULT 0,
    "spend" REAL NOT NULL DEFAULT 0,
    "api_requests" INTEGER NOT NULL DEFAULT 0,
    "successful_requests" INTEGER NOT NULL DEFAULT 0,
    "failed_requests" INTEGER NOT NULL DEFAULT 0,
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "LiteLLM_DailyEndUserSpend_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "LiteLLM_DailyEndUserSpend_end_user_id_date_api_key_model_cu_key" ON "LiteLLM_DailyEndUserSpend" ("end_user_id", "date", "api_key", "model", "custom_llm_provider", "mcp_namespaced_tool_name", "endpoint");
CREATE INDEX "LiteLLM_DailyEndUserSpend_date_idx" ON "LiteLLM_DailyEndUserSpend" ("date");
CREATE INDEX "LiteLLM_DailyEndUserSpend_end_user_id_date_idx" ON "LiteLLM_DailyEndUserSpend" ("end_user_id", "date");
CREATE INDEX "LiteLLM_DailyEndUserSpend_api_key_idx" ON "LiteLLM_DailyEndUserSpend" ("api_key");
CREATE INDEX "LiteLLM_DailyEndUserSpend_model_idx" ON "LiteLLM_DailyEndUserSpend" ("model");
CREATE INDEX "LiteLLM_DailyEndUserSpend_mcp_namespaced_tool_name_idx" ON "LiteLLM_DailyEndUserSpend" ("mcp_namespaced_tool_name");
CREATE INDEX "LiteLLM_DailyEndUserSpend_endpoint_idx" ON "LiteLLM_DailyEndUserSpend" ("endpoint");
CREATE TABLE "LiteLLM_DailyAgentSpend" (
    "id" TEXT NOT NULL,
    "agent_id" TEXT,
    "date" TEXT NOT NULL,
    "api_key" TEXT NOT NULL,
    "model" TEXT,
    "model_group" TEXT,
    "custom_llm_provider" TEXT,
    "mcp_namespaced_tool_name" TEXT,
    "endpoint" TEXT,
    "prompt_tokens" INTEGER NOT NULL DEFAULT 0,
    "completion_tokens" INTEGER NOT NULL DEFAULT 0,
    "cache_read_input_tokens" INTEGER NOT NULL DEFAULT 0,
    "cache_creation_input_tokens" INTEGER NOT NULL DEFAULT 0,
    "spend" REAL NOT NULL DEFAULT 0,
    "api_requests" INTEGER NOT NULL DEFAULT 0,
    "successful_requests" INTEGER NOT NULL DEFAULT 0,
    "failed_requests" INTEGER NOT NULL DEFAULT 0,
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "LiteLLM_DailyAgentSpend_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "LiteLLM_DailyAgentSpend_agent_id_date_api_key_model_custom__key" ON "LiteLLM_DailyAgentSpend" ("agent_id", "date", "api_key", "model", "custom_llm_provider", "mcp_namespaced_tool_name", "endpoint");
CREATE INDEX "LiteLLM_DailyAgentSpend_date_idx" ON "LiteLLM_DailyAgentSpend" ("date");
CREATE INDEX "LiteLLM_DailyAgentSpend_agent_id_date_idx" ON "LiteLLM_DailyAgentSpend" ("agent_id", "date");
CREATE INDEX "LiteLLM_DailyAgentSpend_api_key_idx" ON "LiteLLM_DailyAgentSpend" ("api_key");
CREATE INDEX "LiteLLM_DailyAgentSpend_model_idx" ON "LiteLLM_DailyAgentSpend" ("model");
CREATE INDEX "LiteLLM_DailyAgentSpend_mcp_namespaced_tool_name_idx" ON "LiteLLM_DailyAgentSpend" ("mcp_namespaced_tool_name");
CREATE INDEX "LiteLLM_DailyAgentSpend_endpoint_idx" ON "LiteLLM_DailyAgentSpend" ("endpoint");
CREATE TABLE "LiteLLM_DailyTagSpend" (
    "id" TEXT NOT NULL,
    "tag" TEXT,
    "request_id" TEXT,
    "date" TEXT NOT NULL,
    "api_key" TEXT NOT NULL,
    "model" TEXT,
    "model_group" TEXT,
    "custom_llm_provider" TEXT,
    "mcp_namespaced_tool_name" TEXT,
    "endpoint" TEXT,
    "prompt_tokens" INTEGER NOT NULL DEFAULT 0,
    "completion_tokens" INTEGER NOT NULL DEFAULT 0,
    "cache_read_input_tokens" INTEGER NOT NULL DEFAULT 0,
    "cache_creation_input_tokens" INTEGER NOT NULL DEFAULT 0,
    "spend" REAL NOT NULL DEFAULT 0,
    "api_requests" INTEGER NOT NULL DEFAULT 0,
    "successful_requests" INTEGER NOT NULL DEFAULT 0,
    "failed_requests" INTEGER NOT NULL DEFAULT 0,
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "LiteLLM_DailyTagSpend_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "LiteLLM_DailyTagSpend_tag_date_api_key_model_custom_llm_pro_key" ON "LiteLLM_DailyTagSpend" ("tag", "date", "api_key", "model", "custom_llm_provider", "mcp_namespaced_tool_name", "endpoint");
CREATE INDEX "LiteLLM_DailyTagSpend_date_idx" ON "LiteLLM_DailyTagSpend" ("date");
CREATE INDEX "LiteLLM_DailyTagSpend_tag_date_idx" ON "LiteLLM_DailyTagSpend" ("tag", "date");
CREATE INDEX "LiteLLM_DailyTagSpend_api_key_idx" ON "LiteLLM_DailyTagSpend" ("api_key");
CREATE INDEX "LiteLLM_DailyTagSpend_model_idx" ON "LiteLLM_DailyTagSpend" ("model");
CREATE INDEX "LiteLLM_DailyTagSpend_mcp_namespaced_tool_name_idx" ON "LiteLLM_DailyTagSpend" ("mcp_namespaced_tool_name");
CREATE INDEX "LiteLLM_DailyTagSpend_endpoint_idx" ON "LiteLLM_DailyTagSpend" ("endpoint");
CREATE TABLE "LiteLLM_AuditLog" (
    "id" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "changed_by" TEXT NOT NULL DEFAULT '',
    "changed_by_api_key" TEXT NOT NULL DEFAULT '',
    "action" TEXT NOT NULL,
    "table_name" TEXT NOT NULL,
    "object_id" TEXT NOT NULL,
    "before_value" TEXT CHECK ("before_value" IS NULL OR json_valid("before_value")),
    "updated_values" TEXT CHECK ("updated_values" IS NULL OR json_valid("updated_values")),
    CONSTRAINT "LiteLLM_AuditLog_pkey" PRIMARY KEY ("id")
);
CREATE TABLE "LiteLLM_InvitationLink" (
    "id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "is_accepted" INTEGER NOT NULL DEFAULT 0 CHECK ("is_accepted" IN (0, 1)),
    "accepted_at" TEXT,
    "expires_at" TEXT NOT NULL,
    "created_at" TEXT NOT NULL,
    "created_by" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    "updated_by" TEXT NOT NULL,
    CONSTRAINT "LiteLLM_InvitationLink_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "LiteLLM_InvitationLink_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "LiteLLM_UserTable" ("user_id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "LiteLLM_InvitationLink_created_by_fkey" FOREIGN KEY ("created_by") REFERENCES "LiteLLM_UserTable" ("user_id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "LiteLLM_InvitationLink_updated_by_fkey" FOREIGN KEY ("updated_by") REFERENCES "LiteLLM_UserTable" ("user_id") ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE TABLE "LiteLLM_UserNotifications" (
    "request_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "models" TEXT CHECK ("models" IS NULL OR json_valid("models") AND json_type("models") = 'array'),
    "justification" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    CONSTRAINT "LiteLLM_UserNotifications_pkey" PRIMARY KEY ("request_id")
);
CREATE TABLE "LiteLLM_ObjectPermissionTable" (
    "object_permission_id" TEXT NOT NULL,
    "mcp_servers" TEXT DEFAULT '[]' CHECK ("mcp_servers" IS NULL OR json_valid("mcp_servers") AND json_type("mcp_servers") = 'array'),
    "mcp_access_groups" TEXT DEFAULT '[]' CHECK ("mcp_access_groups" IS NULL OR json_valid("mcp_access_groups") AND json_type("mcp_access_groups") = 'array'),
    "mcp_tool_permissions" TEXT CHECK ("mcp_tool_permissions" IS NULL OR json_valid("mcp_tool_permissions")),
    "vector_stores" TEXT DEFAULT '[]' CHECK ("vector_stores" IS NULL OR json_valid("vector_stores") AND json_type("vector_stores") = 'array'),
    "agents" TEXT DEFAULT '[]' CHECK ("agents" IS NULL OR json_valid("agents") AND json_type("agents") = 'array'),
    "agent_access_groups" TEXT DEFAULT '[]' CHECK ("agent_access_groups" IS NULL OR json_valid("agent_access_groups") AND json_type("agent_access_groups") = 'array'),
    "models" TEXT DEFAULT '[]' CHECK ("models" IS NULL OR json_valid("models") AND json_type("models") = 'array'),
    "blocked_tools" TEXT DEFAULT '[]' CHECK ("blocked_tools" IS NULL OR json_valid("blocked_tools") AND json_type("blocked_tools") = 'array'),
    "mcp_toolsets" TEXT DEFAULT '[]' CHECK ("mcp_toolsets" IS NULL OR json_valid("mcp_toolsets") AND json_type("mcp_toolsets") = 'array'),
    "search_tools" TEXT DEFAULT '[]' CHECK ("search_tools" IS NULL OR json_valid("search_tools") AND json_type("search_tools") = 'array'),
    CONSTRAINT "LiteLLM_ObjectPermissionTable_pkey" PRIMARY KEY ("object_permission_id")
);
CREATE TABLE "LiteLLM_DeletedVerificationToken" (
    "id" TEXT NOT NULL,
    "token" TEXT NOT NULL,
    "key_name" TEXT,
    "key_alias" TEXT,
    "soft_budget_cooldown" INTEGER NOT NULL DEFAULT 0 CHECK ("soft_budget_cooldown" IN (0, 1)),
    "spend" REAL NOT NULL DEFAULT 0,
    "expires" TEXT,
    "models" TEXT CHECK ("models" IS NULL OR json_valid("models") AND json_type("models") = 'array'),
    "aliases" TEXT NOT NULL DEFAULT '{}' CHECK (json_valid("aliases")),
    "config" TEXT NOT NULL DEFAULT '{}' CHECK (json_valid("config")),
    "router_settings" TEXT DEFAULT '{}' CHECK ("router_settings" IS NULL OR json_valid("router_settings")),
    "user_id" TEXT,
    "team_id" TEXT,
    "agent_id" TEXT,
    "project_id" TEXT,
    "permissions" TEXT NOT NULL DEFAULT '{}' CHECK (json_valid("permissions")),
    "max_parallel_requests" INTEGER,
    "metadata" TEXT NOT NULL DEFAULT '{}' CHECK (json_valid("metadata")),
    "blocked" INTEGER CHECK ("blocked" IN (0, 1)),
    "tpm_limit" INTEGER,
    "rpm_limit" INTEGER,
    "max_budget" REAL,
    "budget_duration" TEXT,
    "budget_reset_at" TEXT,
    "allowed_cache_controls" TEXT DEFAULT '[]' CHECK ("allowed_cache_controls" IS NULL OR json_valid("allowed_cache_controls") AND json_type("allowed_cache_controls") = 'array'),
    "allowed_routes" TEXT DEFAULT '[]' CHECK ("allowed_routes" IS NULL OR json_valid("allowed_routes") AND json_type("allowed_routes") = 'array'),
    "policies" TEXT DEFAULT '[]' CHECK ("policies" IS NULL OR json_valid("policies") AND json_type("policies") = 'array'),
    "access_group_ids" TEXT DEFAULT '[]' CHECK ("access_group_ids" IS NULL OR json_valid("access_group_ids") AND json_type("access_group_ids") = 'array'),
    "model_spend" TEXT NOT NULL DEFAULT '{}' CHECK (json_valid("model_spend")),
    "model_max_budget" TEXT NOT NULL DEFAULT '{}' CHECK (json_valid("model_max_budget")),
    "budget_id" TEXT,
    "organization_id" TEXT,
    "object_permission_id" TEXT,
    "created_at" TEXT,
    "created_by" TEXT,
    "updated_at" TEXT,
    "updated_by" TEXT,
    "last_active" TEXT,
    "rotation_count" INTEGER DEFAULT 0,
    "auto_rotate" INTEGER DEFAULT 0 CHECK ("auto_rotate" IN (0, 1)),
    "rotation_interval" TEXT,
    "last_rotation_at" TEXT,
    "key_rotation_at" TEXT,
    "deleted_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "deleted_by" TEXT,
    "deleted_by_api_key" TEXT,
    "litellm_changed_by" TEXT,
    CONSTRAINT "LiteLLM_DeletedVerificationToken_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "LiteLLM_DeletedVerificationToken_token_idx" ON "LiteLLM_DeletedVerificationToken" ("token");
CREATE INDEX "LiteLLM_DeletedVerificationToken_deleted_at_idx" ON "LiteLLM_DeletedVerificationToken" ("deleted_at");
CREATE INDEX "LiteLLM_DeletedVerificationToken_user_id_idx" ON "LiteLLM_DeletedVerificationToken" ("user_id");
CREATE INDEX "LiteLLM_DeletedVerificationToken_team_id_idx" ON "LiteLLM_DeletedVerificationToken" ("team_id");
CREATE INDEX "LiteLLM_DeletedVerificationToken_organization_id_idx" ON "LiteLLM_DeletedVerificationToken" ("organization_id");
CREATE INDEX "LiteLLM_DeletedVerificationToken_key_alias_idx" ON "LiteLLM_DeletedVerificationToken" ("key_alias");
CREATE INDEX "LiteLLM_DeletedVerificationToken_created_at_idx" ON "LiteLLM_DeletedVerificationToken" ("created_at");
CREATE TABLE "LiteLLM_DeletedTeamTable" (
    "id" TEXT NOT NULL,
    "team_id" TEXT NOT NULL,
    "team_alias" TEXT,
    "organization_id" TEXT,
    "object_permission_id" TEXT,
    "admins" TEXT CHECK ("admins" IS NULL OR json_valid("admins") AND json_type("admins") = 'array'),
    "members" TEXT CHECK ("members" IS NULL OR json_valid("members") AND json_type("members") = 'array'),
    "members_with_roles" TEXT NOT NULL DEFAULT '{}' CHECK (json_valid("members_with_roles")),
    "metadata" TEXT NOT NULL DEFAULT '{}' CHECK (json_valid("metadata")),
    "max_budget" REAL,
    "soft_budget" REAL,
    "spend" REAL NOT NULL DEFAULT 0,
    "models" TEXT CHECK ("models" IS NULL OR json_valid("models") AND json_type("models") = 'array'),
    "max_parallel_requests" INTEGER,
    "tpm_limit" INTEGER,
    "rpm_limit" INTEGER,
    "budget_duration" TEXT,
    "budget_reset_at" TEXT,
    "blocked" INTEGER NOT NULL DEFAULT 0 CHECK ("blocked" IN (0, 1)),
    "created_at" TEXT,
    "updated_at" TEXT,
    "model_spend" TEXT NOT NULL DEFAULT '{}' CHECK (json_valid("model_spend")),
    "model_max_budget" TEXT NOT NULL DEFAULT '{}' CHECK (json_valid("model_max_budget")),
    "router_settings" TEXT DEFAULT '{}' CHECK ("router_settings" IS NULL OR json_valid("router_settings")),
    "team_member_permissions" TEXT DEFAULT '[]' CHECK ("team_member_permissions" IS NULL OR json_valid("team_member_permissions") AND json_type("team_member_permissions") = 'array'),
    "access_group_ids" TEXT DEFAULT '[]' CHECK ("access_group_ids" IS NULL OR json_valid("access_group_ids") AND json_type("access_group_ids") = 'array'),
    "policies" TEXT DEFAULT '[]' CHECK ("policies" IS NULL OR json_valid("policies") AND json_type("policies") = 'array'),
    "model_id" INTEGER,
    "allow_team_guardrail_config" INTEGER NOT NULL DEFAULT 0 CHECK ("allow_team_guardrail_config" IN (0, 1)),
    "deleted_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "deleted_by" TEXT,
    "deleted_by_api_key" TEXT,
    "litellm_changed_by" TEXT,
    CONSTRAINT "LiteLLM_DeletedTeamTable_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "LiteLLM_DeletedTeamTable_team_id_idx" ON "LiteLLM_DeletedTeamTable" ("team_id");
CREATE INDEX "LiteLLM_DeletedTeamTable_deleted_at_idx" ON "LiteLLM_DeletedTeamTable" ("deleted_at");
CREATE INDEX "LiteLLM_DeletedTeamTable_organization_id_idx" ON "LiteLLM_DeletedTeamTable" ("organization_id");
CREATE INDEX "LiteLLM_DeletedTeamTable_team_alias_idx" ON "LiteLLM_DeletedTeamTable" ("team_alias");
CREATE INDEX "LiteLLM_DeletedTeamTable_created_at_idx" ON "LiteLLM_DeletedTeamTable" ("created_at");
CREATE TABLE "LiteLLM_DeprecatedVerificationToken" (
    "id" TEXT NOT NULL,
    "token" TEXT NOT NULL,
    "active_token_id" TEXT NOT NULL,
    "revoke_at" TEXT NOT NULL,
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    CONSTRAINT "LiteLLM_DeprecatedVerificationToken_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "LiteLLM_DeprecatedVerificationToken_token_key" ON "LiteLLM_DeprecatedVerificationToken" ("token");
CREATE INDEX "LiteLLM_DeprecatedVerificationToken_token_revoke_at_idx" ON "LiteLLM_DeprecatedVerificationToken" ("token", "revoke_at");
CREATE INDEX "LiteLLM_DeprecatedVerificationToken_revoke_at_idx" ON "LiteLLM_DeprecatedVerificationToken" ("revoke_at");
CREATE TABLE "LiteLLM_JWTKeyMapping" (
    "id" TEXT NOT NULL,
    "jwt_claim_name" TEXT NOT NULL,
    "jwt_claim_value" TEXT NOT NULL,
    "token" TEXT NOT NULL,
    "description" TEXT,
    "is_active" INTEGER NOT NULL DEFAULT 1 CHECK ("is_active" IN (0, 1)),
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "created_by" TEXT,
    "updated_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_by" TEXT,
    CONSTRAINT "LiteLLM_JWTKeyMapping_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "LiteLLM_JWTKeyMapping_token_fkey" FOREIGN KEY ("token") REFERENCES "LiteLLM_VerificationToken" ("token") ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "LiteLLM_JWTKeyMapping_jwt_claim_name_jwt_claim_value_key" ON "LiteLLM_JWTKeyMapping" ("jwt_claim_name", "jwt_claim_value");
CREATE INDEX "LiteLLM_JWTKeyMapping_jwt_claim_name_jwt_claim_value_is_act_idx" ON "LiteLLM_JWTKeyMapping" ("jwt_claim_name", "jwt_claim_value", "is_active");
CREATE TABLE "LiteLLM_ProjectTable" (
    "project_id" TEXT NOT NULL,
    "project_alias" TEXT,
    "description" TEXT,
    "team_id" TEXT,
    "budget_id" TEXT,
    "metadata" TEXT NOT NULL DEFAULT '{}' CHECK (json_valid("metadata")),
    "models" TEXT CHECK ("models" IS NULL OR json_valid("models") AND json_type("models") = 'array'),
    "spend" REAL NOT NULL DEFAULT 0,
    "model_spend" TEXT NOT NULL DEFAULT '{}' CHECK (json_valid("model_spend")),
    "model_rpm_limit" TEXT NOT NULL DEFAULT '{}' CHECK (json_valid("model_rpm_limit")),
    "model_tpm_limit" TEXT NOT NULL DEFAULT '{}' CHECK (json_valid("model_tpm_limit")),
    "blocked" INTEGER NOT NULL DEFAULT 0 CHECK ("blocked" IN (0, 1)),
    "object_permission_id" TEXT,
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "created_by" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_by" TEXT NOT NULL,
    CONSTRAINT "LiteLLM_ProjectTable_pkey" PRIMARY KEY ("project_id"),
    CONSTRAINT "LiteLLM_ProjectTable_budget_id_fkey" FOREIGN KEY ("budget_id") REFERENCES "LiteLLM_BudgetTable" ("budget_id") ON DELETE SET NULL ON UPDATE CASCADE,
    CONSTRAINT "LiteLLM_ProjectTable_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "LiteLLM_TeamTable" ("team_id") ON DELETE SET NULL ON UPDATE CASCADE,
    CONSTRAINT "LiteLLM_ProjectTable_object_permission_id_fkey" FOREIGN KEY ("object_permission_id") REFERENCES "LiteLLM_ObjectPermissionTable" ("object_permission_id") ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE TABLE "LiteLLM_AccessGroupTable" (
    "access_group_id" TEXT NOT NULL,
    "access_group_name" TEXT NOT NULL,
    "description" TEXT,
    "access_model_names" TEXT DEFAULT '[]' CHECK ("access_model_names" IS NULL OR json_valid("access_model_names") AND json_type("access_model_names") = 'array'),
    "access_mcp_server_ids" TEXT DEFAULT '[]' CHECK ("access_mcp_server_ids" IS NULL OR json_valid("access_mcp_server_ids") AND json_type("access_mcp_server_ids") = 'array'),
    "access_agent_ids" TEXT DEFAULT '[]' CHECK ("access_agent_ids" IS NULL OR json_valid("access_agent_ids") AND json_type("access_agent_ids") = 'array'),
    "assigned_team_ids" TEXT DEFAULT '[]' CHECK ("assigned_team_ids" IS NULL OR json_valid("assigned_team_ids") AND json_type("assigned_team_ids") = 'array'),
    "assigned_key_ids" TEXT DEFAULT '[]' CHECK ("assigned_key_ids" IS NULL OR json_valid("assigned_key_ids") AND json_type("assigned_key_ids") = 'array'),
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "created_by" TEXT,
    "updated_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_by" TEXT,
    CONSTRAINT "LiteLLM_AccessGroupTable_pkey" PRIMARY KEY ("access_group_id")
);
CREATE UNIQUE INDEX "LiteLLM_AccessGroupTable_access_group_name_key" ON "LiteLLM_AccessGroupTable" ("access_group_name");
CREATE TABLE "LiteLLM_HealthCheckTable" (
    "health_check_id" TEXT NOT NULL,
    "model_name" TEXT NOT NULL,
    "model_id" TEXT,
    "status" TEXT NOT NULL,
    "healthy_count" INTEGER NOT NULL DEFAULT 0,
    "unhealthy_count" INTEGER NOT NULL DEFAULT 0,
    "error_message" TEXT,
    "response_time_ms" REAL,
    "details" TEXT CHECK ("details" IS NULL OR json_valid("details")),
    "checked_by" TEXT,
    "checked_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "LiteLLM_HealthCheckTable_pkey" PRIMARY KEY ("health_check_id")
);
CREATE INDEX "LiteLLM_HealthCheckTable_model_name_idx" ON "LiteLLM_HealthCheckTable" ("model_name");
CREATE INDEX "LiteLLM_HealthCheckTable_checked_at_idx" ON "LiteLLM_HealthCheckTable" ("checked_at");
CREATE INDEX "LiteLLM_HealthCheckTable_status_idx" ON "LiteLLM_HealthCheckTable" ("status");
CREATE INDEX "LiteLLM_HealthCheckTable_model_id_model_name_checked_at_idx" ON "LiteLLM_HealthCheckTable" ("model_id", "model_name", "checked_at" DESC);
CREATE TABLE "LiteLLM_GuardrailsTable" (
    "guardrail_id" TEXT NOT NULL,
    "guardrail_name" TEXT NOT NULL,
    "litellm_params" TEXT NOT NULL CHECK (json_valid("litellm_params")),
    "guardrail_info" TEXT CHECK ("guardrail_info" IS NULL OR json_valid("guardrail_info")),
    "team_id" TEXT,
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_at" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'active',
    "submitted_at" TEXT,
    "reviewed_at" TEXT,
    CONSTRAINT "LiteLLM_GuardrailsTable_pkey" PRIMARY KEY ("guardrail_id")
);
CREATE UNIQUE INDEX "LiteLLM_GuardrailsTable_guardrail_name_key" ON "LiteLLM_GuardrailsTable" ("guardrail_name");
CREATE TABLE "LiteLLM_DailyGuardrailMetrics" (
    "guardrail_id" TEXT NOT NULL,
    "date" TEXT NOT NULL,
    "requests_evaluated" INTEGER NOT NULL DEFAULT 0,
    "passed_count" INTEGER NOT NULL DEFAULT 0,
    "blocked_count" INTEGER NOT NULL DEFAULT 0,
    "flagged_count" INTEGER NOT NULL DEFAULT 0,
    "avg_score" REAL,
    "avg_latency_ms" REAL,
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "LiteLLM_DailyGuardrailMetrics_pkey" PRIMARY KEY ("guardrail_id", "date")
);
CREATE TABLE "LiteLLM_DailyPolicyMetrics" (
    "policy_id" TEXT NOT NULL,
    "date" TEXT NOT NULL,
    "requests_evaluated" INTEGER NOT NULL DEFAULT 0,
    "passed_count" INTEGER NOT NULL DEFAULT 0,
    "blocked_count" INTEGER NOT NULL DEFAULT 0,
    "flagged_count" INTEGER NOT NULL DEFAULT 0,
    "avg_score" REAL,
    "avg_latency_ms" REAL,
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "LiteLLM_DailyPolicyMetrics_pkey" PRIMARY KEY ("policy_id", "date")
);
CREATE TABLE "LiteLLM_SpendLogGuardrailIndex" (
    "request_id" TEXT NOT NULL,
    "guardrail_id" TEXT NOT NULL,
    "policy_id" TEXT,
    "start_time" TEXT NOT NULL,
    CONSTRAINT "LiteLLM_SpendLogGuardrailIndex_pkey" PRIMARY KEY ("request_id", "guardrail_id")
);
CREATE INDEX "LiteLLM_SpendLogGuardrailIndex_guardrail_id_start_time_idx" ON "LiteLLM_SpendLogGuardrailIndex" ("guardrail_id", "start_time");
CREATE INDEX "LiteLLM_SpendLogGuardrailIndex_policy_id_start_time_idx" ON "LiteLLM_SpendLogGuardrailIndex" ("policy_id", "start_time");
CREATE TABLE "LiteLLM_PolicyTable" (
    "policy_id" TEXT NOT NULL,
    "policy_name" TEXT NOT NULL,
    "version_number" INTEGER NOT NULL DEFAULT 1,
    "version_status" TEXT NOT NULL DEFAULT 'production',
    "parent_version_id" TEXT,
    "is_latest" INTEGER NOT NULL DEFAULT 1 CHECK ("is_latest" IN (0, 1)),
    "published_at" TEXT,
    "production_at" TEXT,
    "inherit" TEXT,
    "description" TEXT,
    "guardrails_add" TEXT DEFAULT '[]' CHECK ("guardrails_add" IS NULL OR json_valid("guardrails_add") AND json_type("guardrails_add") = 'array'),
    "guardrails_remove" TEXT DEFAULT '[]' CHECK ("guardrails_remove" IS NULL OR json_valid("guardrails_remove") AND json_type("guardrails_remove") = 'array'),
    "condition" TEXT DEFAULT '{}' CHECK ("condition" IS NULL OR json_valid("condition")),
    "pipeline" TEXT CHECK ("pipeline" IS NULL OR json_valid("pipeline")),
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "created_by" TEXT,
    "updated_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_by" TEXT,
    CONSTRAINT "LiteLLM_PolicyTable_pkey" PRIMARY KEY ("policy_id")
);
CREATE UNIQUE INDEX "LiteLLM_PolicyTable_policy_name_version_number_key" ON "LiteLLM_PolicyTable" ("policy_name", "version_number");
CREATE INDEX "LiteLLM_PolicyTable_policy_name_version_status_idx" ON "LiteLLM_PolicyTable" ("policy_name", "version_status");
CREATE TABLE "LiteLLM_PolicyAttachmentTable" (
    "attachment_id" TEXT NOT NULL,
    "policy_name" TEXT NOT NULL,
    "scope" TEXT,
    "teams" TEXT DEFAULT '[]' CHECK ("teams" IS NULL OR json_valid("teams") AND json_type("teams") = 'array'),
    "keys" TEXT DEFAULT '[]' CHECK ("keys" IS NULL OR json_valid("keys") AND json_type("keys") = 'array'),
    "models" TEXT DEFAULT '[]' CHECK ("models" IS NULL OR json_valid("models") AND json_type("models") = 'array'),
    "tags" TEXT DEFAULT '[]' CHECK ("tags" IS NULL OR json_valid("tags") AND json_type("tags") = 'array'),
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "created_by" TEXT,
    "updated_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_by" TEXT,
    CONSTRAINT "LiteLLM_PolicyAttachmentTable_pkey" PRIMARY KEY ("attachment_id")
);
CREATE TABLE "LiteLLM_ToolTable" (
    "tool_id" TEXT NOT NULL,
    "tool_name" TEXT NOT NULL,
    "origin" TEXT,
    "input_policy" TEXT NOT NULL DEFAULT 'untrusted',
    "output_policy" TEXT NOT NULL DEFAULT 'untrusted',
    "call_count" INTEGER NOT NULL DEFAULT 0,
    "assignments" TEXT DEFAULT '{}' CHECK ("assignments" IS NULL OR json_valid("assignments")),
    "key_hash" TEXT,
    "team_id" TEXT,
    "key_alias" TEXT,
    "user_agent" TEXT,
    "last_used_at" TEXT,
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "created_by" TEXT,
    "updated_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_by" TEXT,
    CONSTRAINT "LiteLLM_ToolTable_pkey" PRIMARY KEY ("tool_id")
);
CREATE UNIQUE INDEX "LiteLLM_ToolTable_tool_name_key" ON "LiteLLM_ToolTable" ("tool_name");
CREATE INDEX "LiteLLM_ToolTable_input_policy_idx" ON "LiteLLM_ToolTable" ("input_policy");
CREATE INDEX "LiteLLM_ToolTable_output_policy_idx" ON "LiteLLM_ToolTable" ("output_policy");
CREATE INDEX "LiteLLM_ToolTable_team_id_idx" ON "LiteLLM_ToolTable" ("team_id");
CREATE TABLE "LiteLLM_SpendLogToolIndex" (
    "request_id" TEXT NOT NULL,
    "tool_name" TEXT NOT NULL,
    "start_time" TEXT NOT NULL,
    CONSTRAINT "LiteLLM_SpendLogToolIndex_pkey" PRIMARY KEY ("request_id", "tool_name")
);
CREATE INDEX "LiteLLM_SpendLogToolIndex_tool_name_start_time_idx" ON "LiteLLM_SpendLogToolIndex" ("tool_name", "start_time");
CREATE TABLE "LiteLLM_MCPServerTable" (
    "server_id" TEXT NOT NULL,
    "server_name" TEXT,
    "alias" TEXT,
    "description" TEXT,
    "instructions" TEXT,
    "url" TEXT,
    "spec_path" TEXT,
    "transport" TEXT NOT NULL DEFAULT 'sse',
    "auth_type" TEXT,
    "credentials" TEXT DEFAULT '{}' CHECK ("credentials" IS NULL OR json_valid("credentials")),
    "created_at" TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "created_by" TEXT,
    "updated_at" TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_by" TEXT,
    "mcp_info" TEXT DEFAULT '{}' CHECK ("mcp_info" IS NULL OR json_valid("mcp_info")),
    "mcp_access_groups" TEXT CHECK ("mcp_access_groups" IS NULL OR json_valid("mcp_access_groups") AND json_type("mcp_access_groups") = 'array'),
    "allowed_tools" TEXT DEFAULT '[]' CHECK ("allowed_tools" IS NULL OR json_valid("allowed_tools") AND json_type("allowed_tools") = 'array'),
    "tool_name_to_display_name" TEXT DEFAULT '{}' CHECK ("tool_name_to_display_name" IS NULL OR json_valid("tool_name_to_display_name")),
    "tool_name_to_description" TEXT DEFAULT '{}' CHECK ("tool_name_to_description" IS NULL OR json_valid("tool_name_to_description")),
    "extra_headers" TEXT DEFAULT '[]' CHECK ("extra_headers" IS NULL OR json_valid("extra_headers") AND json_type("extra_headers") = 'array'),
    "static_headers" TEXT DEFAULT '{}' CHECK ("static_headers" IS NULL OR json_valid("static_headers")),
    "status" TEXT DEFAULT 'unknown',
    "last_health_check" TEXT,
    "health_check_error" TEXT,
    "command" TEXT,
    "args" TEXT DEFAULT '[]' CHECK ("args" IS NULL OR json_valid("args") AND json_type("args") = 'array'),
    "env" TEXT DEFAULT '{}' CHECK ("env" IS NULL OR json_valid("env")),
    "authorization_url" TEXT,
    "token_url" TEXT,
    "registration_url" TEXT,
    "allow_all_keys" INTEGER NOT NULL DEFAULT 0 CHECK ("allow_all_keys" IN (0, 1)),
    "available_on_public_internet" INTEGER NOT NULL DEFAULT 1 CHECK ("available_on_public_internet" IN (0, 1)),
    "delegate_auth_to_upstream" INTEGER NOT NULL DEFAULT 0 CHECK ("delegate_auth_to_upstream" IN (0, 1)),
    "is_byok" INTEGER NOT NULL DEFAULT 0 CHECK ("is_byok" IN (0, 1)),
    "byok_description" TEXT DEFAULT '[]' CHECK ("byok_description" IS NULL OR json_valid("byok_description") AND json_type("byok_description") = 'array'),
    "byok_api_key_help_url" TEXT,
    "source_url" TEXT,
    "approval_status" TEXT DEFAULT 'active',
    "submitted_by" TEXT,
    "submitted_at" TEXT,
    "reviewed_at" TEXT,
    "review_notes" TEXT,
    CONSTRAINT "LiteLLM_MCPServerTable_pkey" PRIMARY KEY ("server_id")
);
CREATE INDEX "LiteLLM_MCPServerTable_approval_status_idx" ON "LiteLLM_MCPServerTable" ("approval_status");
CREATE TABLE "LiteLLM_MCPToolsetTable" (
    "toolset_id" TEXT NOT NULL,
    "toolset_name" TEXT NOT NULL,
    "description" TEXT,
    "tools" TEXT NOT NULL DEFAULT '[]' CHECK (json_valid("tools")),
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "created_by" TEXT,
    "updated_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_by" TEXT,
    CONSTRAINT "LiteLLM_MCPToolsetTable_pkey" PRIMARY KEY ("toolset_id")
);
CREATE UNIQUE INDEX "LiteLLM_MCPToolsetTable_toolset_name_key" ON "LiteLLM_MCPToolsetTable" ("toolset_name");
CREATE TABLE "LiteLLM_MCPUserCredentials" (
    "id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "server_id" TEXT NOT NULL,
    "credential_b64" TEXT NOT NULL,
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    CONSTRAINT "LiteLLM_MCPUserCredentials_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "LiteLLM_MCPUserCredentials_user_id_server_id_key" ON "LiteLLM_MCPUserCredentials" ("user_id", "server_id");
CREATE TABLE "LiteLLM_AgentsTable" (
    "agent_id" TEXT NOT NULL,
    "agent_name" TEXT NOT NULL,
    "litellm_params" TEXT CHECK ("litellm_params" IS NULL OR json_valid("litellm_params")),
    "agent_card_params" TEXT NOT NULL CHECK (json_valid("agent_card_params")),
    "static_headers" TEXT DEFAULT '{}' CHECK ("static_headers" IS NULL OR json_valid("static_headers")),
    "extra_headers" TEXT DEFAULT '[]' CHECK ("extra_headers" IS NULL OR json_valid("extra_headers") AND json_type("extra_headers") = 'array'),
    "agent_access_groups" TEXT DEFAULT '[]' CHECK ("agent_access_groups" IS NULL OR json_valid("agent_access_groups") AND json_type("agent_access_groups") = 'array'),
    "object_permission_id" TEXT,
    "spend" REAL NOT NULL DEFAULT 0,
    "tpm_limit" INTEGER,
    "rpm_limit" INTEGER,
    "session_tpm_limit" INTEGER,
    "session_rpm_limit" INTEGER,
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "created_by" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_by" TEXT NOT NULL,
    CONSTRAINT "LiteLLM_AgentsTable_pkey" PRIMARY KEY ("agent_id"),
    CONSTRAINT "LiteLLM_AgentsTable_object_permission_id_fkey" FOREIGN KEY ("object_permission_id") REFERENCES "LiteLLM_ObjectPermissionTable" ("object_permission_id") ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "LiteLLM_AgentsTable_agent_name_key" ON "LiteLLM_AgentsTable" ("agent_name");
CREATE TABLE "LiteLLM_ManagedFileTable" (
    "id" TEXT NOT NULL,
    "unified_file_id" TEXT NOT NULL,
    "file_object" TEXT CHECK ("file_object" IS NULL OR json_valid("file_object")),
    "model_mappings" TEXT NOT NULL CHECK (json_valid("model_mappings")),
    "flat_model_file_ids" TEXT DEFAULT '[]' CHECK ("flat_model_file_ids" IS NULL OR json_valid("flat_model_file_ids") AND json_type("flat_model_file_ids") = 'array'),
    "storage_backend" TEXT,
    "storage_url" TEXT,
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "created_by" TEXT,
    "team_id" TEXT,
    "updated_at" TEXT NOT NULL,
    "updated_by" TEXT,
    CONSTRAINT "LiteLLM_ManagedFileTable_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "LiteLLM_ManagedFileTable_unified_file_id_key" ON "LiteLLM_ManagedFileTable" ("unified_file_id");
CREATE INDEX "LiteLLM_ManagedFileTable_unified_file_id_idx" ON "LiteLLM_ManagedFileTable" ("unified_file_id");
CREATE INDEX "LiteLLM_ManagedFileTable_team_id_created_at_idx" ON "LiteLLM_ManagedFileTable" ("team_id", "created_at" DESC);
CREATE TABLE "LiteLLM_ManagedObjectTable" (
    "id" TEXT NOT NULL,
    "unified_object_id" TEXT NOT NULL,
    "model_object_id" TEXT NOT NULL,
    "file_object" TEXT NOT NULL CHECK (json_valid("file_object")),
    "file_purpose" TEXT NOT NULL,
    "status" TEXT,
    "batch_processed" INTEGER NOT NULL DEFAULT 0 CHECK ("batch_processed" IN (0, 1)),
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "created_by" TEXT,
    "team_id" TEXT,
    "updated_at" TEXT NOT NULL,
    "updated_by" TEXT,
    CONSTRAINT "LiteLLM_ManagedObjectTable_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "LiteLLM_ManagedObjectTable_unified_object_id_key" ON "LiteLLM_ManagedObjectTable" ("unified_object_id");
CREATE UNIQUE INDEX "LiteLLM_ManagedObjectTable_model_object_id_key" ON "LiteLLM_ManagedObjectTable" ("model_object_id");
CREATE INDEX "LiteLLM_ManagedObjectTable_unified_object_id_idx" ON "LiteLLM_ManagedObjectTable" ("unified_object_id");
CREATE INDEX "LiteLLM_ManagedObjectTable_model_object_id_idx" ON "LiteLLM_ManagedObjectTable" ("model_object_id");
CREATE INDEX "LiteLLM_ManagedObjectTable_team_id_created_at_idx" ON "LiteLLM_ManagedObjectTable" ("team_id", "created_at" DESC);
CREATE TABLE "LiteLLM_ManagedVectorStoreTable" (
    "id" TEXT NOT NULL,
    "unified_resource_id" TEXT NOT NULL,
    "resource_object" TEXT CHECK ("resource_object" IS NULL OR json_valid("resource_object")),
    "model_mappings" TEXT NOT NULL CHECK (json_valid("model_mappings")),
    "flat_model_resource_ids" TEXT DEFAULT '[]' CHECK ("flat_model_resource_ids" IS NULL OR json_valid("flat_model_resource_ids") AND json_type("flat_model_resource_ids") = 'array'),
    "storage_backend" TEXT,
    "storage_url" TEXT,
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "created_by" TEXT,
    "team_id" TEXT,
    "updated_at" TEXT NOT NULL,
    "updated_by" TEXT,
    CONSTRAINT "LiteLLM_ManagedVectorStoreTable_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "LiteLLM_ManagedVectorStoreTable_unified_resource_id_key" ON "LiteLLM_ManagedVectorStoreTable" ("unified_resource_id");
CREATE INDEX "LiteLLM_ManagedVectorStoreTable_unified_resource_id_idx" ON "LiteLLM_ManagedVectorStoreTable" ("unified_resource_id");
CREATE INDEX "LiteLLM_ManagedVectorStoreTable_team_id_created_at_idx" ON "LiteLLM_ManagedVectorStoreTable" ("team_id", "created_at" DESC);
CREATE TABLE "LiteLLM_ManagedVectorStoresTable" (
    "vector_store_id" TEXT NOT NULL,
    "custom_llm_provider" TEXT NOT NULL,
    "vector_store_name" TEXT,
    "vector_store_description" TEXT,
    "vector_store_metadata" TEXT CHECK ("vector_store_metadata" IS NULL OR json_valid("vector_store_metadata")),
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_at" TEXT NOT NULL,
    "litellm_credential_name" TEXT,
    "litellm_params" TEXT CHECK ("litellm_params" IS NULL OR json_valid("litellm_params")),
    "team_id" TEXT,
    "user_id" TEXT,
    CONSTRAINT "LiteLLM_ManagedVectorStoresTable_pkey" PRIMARY KEY ("vector_store_id")
);
CREATE INDEX "LiteLLM_ManagedVectorStoresTable_team_id_idx" ON "LiteLLM_ManagedVectorStoresTable" ("team_id");
CREATE INDEX "LiteLLM_ManagedVectorStoresTable_user_id_idx" ON "LiteLLM_ManagedVectorStoresTable" ("user_id");
CREATE TABLE "LiteLLM_ManagedVectorStoreIndexTable" (
    "id" TEXT NOT NULL,
    "index_name" TEXT NOT NULL,
    "litellm_params" TEXT NOT NULL CHECK (json_valid("litellm_params")),
    "index_info" TEXT CHECK ("index_info" IS NULL OR json_valid("index_info")),
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "created_by" TEXT,
    "updated_at" TEXT NOT NULL,
    "updated_by" TEXT,
    CONSTRAINT "LiteLLM_ManagedVectorStoreIndexTable_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "LiteLLM_ManagedVectorStoreIndexTable_index_name_key" ON "LiteLLM_ManagedVectorStoreIndexTable" ("index_name");
CREATE TABLE "LiteLLM_SSOConfig" (
    "id" TEXT NOT NULL DEFAULT 'sso_config',
    "sso_settings" TEXT NOT NULL CHECK (json_valid("sso_settings")),
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "LiteLLM_SSOConfig_pkey" PRIMARY KEY ("id")
);
CREATE TABLE "LiteLLM_CacheConfig" (
    "id" TEXT NOT NULL DEFAULT 'cache_config',
    "cache_settings" TEXT NOT NULL CHECK (json_valid("cache_settings")),
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "LiteLLM_CacheConfig_pkey" PRIMARY KEY ("id")
);
CREATE TABLE "LiteLLM_UISettings" (
    "id" TEXT NOT NULL DEFAULT 'ui_settings',
    "ui_settings" TEXT NOT NULL CHECK (json_valid("ui_settings")),
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "LiteLLM_UISettings_pkey" PRIMARY KEY ("id")
);
CREATE TABLE "LiteLLM_ConfigOverrides" (
    "config_type" TEXT NOT NULL,
    "config_value" TEXT NOT NULL CHECK (json_valid("config_value")),
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "LiteLLM_ConfigOverrides_pkey" PRIMARY KEY ("config_type")
);
CREATE TABLE "LiteLLM_PromptTable" (
    "id" TEXT NOT NULL,
    "prompt_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "environment" TEXT NOT NULL DEFAULT 'development',
    "created_by" TEXT,
    "litellm_params" TEXT NOT NULL CHECK (json_valid("litellm_params")),
    "prompt_info" TEXT CHECK ("prompt_info" IS NULL OR json_valid("prompt_info")),
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "LiteLLM_PromptTable_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "LiteLLM_PromptTable_prompt_id_version_environment_key" ON "LiteLLM_PromptTable" ("prompt_id", "version", "environment");
CREATE INDEX "LiteLLM_PromptTable_prompt_id_environment_idx" ON "LiteLLM_PromptTable" ("prompt_id", "environment");
CREATE INDEX "LiteLLM_PromptTable_prompt_id_idx" ON "LiteLLM_PromptTable" ("prompt_id");
CREATE TABLE "LiteLLM_SearchToolsTable" (
    "search_tool_id" TEXT NOT NULL,
    "search_tool_name" TEXT NOT NULL,
    "litellm_params" TEXT NOT NULL CHECK (json_valid("litellm_params")),
    "search_tool_info" TEXT CHECK ("search_tool_info" IS NULL OR json_valid("search_tool_info")),
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "LiteLLM_SearchToolsTable_pkey" PRIMARY KEY ("search_tool_id")
);
CREATE UNIQUE INDEX "LiteLLM_SearchToolsTable_search_tool_name_key" ON "LiteLLM_SearchToolsTable" ("search_tool_name");
CREATE TABLE "LiteLLM_SkillsTable" (
    "skill_id" TEXT NOT NULL,
    "display_title" TEXT,
    "description" TEXT,
    "instructions" TEXT,
    "source" TEXT NOT NULL DEFAULT 'custom',
    "latest_version" TEXT,
    "file_content" BLOB,
    "file_name" TEXT,
    "file_type" TEXT,
    "metadata" TEXT DEFAULT '{}' CHECK ("metadata" IS NULL OR json_valid("metadata")),
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "created_by" TEXT,
    "updated_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_by" TEXT,
    CONSTRAINT "LiteLLM_SkillsTable_pkey" PRIMARY KEY ("skill_id")
);
CREATE TABLE "LiteLLM_MemoryTable" (
    "memory_id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "metadata" TEXT CHECK ("metadata" IS NULL OR json_valid("metadata")),
    "user_id" TEXT,
    "team_id" TEXT,
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "created_by" TEXT,
    "updated_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_by" TEXT,
    CONSTRAINT "LiteLLM_MemoryTable_pkey" PRIMARY KEY ("memory_id")
);
CREATE UNIQUE INDEX "LiteLLM_MemoryTable_key_key" ON "LiteLLM_MemoryTable" ("key");
CREATE INDEX "LiteLLM_MemoryTable_user_id_idx" ON "LiteLLM_MemoryTable" ("user_id");
CREATE INDEX "LiteLLM_MemoryTable_team_id_idx" ON "LiteLLM_MemoryTable" ("team_id");
CREATE TABLE "LiteLLM_ClaudeCodePluginTable" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "version" TEXT,
    "description" TEXT,
    "manifest_json" TEXT,
    "files_json" TEXT DEFAULT '{}',
    "enabled" INTEGER NOT NULL DEFAULT 1 CHECK ("enabled" IN (0, 1)),
    "created_at" TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_at" TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "created_by" TEXT,
    CONSTRAINT "LiteLLM_ClaudeCodePluginTable_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "LiteLLM_ClaudeCodePluginTable_name_key" ON "LiteLLM_ClaudeCodePluginTable" ("name");
CREATE TABLE "LiteLLM_CronJob" (
    "cronjob_id" TEXT NOT NULL,
    "pod_id" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'INACTIVE' CHECK ("status" IN ('ACTIVE', 'INACTIVE')),
    "last_updated" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "ttl" TEXT NOT NULL,
    CONSTRAINT "LiteLLM_CronJob_pkey" PRIMARY KEY ("cronjob_id")
);
CREATE TABLE "LiteLLM_AdaptiveRouterState" (
    "router_name" TEXT NOT NULL,
    "request_type" TEXT NOT NULL,
    "model_name" TEXT NOT NULL,
    "alpha" REAL NOT NULL,
    "beta" REAL NOT NULL,
    "total_samples" INTEGER NOT NULL DEFAULT 0,
    "last_updated_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    CONSTRAINT "LiteLLM_AdaptiveRouterState_pkey" PRIMARY KEY ("router_name", "request_type", "model_name")
);
CREATE TABLE "LiteLLM_AdaptiveRouterSession" (
    "session_id" TEXT NOT NULL,
    "router_name" TEXT NOT NULL,
    "model_name" TEXT NOT NULL,
    "classified_type" TEXT NOT NULL,
    "misalignment_count" INTEGER NOT NULL DEFAULT 0,
    "stagnation_count" INTEGER NOT NULL DEFAULT 0,
    "disengagement_count" INTEGER NOT NULL DEFAULT 0,
    "satisfaction_count" INTEGER NOT NULL DEFAULT 0,
    "failure_count" INTEGER NOT NULL DEFAULT 0,
    "loop_count" INTEGER NOT NULL DEFAULT 0,
    "exhaustion_count" INTEGER NOT NULL DEFAULT 0,
    "last_user_content" TEXT,
    "last_assistant_content" TEXT,
    "tool_call_history" TEXT NOT NULL DEFAULT '[]' CHECK (json_valid("tool_call_history")),
    "pending_tool_calls" TEXT NOT NULL DEFAULT '{}' CHECK (json_valid("pending_tool_calls")),
    "turn_count" INTEGER NOT NULL DEFAULT 0,
    "last_processed_turn" INTEGER NOT NULL DEFAULT -1,
    "clean_credit_awarded" INTEGER NOT NULL DEFAULT 0 CHECK ("clean_credit_awarded" IN (0, 1)),
    "terminal_status" INTEGER,
    "last_activity_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    CONSTRAINT "LiteLLM_AdaptiveRouterSession_pkey" PRIMARY KEY ("session_id", "router_name", "model_name")
);
CREATE INDEX "idx_adaptive_router_session_activity" ON "LiteLLM_AdaptiveRouterSession" ("last_activity_at");
CREATE TABLE "LiteLLM_WorkflowRun" (
    "run_id" TEXT NOT NULL,
    "session_id" TEXT NOT NULL,
    "workflow_type" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'pending',
    "created_by" TEXT,
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "updated_at" TEXT NOT NULL,
    "input" TEXT CHECK ("input" IS NULL OR json_valid("input")),
    "output" TEXT CHECK ("output" IS NULL OR json_valid("output")),
    "metadata" TEXT CHECK ("metadata" IS NULL OR json_valid("metadata")),
    CONSTRAINT "LiteLLM_WorkflowRun_pkey" PRIMARY KEY ("run_id")
);
CREATE UNIQUE INDEX "LiteLLM_WorkflowRun_session_id_key" ON "LiteLLM_WorkflowRun" ("session_id");
CREATE INDEX "LiteLLM_WorkflowRun_workflow_type_status_idx" ON "LiteLLM_WorkflowRun" ("workflow_type", "status");
CREATE INDEX "LiteLLM_WorkflowRun_session_id_idx" ON "LiteLLM_WorkflowRun" ("session_id");
CREATE INDEX "LiteLLM_WorkflowRun_created_at_idx" ON "LiteLLM_WorkflowRun" ("created_at");
CREATE INDEX "LiteLLM_WorkflowRun_created_by_idx" ON "LiteLLM_WorkflowRun" ("created_by");
CREATE TABLE "LiteLLM_WorkflowEvent" (
    "event_id" TEXT NOT NULL,
    "run_id" TEXT NOT NULL,
    "event_type" TEXT NOT NULL,
    "step_name" TEXT NOT NULL,
    "sequence_number" INTEGER NOT NULL,
    "data" TEXT CHECK ("data" IS NULL OR json_valid("data")),
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    CONSTRAINT "LiteLLM_WorkflowEvent_pkey" PRIMARY KEY ("event_id"),
    CONSTRAINT "LiteLLM_WorkflowEvent_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "LiteLLM_WorkflowRun" ("run_id") ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "LiteLLM_WorkflowEvent_run_id_sequence_number_key" ON "LiteLLM_WorkflowEvent" ("run_id", "sequence_number");
CREATE INDEX "LiteLLM_WorkflowEvent_run_id_idx" ON "LiteLLM_WorkflowEvent" ("run_id");
CREATE TABLE "LiteLLM_WorkflowMessage" (
    "message_id" TEXT NOT NULL,
    "run_id" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "content" TEXT NOT NULL,
    "sequence_number" INTEGER NOT NULL,
    "session_id" TEXT,
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    CONSTRAINT "LiteLLM_WorkflowMessage_pkey" PRIMARY KEY ("message_id"),
    CONSTRAINT "LiteLLM_WorkflowMessage_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "LiteLLM_WorkflowRun" ("run_id") ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "LiteLLM_WorkflowMessage_run_id_sequence_number_key" ON "LiteLLM_WorkflowMessage" ("run_id", "sequence_number");
CREATE INDEX "LiteLLM_WorkflowMessage_run_id_idx" ON "LiteLLM_WorkflowMessage" ("run_id");
CREATE VIEW "LiteLLM_VerificationTokenView" AS
SELECT v.*, t.spend AS team_spend, t.max_budget AS team_max_budget, t.tpm_limit AS team_tpm_limit, t.rpm_limit AS team_rpm_limit,
    p.project_alias AS project_alias
FROM "LiteLLM_VerificationToken" v
LEFT JOIN "LiteLLM_TeamTable" t ON t.team_id = v.team_id
LEFT JOIN "LiteLLM_ProjectTable" p ON p.project_id = v.project_id;
CREATE VIEW "MonthlyGlobalSpend" AS
SELECT date("startTime") AS date, sum(spend) AS spend
FROM "LiteLLM_SpendLogs" WHERE "startTime" >= date('now', '-30 days') GROUP BY date("startTime");
CREATE VIEW "MonthlyGlobalSpendPerKey" AS
SELECT date("startTime") AS date, sum(spend) AS spend, api_key
FROM "LiteLLM_SpendLogs" WHERE "startTime" >= date('now', '-30 days') GROUP BY date("startTime"), api_key;
CREATE VIEW "MonthlyGlobalSpendPerUserPerKey" AS
SELECT date("startTime") AS date, sum(spend) AS spend, api_key, "user"
FROM "LiteLLM_SpendLogs" WHERE "startTime" >= date('now', '-30 days') GROUP BY date("startTime"), api_key, "user";
CREATE VIEW "Last30dKeysBySpend" AS
SELECT l.api_key, v.key_alias, v.key_name, sum(l.spend) AS total_spend
FROM "LiteLLM_SpendLogs" l LEFT JOIN "LiteLLM_VerificationToken" v ON v.token = l.api_key
WHERE l."startTime" >= date('now', '-30 days') GROUP BY l.api_key, v.key_alias, v.key_name ORDER BY total_spend DESC;
CREATE VIEW "Last30dModelsBySpend" AS
SELECT model, sum(spend) AS total_spend
FROM "LiteLLM_SpendLogs" WHERE "startTime" >= date('now', '-30 days') AND model <> '' GROUP BY model ORDER BY total_spend DESC;
CREATE VIEW "Last30dTopEndUsersSpend" AS
SELECT end_user, count(*) AS total_events, sum(spend) AS total_spend
FROM "LiteLLM_SpendLogs" WHERE end_user <> '' AND end_user <> coalesce("user", '') AND "startTime" >= date('now', '-30 days')
GROUP BY end_user ORDER BY total_spend DESC LIMIT 100;
CREATE VIEW "DailyTagSpend" AS
SELECT tag.value AS individual_request_tag, date("startTime") AS spend_date, count(*) AS log_count, sum(spend) AS total_spend
FROM "LiteLLM_SpendLogs", json_each(request_tags) AS tag WHERE json_type(request_tags) = 'array' GROUP BY tag.value, date("startTime");
