-- Ten million calls of the last 30 days: 200 keys of 20 teams and 100 users, 12 models, two of a hundred failed. Run by bench/spend-logs.sh.
-- One key, "rare", has twenty calls. The table is the one that Tollgate makes; its indexes but the primary key are built after the rows, as a restore would do it.
DROP INDEX IF EXISTS "LiteLLM_SpendLogs_startTime_idx", "LiteLLM_SpendLogs_startTime_request_id_idx", "LiteLLM_SpendLogs_end_user_idx",
    "LiteLLM_SpendLogs_session_id_idx";
ALTER TABLE "LiteLLM_SpendLogs" DROP CONSTRAINT "LiteLLM_SpendLogs_pkey";
INSERT INTO "LiteLLM_SpendLogs" (request_id, call_type, api_key, spend, total_tokens, prompt_tokens, completion_tokens, "startTime", "endTime",
    "completionStartTime", model, model_id, model_group, custom_llm_provider, api_base, "user", metadata, cache_hit, cache_key, request_tags,
    team_id, organization_id, end_user, session_id, status)
SELECT 'chatcmpl-' || md5(n::text), 'acompletion', CASE WHEN n % (:rows / 20) = 0 THEN 'rare' ELSE lpad((n % 200)::text, 64, 'a') END, (n % 1000) * 0.000013, 1200, 1000, 200,
    moment, moment + interval '1.2 seconds', moment + interval '0.4 seconds', 'openai/model-' || n % 12, md5('deployment' || n % 12),
    'model-' || n % 12, 'openai', 'https://upstream.example/v1', 'user-' || n % 100,
    jsonb_build_object('user_api_key_alias', 'key-' || n % 200, 'user_api_key_team_alias', 'team-' || n % 20, 'user_api_key_user_id', 'user-' || n % 100,
        'user_api_key_team_id', 'team-' || n % 20, 'status', 'success', 'usage_object', jsonb_build_object('prompt_tokens', 1000, 'completion_tokens', 200)),
    'False', 'Cache OFF', '["prod"]', 'team-' || n % 20, '', '', md5('session' || n / 5), CASE WHEN n % 50 = 0 THEN 'failure' ELSE 'success' END
FROM (SELECT n, date_trunc('milliseconds', (now() AT TIME ZONE 'UTC') - (n::double precision / :rows) * interval '30 days') AS moment
    FROM generate_series(1, :rows) AS n) AS calls;
ALTER TABLE "LiteLLM_SpendLogs" ADD CONSTRAINT "LiteLLM_SpendLogs_pkey" PRIMARY KEY (request_id);
CREATE INDEX "LiteLLM_SpendLogs_startTime_idx" ON "LiteLLM_SpendLogs" ("startTime");
CREATE INDEX "LiteLLM_SpendLogs_startTime_request_id_idx" ON "LiteLLM_SpendLogs" ("startTime", request_id);
CREATE INDEX "LiteLLM_SpendLogs_end_user_idx" ON "LiteLLM_SpendLogs" (end_user);
CREATE INDEX "LiteLLM_SpendLogs_session_id_idx" ON "LiteLLM_SpendLogs" (session_id);
VACUUM ANALYZE "LiteLLM_SpendLogs";
