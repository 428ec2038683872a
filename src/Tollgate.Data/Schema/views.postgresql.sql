CREATE VIEW "LiteLLM_VerificationTokenView" AS
SELECT v.*, t.spend AS team_spend, t.max_budget AS team_max_budget, t.tpm_limit AS team_tpm_limit, t.rpm_limit AS team_rpm_limit,
    p.project_alias AS project_alias
FROM "LiteLLM_VerificationToken" v
LEFT JOIN "LiteLLM_TeamTable" t ON t.team_id = v.team_id
LEFT JOIN "LiteLLM_ProjectTable" p ON p.project_id = v.project_id;
CREATE VIEW "MonthlyGlobalSpend" AS
SELECT date("startTime") AS date, sum(spend) AS spend
FROM "LiteLLM_SpendLogs" WHERE "startTime" >= CURRENT_DATE - INTERVAL '30 days' GROUP BY date("startTime");
CREATE VIEW "MonthlyGlobalSpendPerKey" AS
SELECT date("startTime") AS date, sum(spend) AS spend, api_key
FROM "LiteLLM_SpendLogs" WHERE "startTime" >= CURRENT_DATE - INTERVAL '30 days' GROUP BY date("startTime"), api_key;
CREATE VIEW "MonthlyGlobalSpendPerUserPerKey" AS
SELECT date("startTime") AS date, sum(spend) AS spend, api_key, "user"
FROM "LiteLLM_SpendLogs" WHERE "startTime" >= CURRENT_DATE - INTERVAL '30 days' GROUP BY date("startTime"), api_key, "user";
CREATE VIEW "Last30dKeysBySpend" AS
SELECT l.api_key, v.key_alias, v.key_name, sum(l.spend) AS total_spend
FROM "LiteLLM_SpendLogs" l LEFT JOIN "LiteLLM_VerificationToken" v ON v.token = l.api_key
WHERE l."startTime" >= CURRENT_DATE - INTERVAL '30 days' GROUP BY l.api_key, v.key_alias, v.key_name ORDER BY total_spend DESC;
CREATE VIEW "Last30dModelsBySpend" AS
SELECT model, sum(spend) AS total_spend
FROM "LiteLLM_SpendLogs" WHERE "startTime" >= CURRENT_DATE - INTERVAL '30 days' AND model <> '' GROUP BY model ORDER BY total_spend DESC;
CREATE VIEW "Last30dTopEndUsersSpend" AS
SELECT end_user, count(*) AS total_events, sum(spend) AS total_spend
FROM "LiteLLM_SpendLogs" WHERE end_user <> '' AND end_user <> coalesce("user", '') AND "startTime" >= CURRENT_DATE - INTERVAL '30 days'
GROUP BY end_user ORDER BY total_spend DESC LIMIT 100;
CREATE VIEW "DailyTagSpend" AS
SELECT jsonb_array_elements_text(request_tags) AS individual_request_tag, date("startTime") AS spend_date, count(*) AS log_count,
    sum(spend) AS total_spend
FROM "LiteLLM_SpendLogs" WHERE jsonb_typeof(request_tags) = 'array' GROUP BY individual_request_tag, date("startTime");
