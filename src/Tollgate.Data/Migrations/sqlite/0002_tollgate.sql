-- Made by Schema/generate.py from Schema/columns.tsv and Schema/keys.tsv.
CREATE TABLE "tollgate_row_ext" (
    "rel" TEXT NOT NULL,
    "pk" TEXT NOT NULL,
    "data" TEXT NOT NULL CHECK (json_valid("data")),
    "updated_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    CONSTRAINT "row_ext_pkey" PRIMARY KEY ("rel", "pk")
);
CREATE TABLE "tollgate_change_log" (
    "seq" INTEGER PRIMARY KEY AUTOINCREMENT,
    "at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "kind" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "src" TEXT NOT NULL DEFAULT '',
    "spend_was_set" INTEGER NOT NULL DEFAULT 0 CHECK ("spend_was_set" IN (0, 1))
);
CREATE INDEX "tollgate_change_log_at_idx" ON "tollgate_change_log" ("at");
CREATE TABLE "tollgate_lease" (
    "name" TEXT NOT NULL,
    "holder" TEXT NOT NULL,
    "expires_at" TEXT NOT NULL,
    CONSTRAINT "lease_pkey" PRIMARY KEY ("name")
);
CREATE TABLE "tollgate_kv" (
    "name" TEXT NOT NULL,
    "value" TEXT CHECK ("value" IS NULL OR json_valid("value")),
    CONSTRAINT "kv_pkey" PRIMARY KEY ("name")
);
CREATE TABLE "tollgate_model_override" (
    "scope" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "data" TEXT NOT NULL CHECK (json_valid("data")),
    CONSTRAINT "model_override_pkey" PRIMARY KEY ("scope", "id")
);
CREATE TABLE "tollgate_rollup_hour" (
    "hour" TEXT NOT NULL,
    "deployment" TEXT NOT NULL,
    "model_group" TEXT NOT NULL,
    "api_key" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "route" TEXT NOT NULL,
    "requests" INTEGER NOT NULL DEFAULT 0,
    "tokens_in" INTEGER NOT NULL DEFAULT 0,
    "tokens_out" INTEGER NOT NULL DEFAULT 0,
    "spend" REAL NOT NULL DEFAULT 0,
    "dur_ms_sum" REAL NOT NULL DEFAULT 0,
    "dur_ms_hist" TEXT NOT NULL DEFAULT '[]' CHECK (json_valid("dur_ms_hist")),
    "ttft_ms_sum" REAL NOT NULL DEFAULT 0,
    "ttft_n" INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT "rollup_hour_pkey" PRIMARY KEY ("hour", "deployment", "model_group", "api_key", "status", "route")
);
CREATE TABLE "tollgate_journal_cursor" (
    "journal_id" TEXT NOT NULL,
    "segment" INTEGER NOT NULL,
    "position" INTEGER NOT NULL,
    "updated_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    CONSTRAINT "journal_cursor_pkey" PRIMARY KEY ("journal_id")
);
