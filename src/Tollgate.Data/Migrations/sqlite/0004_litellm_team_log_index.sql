-- For lists of one team's calls among millions: without it a page that counts looks at 200,000 rows. Only in databases that Tollgate made.
CREATE INDEX IF NOT EXISTS "tollgate_SpendLogs_team_id_startTime_idx" ON "LiteLLM_SpendLogs" ("team_id", "startTime");
