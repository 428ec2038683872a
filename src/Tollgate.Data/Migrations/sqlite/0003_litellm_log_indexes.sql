-- For lists of one key's or one team's calls among millions (database.md 9.3). Only in databases that Tollgate made.
CREATE INDEX IF NOT EXISTS "tollgate_SpendLogs_api_key_startTime_idx" ON "LiteLLM_SpendLogs" ("api_key", "startTime");
