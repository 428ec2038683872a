-- What an older LiteLLM left: lists that are NULL, JSON kept as text inside JSON, members that are an object.
INSERT INTO "LiteLLM_UserTable" (user_id, user_role, user_email, teams, models, max_budget)
VALUES ('old-user', 'internal_user', 'old@example.com', ARRAY['old-team'], NULL, 100);

INSERT INTO "LiteLLM_ModelTable" (id, aliases, created_by, updated_by)
VALUES (7, to_jsonb('{"fast": "gpt-4o"}'::text), 'default_user_id', 'default_user_id');

INSERT INTO "LiteLLM_TeamTable" (team_id, team_alias, admins, members, members_with_roles, metadata, models, model_id, max_budget)
VALUES ('old-team', 'Old team', NULL, NULL, '{}', to_jsonb('{"cost_centre": "42"}'::text), NULL, 7, 1000);

INSERT INTO "LiteLLM_VerificationToken" (token, key_name, key_alias, models, aliases, metadata, allowed_cache_controls, allowed_routes, user_id)
VALUES (encode(sha256('sk-adopted'), 'hex'), 'sk-...pted', 'adopted', NULL, to_jsonb('{"mini": "gpt-4o-mini"}'::text),
        to_jsonb('{"purpose": "old"}'::text), NULL, NULL, 'old-user');

INSERT INTO "LiteLLM_VerificationToken" (token, key_name, key_alias, models, team_id, spend, max_budget)
VALUES (encode(sha256('sk-of-the-team'), 'hex'), 'sk-...team', 'team-key', ARRAY['all-team-models'], 'old-team', 1.5, 50),
       (encode(sha256('sk-spent'), 'hex'), 'sk-...pent', 'spent', ARRAY[]::text[], NULL, 60, 50);

INSERT INTO "LiteLLM_ProxyModelTable" (model_id, model_name, litellm_params, model_info, created_by, updated_by)
VALUES ('written-elsewhere', 'unreadable', '{"model": "R9xUDJTOtwSiOHXBEnPha7C4qHrthN6RHyEzVoEV8lSdz5ehhPMmI9EacxJM65mlcJsINyHoeKFtePWWcYunsg==",
        "api_key": "mb5e-4jKIBO9jk6wNf1C1SRUaP6a-nDYupwcQZpIxOgl39KcCWF9zJhSKBwDDlswN6M4pHEqQqIckH8lnGQSoA=="}', '{"id": "written-elsewhere", "db_model": true}',
        'default_user_id', 'default_user_id');

INSERT INTO "LiteLLM_SpendLogs" (request_id, call_type, api_key, spend, "startTime", "endTime", model)
VALUES ('old-request', 'acompletion', encode(sha256('sk-adopted'), 'hex'), 0.5, now() - interval '1 day', now() - interval '1 day', 'gpt-4o');
