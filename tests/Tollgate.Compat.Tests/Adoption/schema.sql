-- Made by make_schema.py.

CREATE TABLE "_prisma_migrations" (
    "id" character varying(36) NOT NULL,
    "checksum" character varying(64) NOT NULL,
    "finished_at" timestamp with time zone,
    "migration_name" character varying(255) NOT NULL,
    "logs" text,
    "rolled_back_at" timestamp with time zone,
    "started_at" timestamp with time zone DEFAULT now() NOT NULL,
    "applied_steps_count" integer DEFAULT 0 NOT NULL,
    CONSTRAINT "_prisma_migrations_pkey" PRIMARY KEY ("id")
);
INSERT INTO "_prisma_migrations" (id, checksum, finished_at, migration_name, applied_steps_count) VALUES
    ('00000000-0000-4000-8000-000000000001', repeat('0', 64), now(), '20250326162113_baseline', 1),
    ('00000000-0000-4000-8000-000000000002', repeat('1', 64), now(), '20260108000000_last_before_1_81', 1);

CREATE TYPE "JobStatus" AS ENUM ('ACTIVE', 'INACTIVE');

CREATE TABLE "LiteLLM_VerificationToken" (
    "token" text NOT NULL,
    "key_name" text,
    "key_alias" text,
    "soft_budget_cooldown" boolean NOT NULL DEFAULT false,
    "spend" double precision NOT NULL DEFAULT 0,
    "expires" timestamp(3) without time zone,
    "models" text[],
    "aliases" jsonb NOT NULL DEFAULT '{}',
    "config" jsonb NOT NULL DEFAULT '{}',
    "user_id" text,
    "team_id" text,
    "project_id" text,
    "permissions" jsonb NOT NULL DEFAULT '{}',
    "max_parallel_requests" integer,
    "metadata" jsonb NOT NULL DEFAULT '{}',
    "blocked" boolean,
    "tpm_limit" bigint,
    "rpm_limit" bigint,
    "max_budget" double precision,
    "budget_duration" text,
    "budget_reset_at" timestamp(3) without time zone,
    "allowed_cache_controls" text[] DEFAULT ARRAY[]::text[],
    "allowed_routes" text[] DEFAULT ARRAY[]::text[],
    "model_spend" jsonb NOT NULL DEFAULT '{}',
    "model_max_budget" jsonb NOT NULL DEFAULT '{}',
    "budget_id" text,
    "organization_id" text,
    "object_permission_id" text,
    "created_at" timestamp(3) without time zone DEFAULT CURRENT_TIMESTAMP,
    "created_by" text,
    "updated_at" timestamp(3) without time zone DEFAULT CURRENT_TIMESTAMP,
    "updated_by" text,
    "rotation_count" integer DEFAULT 0,
    "auto_rotate" boolean DEFAULT false,
    "rotation_interval" text,
    "last_rotation_at" timestamp(3) without time zone,
    "key_rotation_at" timestamp(3) without time zone,
    CONSTRAINT "LiteLLM_VerificationToken_pkey" PRIMARY KEY ("token")
);

CREATE TABLE "LiteLLM_UserTable" (
    "user_id" text NOT NULL,
    "user_alias" text,
    "team_id" text,
    "sso_user_id" text,
    "organization_id" text,
    "object_permission_id" text,
    "password" text,
    "teams" text[] DEFAULT ARRAY[]::text[],
    "user_role" text,
    "max_budget" double precision,
    "spend" double precision NOT NULL DEFAULT 0,
    "user_email" text,
    "models" text[],
    "metadata" jsonb NOT NULL DEFAULT '{}',
    "max_parallel_requests" integer,
    "tpm_limit" bigint,
    "rpm_limit" bigint,
    "budget_duration" text,
    "budget_reset_at" timestamp(3) without time zone,
    "allowed_cache_controls" text[] DEFAULT ARRAY[]::text[],
    "model_spend" jsonb NOT NULL DEFAULT '{}',
    "model_max_budget" jsonb NOT NULL DEFAULT '{}',
    "created_at" timestamp(3) without time zone DEFAULT CURRENT_TIMESTAMP,
    "updated_at" timestamp(3) without time zone DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "LiteLLM_UserTable_pkey" PRIMARY KEY ("user_id")
);

CREATE TABLE "LiteLLM_TeamTable" (
    "team_id" text NOT NULL,
    "team_alias" text,
    "organization_id" text,
    "object_permission_id" text,
    "admins" text[],
    "members" text[],
    "members_with_roles" jsonb NOT NULL DEFAULT '{}',
    "metadata" jsonb NOT NULL DEFAULT '{}',
    "max_budget" double precision,
    "spend" double precision NOT NULL DEFAULT 0,
    "models" text[],
    "max_parallel_requests" integer,
    "tpm_limit" bigint,
    "rpm_limit" bigint,
    "budget_duration" text,
    "budget_reset_at" timestamp(3) without time zone,
    "blocked" boolean NOT NULL DEFAULT false,
    "created_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "model_spend" jsonb NOT NULL DEFAULT '{}',
    "model_max_budget" jsonb NOT NULL DEFAULT '{}',
    "team_member_permissions" text[] DEFAULT ARRAY[]::text[],
    "model_id" integer,
    CONSTRAINT "LiteLLM_TeamTable_pkey" PRIMARY KEY ("team_id")
);

CREATE TABLE "LiteLLM_TeamMembership" (
    "user_id" text NOT NULL,
    "team_id" text NOT NULL,
    "spend" double precision NOT NULL DEFAULT 0,
    "budget_id" text,
    CONSTRAINT "LiteLLM_TeamMembership_pkey" PRIMARY KEY ("user_id", "team_id")
);

CREATE TABLE "LiteLLM_OrganizationTable" (
    "organization_id" text NOT NULL,
    "organization_alias" text NOT NULL,
    "budget_id" text NOT NULL,
    "metadata" jsonb NOT NULL DEFAULT '{}',
    "models" text[],
    "spend" double precision NOT NULL DEFAULT 0,
    "model_spend" jsonb NOT NULL DEFAULT '{}',
    "object_permission_id" text,
    "created_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" text NOT NULL,
    "updated_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" text NOT NULL,
    CONSTRAINT "LiteLLM_OrganizationTable_pkey" PRIMARY KEY ("organization_id")
);

CREATE TABLE "LiteLLM_OrganizationMembership" (
    "user_id" text NOT NULL,
    "organization_id" text NOT NULL,
    "user_role" text,
    "spend" double precision DEFAULT 0,
    "budget_id" text,
    "created_at" timestamp(3) without time zone DEFAULT CURRENT_TIMESTAMP,
    "updated_at" timestamp(3) without time zone DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "LiteLLM_OrganizationMembership_pkey" PRIMARY KEY ("user_id", "organization_id")
);

CREATE TABLE "LiteLLM_BudgetTable" (
    "budget_id" text NOT NULL,
    "max_budget" double precision,
    "soft_budget" double precision,
    "max_parallel_requests" integer,
    "tpm_limit" bigint,
    "rpm_limit" bigint,
    "model_max_budget" jsonb,
    "budget_duration" text,
    "budget_reset_at" timestamp(3) without time zone,
    "created_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" text NOT NULL,
    "updated_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" text NOT NULL,
    CONSTRAINT "LiteLLM_BudgetTable_pkey" PRIMARY KEY ("budget_id")
);

CREATE TABLE "LiteLLM_EndUserTable" (
    "user_id" text NOT NULL,
    "alias" text,
    "spend" double precision NOT NULL DEFAULT 0,
    "allowed_model_region" text,
    "default_model" text,
    "budget_id" text,
    "blocked" boolean NOT NULL DEFAULT false,
    CONSTRAINT "LiteLLM_EndUserTable_pkey" PRIMARY KEY ("user_id")
);

CREATE TABLE "LiteLLM_TagTable" (
    "tag_name" text NOT NULL,
    "description" text,
    "models" text[],
    "model_info" jsonb,
    "spend" double precision NOT NULL DEFAULT 0,
    "budget_id" text,
    "created_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" text,
    "updated_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "LiteLLM_TagTable_pkey" PRIMARY KEY ("tag_name")
);

CREATE TABLE "LiteLLM_ProxyModelTable" (
    "model_id" text NOT NULL,
    "model_name" text NOT NULL,
    "litellm_params" jsonb NOT NULL,
    "model_info" jsonb,
    "created_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" text NOT NULL,
    "updated_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" text NOT NULL,
    CONSTRAINT "LiteLLM_ProxyModelTable_pkey" PRIMARY KEY ("model_id")
);

CREATE TABLE "LiteLLM_CredentialsTable" (
    "credential_id" text NOT NULL,
    "credential_name" text NOT NULL,
    "credential_values" jsonb NOT NULL,
    "credential_info" jsonb,
    "created_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" text NOT NULL,
    "updated_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" text NOT NULL,
    CONSTRAINT "LiteLLM_CredentialsTable_pkey" PRIMARY KEY ("credential_id")
);

CREATE TABLE "LiteLLM_ModelTable" (
    "id" serial NOT NULL,
    "aliases" jsonb,
    "created_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" text NOT NULL,
    "updated_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" text NOT NULL,
    CONSTRAINT "LiteLLM_ModelTable_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "LiteLLM_Config" (
    "param_name" text NOT NULL,
    "param_value" jsonb,
    CONSTRAINT "LiteLLM_Config_pkey" PRIMARY KEY ("param_name")
);

CREATE TABLE "LiteLLM_SpendLogs" (
    "request_id" text NOT NULL,
    "call_type" text NOT NULL,
    "api_key" text NOT NULL DEFAULT '',
    "spend" double precision NOT NULL DEFAULT 0,
    "total_tokens" integer NOT NULL DEFAULT 0,
    "prompt_tokens" integer NOT NULL DEFAULT 0,
    "completion_tokens" integer NOT NULL DEFAULT 0,
    "startTime" timestamp(3) without time zone NOT NULL,
    "endTime" timestamp(3) without time zone NOT NULL,
    "completionStartTime" timestamp(3) without time zone,
    "model" text NOT NULL DEFAULT '',
    "model_id" text DEFAULT '',
    "model_group" text DEFAULT '',
    "custom_llm_provider" text DEFAULT '',
    "api_base" text DEFAULT '',
    "user" text DEFAULT '',
    "metadata" jsonb DEFAULT '{}',
    "cache_hit" text DEFAULT '',
    "cache_key" text DEFAULT '',
    "request_tags" jsonb DEFAULT '[]',
    "team_id" text,
    "organization_id" text,
    "end_user" text,
    "requester_ip_address" text,
    "messages" jsonb DEFAULT '{}',
    "response" jsonb DEFAULT '{}',
    "session_id" text,
    "status" text,
    "mcp_namespaced_tool_name" text,
    "agent_id" text,
    "proxy_server_request" jsonb DEFAULT '{}',
    CONSTRAINT "LiteLLM_SpendLogs_pkey" PRIMARY KEY ("request_id")
);

CREATE TABLE "LiteLLM_ErrorLogs" (
    "request_id" text NOT NULL,
    "startTime" timestamp(3) without time zone NOT NULL,
    "endTime" timestamp(3) without time zone NOT NULL,
    "api_base" text NOT NULL DEFAULT '',
    "model_group" text NOT NULL DEFAULT '',
    "litellm_model_name" text NOT NULL DEFAULT '',
    "model_id" text NOT NULL DEFAULT '',
    "request_kwargs" jsonb NOT NULL DEFAULT '{}',
    "exception_type" text NOT NULL DEFAULT '',
    "exception_string" text NOT NULL DEFAULT '',
    "status_code" text NOT NULL DEFAULT '',
    CONSTRAINT "LiteLLM_ErrorLogs_pkey" PRIMARY KEY ("request_id")
);

CREATE TABLE "LiteLLM_DailyUserSpend" (
    "id" text NOT NULL,
    "user_id" text,
    "date" text NOT NULL,
    "api_key" text NOT NULL,
    "model" text,
    "model_group" text,
    "custom_llm_provider" text,
    "mcp_namespaced_tool_name" text,
    "prompt_tokens" bigint NOT NULL DEFAULT 0,
    "completion_tokens" bigint NOT NULL DEFAULT 0,
    "cache_read_input_tokens" bigint NOT NULL DEFAULT 0,
    "cache_creation_input_tokens" bigint NOT NULL DEFAULT 0,
    "spend" double precision NOT NULL DEFAULT 0,
    "api_requests" bigint NOT NULL DEFAULT 0,
    "successful_requests" bigint NOT NULL DEFAULT 0,
    "failed_requests" bigint NOT NULL DEFAULT 0,
    "created_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" timestamp(3) without time zone NOT NULL,
    CONSTRAINT "LiteLLM_DailyUserSpend_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "LiteLLM_DailyTeamSpend" (
    "id" text NOT NULL,
    "team_id" text,
    "date" text NOT NULL,
    "api_key" text NOT NULL,
    "model" text,
    "model_group" text,
    "custom_llm_provider" text,
    "mcp_namespaced_tool_name" text,
    "prompt_tokens" bigint NOT NULL DEFAULT 0,
    "completion_tokens" bigint NOT NULL DEFAULT 0,
    "cache_read_input_tokens" bigint NOT NULL DEFAULT 0,
    "cache_creation_input_tokens" bigint NOT NULL DEFAULT 0,
    "spend" double precision NOT NULL DEFAULT 0,
    "api_requests" bigint NOT NULL DEFAULT 0,
    "successful_requests" bigint NOT NULL DEFAULT 0,
    "failed_requests" bigint NOT NULL DEFAULT 0,
    "created_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" timestamp(3) without time zone NOT NULL,
    CONSTRAINT "LiteLLM_DailyTeamSpend_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "LiteLLM_DailyOrganizationSpend" (
    "id" text NOT NULL,
    "organization_id" text,
    "date" text NOT NULL,
    "api_key" text NOT NULL,
    "model" text,
    "model_group" text,
    "custom_llm_provider" text,
    "mcp_namespaced_tool_name" text,
    "prompt_tokens" bigint NOT NULL DEFAULT 0,
    "completion_tokens" bigint NOT NULL DEFAULT 0,
    "cache_read_input_tokens" bigint NOT NULL DEFAULT 0,
    "cache_creation_input_tokens" bigint NOT NULL DEFAULT 0,
    "spend" double precision NOT NULL DEFAULT 0,
    "api_requests" bigint NOT NULL DEFAULT 0,
    "successful_requests" bigint NOT NULL DEFAULT 0,
    "failed_requests" bigint NOT NULL DEFAULT 0,
    "created_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" timestamp(3) without time zone NOT NULL,
    CONSTRAINT "LiteLLM_DailyOrganizationSpend_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "LiteLLM_DailyEndUserSpend" (
    "id" text NOT NULL,
    "end_user_id" text,
    "date" text NOT NULL,
    "api_key" text NOT NULL,
    "model" text,
    "model_group" text,
    "custom_llm_provider" text,
    "mcp_namespaced_tool_name" text,
    "prompt_tokens" bigint NOT NULL DEFAULT 0,
    "completion_tokens" bigint NOT NULL DEFAULT 0,
    "cache_read_input_tokens" bigint NOT NULL DEFAULT 0,
    "cache_creation_input_tokens" bigint NOT NULL DEFAULT 0,
    "spend" double precision NOT NULL DEFAULT 0,
    "api_requests" bigint NOT NULL DEFAULT 0,
    "successful_requests" bigint NOT NULL DEFAULT 0,
    "failed_requests" bigint NOT NULL DEFAULT 0,
    "created_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" timestamp(3) without time zone NOT NULL,
    CONSTRAINT "LiteLLM_DailyEndUserSpend_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "LiteLLM_DailyAgentSpend" (
    "id" text NOT NULL,
    "agent_id" text,
    "date" text NOT NULL,
    "api_key" text NOT NULL,
    "model" text,
    "model_group" text,
    "custom_llm_provider" text,
    "mcp_namespaced_tool_name" text,
    "prompt_tokens" bigint NOT NULL DEFAULT 0,
    "completion_tokens" bigint NOT NULL DEFAULT 0,
    "cache_read_input_tokens" bigint NOT NULL DEFAULT 0,
    "cache_creation_input_tokens" bigint NOT NULL DEFAULT 0,
    "spend" double precision NOT NULL DEFAULT 0,
    "api_requests" bigint NOT NULL DEFAULT 0,
    "successful_requests" bigint NOT NULL DEFAULT 0,
    "failed_requests" bigint NOT NULL DEFAULT 0,
    "created_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" timestamp(3) without time zone NOT NULL,
    CONSTRAINT "LiteLLM_DailyAgentSpend_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "LiteLLM_DailyTagSpend" (
    "id" text NOT NULL,
    "tag" text,
    "request_id" text,
    "date" text NOT NULL,
    "api_key" text NOT NULL,
    "model" text,
    "model_group" text,
    "custom_llm_provider" text,
    "mcp_namespaced_tool_name" text,
    "prompt_tokens" bigint NOT NULL DEFAULT 0,
    "completion_tokens" bigint NOT NULL DEFAULT 0,
    "cache_read_input_tokens" bigint NOT NULL DEFAULT 0,
    "cache_creation_input_tokens" bigint NOT NULL DEFAULT 0,
    "spend" double precision NOT NULL DEFAULT 0,
    "api_requests" bigint NOT NULL DEFAULT 0,
    "successful_requests" bigint NOT NULL DEFAULT 0,
    "failed_requests" bigint NOT NULL DEFAULT 0,
    "created_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" timestamp(3) without time zone NOT NULL,
    CONSTRAINT "LiteLLM_DailyTagSpend_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "LiteLLM_AuditLog" (
    "id" text NOT NULL,
    "updated_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "changed_by" text NOT NULL DEFAULT '',
    "changed_by_api_key" text NOT NULL DEFAULT '',
    "action" text NOT NULL,
    "table_name" text NOT NULL,
    "object_id" text NOT NULL,
    "before_value" jsonb,
    "updated_values" jsonb,
    CONSTRAINT "LiteLLM_AuditLog_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "LiteLLM_InvitationLink" (
    "id" text NOT NULL,
    "user_id" text NOT NULL,
    "is_accepted" boolean NOT NULL DEFAULT false,
    "accepted_at" timestamp(3) without time zone,
    "expires_at" timestamp(3) without time zone NOT NULL,
    "created_at" timestamp(3) without time zone NOT NULL,
    "created_by" text NOT NULL,
    "updated_at" timestamp(3) without time zone NOT NULL,
    "updated_by" text NOT NULL,
    CONSTRAINT "LiteLLM_InvitationLink_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "LiteLLM_UserNotifications" (
    "request_id" text NOT NULL,
    "user_id" text NOT NULL,
    "models" text[],
    "justification" text NOT NULL,
    "status" text NOT NULL,
    CONSTRAINT "LiteLLM_UserNotifications_pkey" PRIMARY KEY ("request_id")
);

CREATE TABLE "LiteLLM_ObjectPermissionTable" (
    "object_permission_id" text NOT NULL,
    "mcp_servers" text[] DEFAULT ARRAY[]::text[],
    "mcp_access_groups" text[] DEFAULT ARRAY[]::text[],
    "mcp_tool_permissions" jsonb,
    "vector_stores" text[] DEFAULT ARRAY[]::text[],
    "agents" text[] DEFAULT ARRAY[]::text[],
    "agent_access_groups" text[] DEFAULT ARRAY[]::text[],
    CONSTRAINT "LiteLLM_ObjectPermissionTable_pkey" PRIMARY KEY ("object_permission_id")
);

CREATE TABLE "LiteLLM_DeletedVerificationToken" (
    "id" text NOT NULL,
    "token" text NOT NULL,
    "key_name" text,
    "key_alias" text,
    "soft_budget_cooldown" boolean NOT NULL DEFAULT false,
    "spend" double precision NOT NULL DEFAULT 0,
    "expires" timestamp(3) without time zone,
    "models" text[],
    "aliases" jsonb NOT NULL DEFAULT '{}',
    "config" jsonb NOT NULL DEFAULT '{}',
    "user_id" text,
    "team_id" text,
    "project_id" text,
    "permissions" jsonb NOT NULL DEFAULT '{}',
    "max_parallel_requests" integer,
    "metadata" jsonb NOT NULL DEFAULT '{}',
    "blocked" boolean,
    "tpm_limit" bigint,
    "rpm_limit" bigint,
    "max_budget" double precision,
    "budget_duration" text,
    "budget_reset_at" timestamp(3) without time zone,
    "allowed_cache_controls" text[] DEFAULT ARRAY[]::text[],
    "allowed_routes" text[] DEFAULT ARRAY[]::text[],
    "model_spend" jsonb NOT NULL DEFAULT '{}',
    "model_max_budget" jsonb NOT NULL DEFAULT '{}',
    "budget_id" text,
    "organization_id" text,
    "object_permission_id" text,
    "created_at" timestamp(3) without time zone,
    "created_by" text,
    "updated_at" timestamp(3) without time zone,
    "updated_by" text,
    "rotation_count" integer DEFAULT 0,
    "auto_rotate" boolean DEFAULT false,
    "rotation_interval" text,
    "last_rotation_at" timestamp(3) without time zone,
    "key_rotation_at" timestamp(3) without time zone,
    "deleted_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_by" text,
    "deleted_by_api_key" text,
    "litellm_changed_by" text,
    CONSTRAINT "LiteLLM_DeletedVerificationToken_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "LiteLLM_DeletedTeamTable" (
    "id" text NOT NULL,
    "team_id" text NOT NULL,
    "team_alias" text,
    "organization_id" text,
    "object_permission_id" text,
    "admins" text[],
    "members" text[],
    "members_with_roles" jsonb NOT NULL DEFAULT '{}',
    "metadata" jsonb NOT NULL DEFAULT '{}',
    "max_budget" double precision,
    "spend" double precision NOT NULL DEFAULT 0,
    "models" text[],
    "max_parallel_requests" integer,
    "tpm_limit" bigint,
    "rpm_limit" bigint,
    "budget_duration" text,
    "budget_reset_at" timestamp(3) without time zone,
    "blocked" boolean NOT NULL DEFAULT false,
    "created_at" timestamp(3) without time zone,
    "updated_at" timestamp(3) without time zone,
    "model_spend" jsonb NOT NULL DEFAULT '{}',
    "model_max_budget" jsonb NOT NULL DEFAULT '{}',
    "team_member_permissions" text[] DEFAULT ARRAY[]::text[],
    "model_id" integer,
    "deleted_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_by" text,
    "deleted_by_api_key" text,
    "litellm_changed_by" text,
    CONSTRAINT "LiteLLM_DeletedTeamTable_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "LiteLLM_ProjectTable" (
    "project_id" text NOT NULL,
    "project_alias" text,
    "description" text,
    "team_id" text,
    "budget_id" text,
    "metadata" jsonb NOT NULL DEFAULT '{}',
    "models" text[],
    "spend" double precision NOT NULL DEFAULT 0,
    "model_spend" jsonb NOT NULL DEFAULT '{}',
    "model_rpm_limit" jsonb NOT NULL DEFAULT '{}',
    "model_tpm_limit" jsonb NOT NULL DEFAULT '{}',
    "blocked" boolean NOT NULL DEFAULT false,
    "object_permission_id" text,
    "created_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" text NOT NULL,
    "updated_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" text NOT NULL,
    CONSTRAINT "LiteLLM_ProjectTable_pkey" PRIMARY KEY ("project_id")
);

CREATE TABLE "LiteLLM_HealthCheckTable" (
    "health_check_id" text NOT NULL,
    "model_name" text NOT NULL,
    "model_id" text,
    "status" text NOT NULL,
    "healthy_count" integer NOT NULL DEFAULT 0,
    "unhealthy_count" integer NOT NULL DEFAULT 0,
    "error_message" text,
    "response_time_ms" double precision,
    "details" jsonb,
    "checked_by" text,
    "checked_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" timestamp(3) without time zone NOT NULL,
    CONSTRAINT "LiteLLM_HealthCheckTable_pkey" PRIMARY KEY ("health_check_id")
);

CREATE TABLE "LiteLLM_GuardrailsTable" (
    "guardrail_id" text NOT NULL,
    "guardrail_name" text NOT NULL,
    "litellm_params" jsonb NOT NULL,
    "guardrail_info" jsonb,
    "created_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" timestamp(3) without time zone NOT NULL,
    "submitted_at" timestamp(3) without time zone,
    "reviewed_at" timestamp(3) without time zone,
    CONSTRAINT "LiteLLM_GuardrailsTable_pkey" PRIMARY KEY ("guardrail_id")
);

CREATE TABLE "LiteLLM_SpendLogGuardrailIndex" (
    "request_id" text NOT NULL,
    "guardrail_id" text NOT NULL,
    "policy_id" text,
    "start_time" timestamp(3) without time zone NOT NULL,
    CONSTRAINT "LiteLLM_SpendLogGuardrailIndex_pkey" PRIMARY KEY ("request_id", "guardrail_id")
);

CREATE TABLE "LiteLLM_PolicyAttachmentTable" (
    "attachment_id" text NOT NULL,
    "policy_name" text NOT NULL,
    "scope" text,
    "teams" text[] DEFAULT ARRAY[]::text[],
    "keys" text[] DEFAULT ARRAY[]::text[],
    "models" text[] DEFAULT ARRAY[]::text[],
    "tags" text[] DEFAULT ARRAY[]::text[],
    "created_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" text,
    "updated_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" text,
    CONSTRAINT "LiteLLM_PolicyAttachmentTable_pkey" PRIMARY KEY ("attachment_id")
);

CREATE TABLE "LiteLLM_SpendLogToolIndex" (
    "request_id" text NOT NULL,
    "tool_name" text NOT NULL,
    "start_time" timestamp(3) without time zone NOT NULL,
    CONSTRAINT "LiteLLM_SpendLogToolIndex_pkey" PRIMARY KEY ("request_id", "tool_name")
);

CREATE TABLE "LiteLLM_MCPServerTable" (
    "server_id" text NOT NULL,
    "server_name" text,
    "alias" text,
    "description" text,
    "url" text,
    "transport" text NOT NULL DEFAULT 'sse',
    "auth_type" text,
    "credentials" jsonb DEFAULT '{}',
    "created_at" timestamp(3) without time zone DEFAULT CURRENT_TIMESTAMP,
    "created_by" text,
    "updated_at" timestamp(3) without time zone DEFAULT CURRENT_TIMESTAMP,
    "updated_by" text,
    "mcp_info" jsonb DEFAULT '{}',
    "mcp_access_groups" text[],
    "allowed_tools" text[] DEFAULT ARRAY[]::text[],
    "extra_headers" text[] DEFAULT ARRAY[]::text[],
    "static_headers" jsonb DEFAULT '{}',
    "status" text DEFAULT 'unknown',
    "last_health_check" timestamp(3) without time zone,
    "health_check_error" text,
    "command" text,
    "args" text[] DEFAULT ARRAY[]::text[],
    "env" jsonb DEFAULT '{}',
    "authorization_url" text,
    "token_url" text,
    "registration_url" text,
    "allow_all_keys" boolean NOT NULL DEFAULT false,
    CONSTRAINT "LiteLLM_MCPServerTable_pkey" PRIMARY KEY ("server_id")
);

CREATE TABLE "LiteLLM_AgentsTable" (
    "agent_id" text NOT NULL,
    "agent_name" text NOT NULL,
    "litellm_params" jsonb,
    "agent_card_params" jsonb NOT NULL,
    "agent_access_groups" text[] DEFAULT ARRAY[]::text[],
    "created_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" text NOT NULL,
    "updated_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" text NOT NULL,
    CONSTRAINT "LiteLLM_AgentsTable_pkey" PRIMARY KEY ("agent_id")
);

CREATE TABLE "LiteLLM_ManagedFileTable" (
    "id" text NOT NULL,
    "unified_file_id" text NOT NULL,
    "file_object" jsonb,
    "model_mappings" jsonb NOT NULL,
    "flat_model_file_ids" text[] DEFAULT ARRAY[]::text[],
    "storage_backend" text,
    "storage_url" text,
    "created_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" text,
    "updated_at" timestamp(3) without time zone NOT NULL,
    "updated_by" text,
    CONSTRAINT "LiteLLM_ManagedFileTable_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "LiteLLM_ManagedObjectTable" (
    "id" text NOT NULL,
    "unified_object_id" text NOT NULL,
    "model_object_id" text NOT NULL,
    "file_object" jsonb NOT NULL,
    "file_purpose" text NOT NULL,
    "status" text,
    "created_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" text,
    "updated_at" timestamp(3) without time zone NOT NULL,
    "updated_by" text,
    CONSTRAINT "LiteLLM_ManagedObjectTable_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "LiteLLM_ManagedVectorStoresTable" (
    "vector_store_id" text NOT NULL,
    "custom_llm_provider" text NOT NULL,
    "vector_store_name" text,
    "vector_store_description" text,
    "vector_store_metadata" jsonb,
    "created_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" timestamp(3) without time zone NOT NULL,
    "litellm_credential_name" text,
    "litellm_params" jsonb,
    CONSTRAINT "LiteLLM_ManagedVectorStoresTable_pkey" PRIMARY KEY ("vector_store_id")
);

CREATE TABLE "LiteLLM_ManagedVectorStoreIndexTable" (
    "id" text NOT NULL,
    "index_name" text NOT NULL,
    "litellm_params" jsonb NOT NULL,
    "index_info" jsonb,
    "created_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" text,
    "updated_at" timestamp(3) without time zone NOT NULL,
    "updated_by" text,
    CONSTRAINT "LiteLLM_ManagedVectorStoreIndexTable_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "LiteLLM_SSOConfig" (
    "id" text NOT NULL DEFAULT 'sso_config',
    "sso_settings" jsonb NOT NULL,
    "created_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" timestamp(3) without time zone NOT NULL,
    CONSTRAINT "LiteLLM_SSOConfig_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "LiteLLM_CacheConfig" (
    "id" text NOT NULL DEFAULT 'cache_config',
    "cache_settings" jsonb NOT NULL,
    "created_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" timestamp(3) without time zone NOT NULL,
    CONSTRAINT "LiteLLM_CacheConfig_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "LiteLLM_UISettings" (
    "id" text NOT NULL DEFAULT 'ui_settings',
    "ui_settings" jsonb NOT NULL,
    "created_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" timestamp(3) without time zone NOT NULL,
    CONSTRAINT "LiteLLM_UISettings_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "LiteLLM_PromptTable" (
    "id" text NOT NULL,
    "prompt_id" text NOT NULL,
    "version" integer NOT NULL DEFAULT 1,
    "litellm_params" jsonb NOT NULL,
    "prompt_info" jsonb,
    "created_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" timestamp(3) without time zone NOT NULL,
    CONSTRAINT "LiteLLM_PromptTable_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "LiteLLM_SearchToolsTable" (
    "search_tool_id" text NOT NULL,
    "search_tool_name" text NOT NULL,
    "litellm_params" jsonb NOT NULL,
    "search_tool_info" jsonb,
    "created_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" timestamp(3) without time zone NOT NULL,
    CONSTRAINT "LiteLLM_SearchToolsTable_pkey" PRIMARY KEY ("search_tool_id")
);

CREATE TABLE "LiteLLM_SkillsTable" (
    "skill_id" text NOT NULL,
    "display_title" text,
    "description" text,
    "instructions" text,
    "source" text NOT NULL DEFAULT 'custom',
    "latest_version" text,
    "file_content" bytea,
    "file_name" text,
    "file_type" text,
    "metadata" jsonb DEFAULT '{}',
    "created_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" text,
    "updated_at" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" text,
    CONSTRAINT "LiteLLM_SkillsTable_pkey" PRIMARY KEY ("skill_id")
);

CREATE TABLE "LiteLLM_ClaudeCodePluginTable" (
    "id" text NOT NULL,
    "name" text NOT NULL,
    "version" text,
    "description" text,
    "manifest_json" text,
    "files_json" text DEFAULT '{}',
    "enabled" boolean NOT NULL DEFAULT true,
    "created_at" timestamp(3) without time zone DEFAULT CURRENT_TIMESTAMP,
    "updated_at" timestamp(3) without time zone DEFAULT CURRENT_TIMESTAMP,
    "created_by" text,
    CONSTRAINT "LiteLLM_ClaudeCodePluginTable_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "LiteLLM_CronJob" (
    "cronjob_id" text NOT NULL,
    "pod_id" text NOT NULL,
    "status" "JobStatus" NOT NULL DEFAULT 'INACTIVE',
    "last_updated" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ttl" timestamp(3) without time zone NOT NULL,
    CONSTRAINT "LiteLLM_CronJob_pkey" PRIMARY KEY ("cronjob_id")
);

CREATE INDEX "LiteLLM_VerificationToken_user_id_team_id_idx" ON "LiteLLM_VerificationToken" ("user_id", "team_id");

CREATE INDEX "LiteLLM_VerificationToken_team_id_idx" ON "LiteLLM_VerificationToken" ("team_id");

CREATE INDEX "LiteLLM_VerificationToken_budget_reset_at_expires_idx" ON "LiteLLM_VerificationToken" ("budget_reset_at", "expires");

CREATE UNIQUE INDEX "LiteLLM_UserTable_sso_user_id_key" ON "LiteLLM_UserTable" ("sso_user_id");

CREATE INDEX "LiteLLM_UserTable_user_email_lower_idx" ON "LiteLLM_UserTable" (lower("user_email"));

CREATE UNIQUE INDEX "LiteLLM_TeamTable_model_id_key" ON "LiteLLM_TeamTable" ("model_id");

CREATE INDEX "LiteLLM_TeamTable_organization_id_idx" ON "LiteLLM_TeamTable" ("organization_id");

CREATE INDEX "LiteLLM_TeamTable_team_alias_idx" ON "LiteLLM_TeamTable" ("team_alias");

CREATE INDEX "LiteLLM_TeamTable_created_at_idx" ON "LiteLLM_TeamTable" ("created_at");

CREATE UNIQUE INDEX "LiteLLM_OrganizationMembership_user_id_organization_id_key" ON "LiteLLM_OrganizationMembership" ("user_id", "organization_id");

CREATE UNIQUE INDEX "LiteLLM_CredentialsTable_credential_name_key" ON "LiteLLM_CredentialsTable" ("credential_name");

CREATE INDEX "LiteLLM_SpendLogs_startTime_idx" ON "LiteLLM_SpendLogs" ("startTime");

CREATE INDEX "LiteLLM_SpendLogs_startTime_request_id_idx" ON "LiteLLM_SpendLogs" ("startTime", "request_id");

CREATE INDEX "LiteLLM_SpendLogs_end_user_idx" ON "LiteLLM_SpendLogs" ("end_user");

CREATE INDEX "LiteLLM_SpendLogs_session_id_idx" ON "LiteLLM_SpendLogs" ("session_id");

CREATE UNIQUE INDEX "LiteLLM_DailyUserSpend_user_id_date_api_key_model_custom_ll_key" ON "LiteLLM_DailyUserSpend" ("user_id", "date", "api_key", "model", "custom_llm_provider", "mcp_namespaced_tool_name");

CREATE INDEX "LiteLLM_DailyUserSpend_date_idx" ON "LiteLLM_DailyUserSpend" ("date");

CREATE INDEX "LiteLLM_DailyUserSpend_user_id_date_idx" ON "LiteLLM_DailyUserSpend" ("user_id", "date");

CREATE INDEX "LiteLLM_DailyUserSpend_api_key_idx" ON "LiteLLM_DailyUserSpend" ("api_key");

CREATE INDEX "LiteLLM_DailyUserSpend_model_idx" ON "LiteLLM_DailyUserSpend" ("model");

CREATE INDEX "LiteLLM_DailyUserSpend_mcp_namespaced_tool_name_idx" ON "LiteLLM_DailyUserSpend" ("mcp_namespaced_tool_name");

CREATE UNIQUE INDEX "LiteLLM_DailyTeamSpend_team_id_date_api_key_model_custom_ll_key" ON "LiteLLM_DailyTeamSpend" ("team_id", "date", "api_key", "model", "custom_llm_provider", "mcp_namespaced_tool_name");

CREATE INDEX "LiteLLM_DailyTeamSpend_date_idx" ON "LiteLLM_DailyTeamSpend" ("date");

CREATE INDEX "LiteLLM_DailyTeamSpend_team_id_date_idx" ON "LiteLLM_DailyTeamSpend" ("team_id", "date");

CREATE INDEX "LiteLLM_DailyTeamSpend_api_key_idx" ON "LiteLLM_DailyTeamSpend" ("api_key");

CREATE INDEX "LiteLLM_DailyTeamSpend_model_idx" ON "LiteLLM_DailyTeamSpend" ("model");

CREATE INDEX "LiteLLM_DailyTeamSpend_mcp_namespaced_tool_name_idx" ON "LiteLLM_DailyTeamSpend" ("mcp_namespaced_tool_name");

CREATE UNIQUE INDEX "LiteLLM_DailyOrganizationSpend_organization_id_date_api_key_key" ON "LiteLLM_DailyOrganizationSpend" ("organization_id", "date", "api_key", "model", "custom_llm_provider", "mcp_namespaced_tool_name");

CREATE INDEX "LiteLLM_DailyOrganizationSpend_date_idx" ON "LiteLLM_DailyOrganizationSpend" ("date");

CREATE INDEX "LiteLLM_DailyOrganizationSpend_organization_id_date_idx" ON "LiteLLM_DailyOrganizationSpend" ("organization_id", "date");

CREATE INDEX "LiteLLM_DailyOrganizationSpend_api_key_idx" ON "LiteLLM_DailyOrganizationSpend" ("api_key");

CREATE INDEX "LiteLLM_DailyOrganizationSpend_model_idx" ON "LiteLLM_DailyOrganizationSpend" ("model");

CREATE INDEX "LiteLLM_DailyOrganizationSpend_mcp_namespaced_tool_name_idx" ON "LiteLLM_DailyOrganizationSpend" ("mcp_namespaced_tool_name");

CREATE UNIQUE INDEX "LiteLLM_DailyEndUserSpend_end_user_id_date_api_key_model_cu_key" ON "LiteLLM_DailyEndUserSpend" ("end_user_id", "date", "api_key", "model", "custom_llm_provider", "mcp_namespaced_tool_name");

CREATE INDEX "LiteLLM_DailyEndUserSpend_date_idx" ON "LiteLLM_DailyEndUserSpend" ("date");

CREATE INDEX "LiteLLM_DailyEndUserSpend_end_user_id_date_idx" ON "LiteLLM_DailyEndUserSpend" ("end_user_id", "date");

CREATE INDEX "LiteLLM_DailyEndUserSpend_api_key_idx" ON "LiteLLM_DailyEndUserSpend" ("api_key");

CREATE INDEX "LiteLLM_DailyEndUserSpend_model_idx" ON "LiteLLM_DailyEndUserSpend" ("model");

CREATE INDEX "LiteLLM_DailyEndUserSpend_mcp_namespaced_tool_name_idx" ON "LiteLLM_DailyEndUserSpend" ("mcp_namespaced_tool_name");

CREATE UNIQUE INDEX "LiteLLM_DailyAgentSpend_agent_id_date_api_key_model_custom__key" ON "LiteLLM_DailyAgentSpend" ("agent_id", "date", "api_key", "model", "custom_llm_provider", "mcp_namespaced_tool_name");

CREATE INDEX "LiteLLM_DailyAgentSpend_date_idx" ON "LiteLLM_DailyAgentSpend" ("date");

CREATE INDEX "LiteLLM_DailyAgentSpend_agent_id_date_idx" ON "LiteLLM_DailyAgentSpend" ("agent_id", "date");

CREATE INDEX "LiteLLM_DailyAgentSpend_api_key_idx" ON "LiteLLM_DailyAgentSpend" ("api_key");

CREATE INDEX "LiteLLM_DailyAgentSpend_model_idx" ON "LiteLLM_DailyAgentSpend" ("model");

CREATE INDEX "LiteLLM_DailyAgentSpend_mcp_namespaced_tool_name_idx" ON "LiteLLM_DailyAgentSpend" ("mcp_namespaced_tool_name");

CREATE UNIQUE INDEX "LiteLLM_DailyTagSpend_tag_date_api_key_model_custom_llm_pro_key" ON "LiteLLM_DailyTagSpend" ("tag", "date", "api_key", "model", "custom_llm_provider", "mcp_namespaced_tool_name");

CREATE INDEX "LiteLLM_DailyTagSpend_date_idx" ON "LiteLLM_DailyTagSpend" ("date");

CREATE INDEX "LiteLLM_DailyTagSpend_tag_date_idx" ON "LiteLLM_DailyTagSpend" ("tag", "date");

CREATE INDEX "LiteLLM_DailyTagSpend_api_key_idx" ON "LiteLLM_DailyTagSpend" ("api_key");

CREATE INDEX "LiteLLM_DailyTagSpend_model_idx" ON "LiteLLM_DailyTagSpend" ("model");

CREATE INDEX "LiteLLM_DailyTagSpend_mcp_namespaced_tool_name_idx" ON "LiteLLM_DailyTagSpend" ("mcp_namespaced_tool_name");

CREATE INDEX "LiteLLM_DeletedVerificationToken_token_idx" ON "LiteLLM_DeletedVerificationToken" ("token");

CREATE INDEX "LiteLLM_DeletedVerificationToken_deleted_at_idx" ON "LiteLLM_DeletedVerificationToken" ("deleted_at");

CREATE INDEX "LiteLLM_DeletedVerificationToken_user_id_idx" ON "LiteLLM_DeletedVerificationToken" ("user_id");

CREATE INDEX "LiteLLM_DeletedVerificationToken_team_id_idx" ON "LiteLLM_DeletedVerificationToken" ("team_id");

CREATE INDEX "LiteLLM_DeletedVerificationToken_organization_id_idx" ON "LiteLLM_DeletedVerificationToken" ("organization_id");

CREATE INDEX "LiteLLM_DeletedVerificationToken_key_alias_idx" ON "LiteLLM_DeletedVerificationToken" ("key_alias");

CREATE INDEX "LiteLLM_DeletedVerificationToken_created_at_idx" ON "LiteLLM_DeletedVerificationToken" ("created_at");

CREATE INDEX "LiteLLM_DeletedTeamTable_team_id_idx" ON "LiteLLM_DeletedTeamTable" ("team_id");

CREATE INDEX "LiteLLM_DeletedTeamTable_deleted_at_idx" ON "LiteLLM_DeletedTeamTable" ("deleted_at");

CREATE INDEX "LiteLLM_DeletedTeamTable_organization_id_idx" ON "LiteLLM_DeletedTeamTable" ("organization_id");

CREATE INDEX "LiteLLM_DeletedTeamTable_team_alias_idx" ON "LiteLLM_DeletedTeamTable" ("team_alias");

CREATE INDEX "LiteLLM_DeletedTeamTable_created_at_idx" ON "LiteLLM_DeletedTeamTable" ("created_at");

CREATE INDEX "LiteLLM_HealthCheckTable_model_name_idx" ON "LiteLLM_HealthCheckTable" ("model_name");

CREATE INDEX "LiteLLM_HealthCheckTable_checked_at_idx" ON "LiteLLM_HealthCheckTable" ("checked_at");

CREATE INDEX "LiteLLM_HealthCheckTable_status_idx" ON "LiteLLM_HealthCheckTable" ("status");

CREATE INDEX "LiteLLM_HealthCheckTable_model_id_model_name_checked_at_idx" ON "LiteLLM_HealthCheckTable" ("model_id", "model_name", "checked_at" DESC);

CREATE UNIQUE INDEX "LiteLLM_GuardrailsTable_guardrail_name_key" ON "LiteLLM_GuardrailsTable" ("guardrail_name");

CREATE INDEX "LiteLLM_SpendLogGuardrailIndex_guardrail_id_start_time_idx" ON "LiteLLM_SpendLogGuardrailIndex" ("guardrail_id", "start_time");

CREATE INDEX "LiteLLM_SpendLogGuardrailIndex_policy_id_start_time_idx" ON "LiteLLM_SpendLogGuardrailIndex" ("policy_id", "start_time");

CREATE INDEX "LiteLLM_SpendLogToolIndex_tool_name_start_time_idx" ON "LiteLLM_SpendLogToolIndex" ("tool_name", "start_time");

CREATE UNIQUE INDEX "LiteLLM_AgentsTable_agent_name_key" ON "LiteLLM_AgentsTable" ("agent_name");

CREATE UNIQUE INDEX "LiteLLM_ManagedFileTable_unified_file_id_key" ON "LiteLLM_ManagedFileTable" ("unified_file_id");

CREATE INDEX "LiteLLM_ManagedFileTable_unified_file_id_idx" ON "LiteLLM_ManagedFileTable" ("unified_file_id");

CREATE UNIQUE INDEX "LiteLLM_ManagedObjectTable_unified_object_id_key" ON "LiteLLM_ManagedObjectTable" ("unified_object_id");

CREATE UNIQUE INDEX "LiteLLM_ManagedObjectTable_model_object_id_key" ON "LiteLLM_ManagedObjectTable" ("model_object_id");

CREATE INDEX "LiteLLM_ManagedObjectTable_unified_object_id_idx" ON "LiteLLM_ManagedObjectTable" ("unified_object_id");

CREATE INDEX "LiteLLM_ManagedObjectTable_model_object_id_idx" ON "LiteLLM_ManagedObjectTable" ("model_object_id");

CREATE UNIQUE INDEX "LiteLLM_ManagedVectorStoreIndexTable_index_name_key" ON "LiteLLM_ManagedVectorStoreIndexTable" ("index_name");

CREATE UNIQUE INDEX "LiteLLM_PromptTable_prompt_id_version_key" ON "LiteLLM_PromptTable" ("prompt_id", "version");

CREATE INDEX "LiteLLM_PromptTable_prompt_id_idx" ON "LiteLLM_PromptTable" ("prompt_id");

CREATE UNIQUE INDEX "LiteLLM_SearchToolsTable_search_tool_name_key" ON "LiteLLM_SearchToolsTable" ("search_tool_name");

CREATE UNIQUE INDEX "LiteLLM_ClaudeCodePluginTable_name_key" ON "LiteLLM_ClaudeCodePluginTable" ("name");

ALTER TABLE "LiteLLM_VerificationToken" ADD CONSTRAINT "LiteLLM_VerificationToken_budget_id_fkey" FOREIGN KEY ("budget_id") REFERENCES "LiteLLM_BudgetTable" ("budget_id") ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE "LiteLLM_VerificationToken" ADD CONSTRAINT "LiteLLM_VerificationToken_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "LiteLLM_OrganizationTable" ("organization_id") ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE "LiteLLM_VerificationToken" ADD CONSTRAINT "LiteLLM_VerificationToken_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "LiteLLM_ProjectTable" ("project_id") ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE "LiteLLM_VerificationToken" ADD CONSTRAINT "LiteLLM_VerificationToken_object_permission_id_fkey" FOREIGN KEY ("object_permission_id") REFERENCES "LiteLLM_ObjectPermissionTable" ("object_permission_id") ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE "LiteLLM_UserTable" ADD CONSTRAINT "LiteLLM_UserTable_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "LiteLLM_OrganizationTable" ("organization_id") ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE "LiteLLM_UserTable" ADD CONSTRAINT "LiteLLM_UserTable_object_permission_id_fkey" FOREIGN KEY ("object_permission_id") REFERENCES "LiteLLM_ObjectPermissionTable" ("object_permission_id") ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE "LiteLLM_TeamTable" ADD CONSTRAINT "LiteLLM_TeamTable_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "LiteLLM_OrganizationTable" ("organization_id") ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE "LiteLLM_TeamTable" ADD CONSTRAINT "LiteLLM_TeamTable_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "LiteLLM_ModelTable" ("id") ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE "LiteLLM_TeamTable" ADD CONSTRAINT "LiteLLM_TeamTable_object_permission_id_fkey" FOREIGN KEY ("object_permission_id") REFERENCES "LiteLLM_ObjectPermissionTable" ("object_permission_id") ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE "LiteLLM_TeamMembership" ADD CONSTRAINT "LiteLLM_TeamMembership_budget_id_fkey" FOREIGN KEY ("budget_id") REFERENCES "LiteLLM_BudgetTable" ("budget_id") ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE "LiteLLM_OrganizationTable" ADD CONSTRAINT "LiteLLM_OrganizationTable_budget_id_fkey" FOREIGN KEY ("budget_id") REFERENCES "LiteLLM_BudgetTable" ("budget_id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "LiteLLM_OrganizationTable" ADD CONSTRAINT "LiteLLM_OrganizationTable_object_permission_id_fkey" FOREIGN KEY ("object_permission_id") REFERENCES "LiteLLM_ObjectPermissionTable" ("object_permission_id") ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE "LiteLLM_OrganizationMembership" ADD CONSTRAINT "LiteLLM_OrganizationMembership_budget_id_fkey" FOREIGN KEY ("budget_id") REFERENCES "LiteLLM_BudgetTable" ("budget_id") ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE "LiteLLM_OrganizationMembership" ADD CONSTRAINT "LiteLLM_OrganizationMembership_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "LiteLLM_UserTable" ("user_id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "LiteLLM_OrganizationMembership" ADD CONSTRAINT "LiteLLM_OrganizationMembership_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "LiteLLM_OrganizationTable" ("organization_id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "LiteLLM_EndUserTable" ADD CONSTRAINT "LiteLLM_EndUserTable_budget_id_fkey" FOREIGN KEY ("budget_id") REFERENCES "LiteLLM_BudgetTable" ("budget_id") ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE "LiteLLM_TagTable" ADD CONSTRAINT "LiteLLM_TagTable_budget_id_fkey" FOREIGN KEY ("budget_id") REFERENCES "LiteLLM_BudgetTable" ("budget_id") ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE "LiteLLM_InvitationLink" ADD CONSTRAINT "LiteLLM_InvitationLink_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "LiteLLM_UserTable" ("user_id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "LiteLLM_InvitationLink" ADD CONSTRAINT "LiteLLM_InvitationLink_created_by_fkey" FOREIGN KEY ("created_by") REFERENCES "LiteLLM_UserTable" ("user_id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "LiteLLM_InvitationLink" ADD CONSTRAINT "LiteLLM_InvitationLink_updated_by_fkey" FOREIGN KEY ("updated_by") REFERENCES "LiteLLM_UserTable" ("user_id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "LiteLLM_ProjectTable" ADD CONSTRAINT "LiteLLM_ProjectTable_budget_id_fkey" FOREIGN KEY ("budget_id") REFERENCES "LiteLLM_BudgetTable" ("budget_id") ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE "LiteLLM_ProjectTable" ADD CONSTRAINT "LiteLLM_ProjectTable_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "LiteLLM_TeamTable" ("team_id") ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE "LiteLLM_ProjectTable" ADD CONSTRAINT "LiteLLM_ProjectTable_object_permission_id_fkey" FOREIGN KEY ("object_permission_id") REFERENCES "LiteLLM_ObjectPermissionTable" ("object_permission_id") ON DELETE SET NULL ON UPDATE CASCADE;
