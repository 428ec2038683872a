-- Made by Schema/generate.py from Schema/columns.tsv and Schema/keys.tsv.
CREATE TABLE tollgate."row_ext" (
    "rel" text NOT NULL,
    "pk" text NOT NULL,
    "data" jsonb NOT NULL,
    "updated_at" timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "row_ext_pkey" PRIMARY KEY ("rel", "pk")
);
CREATE TABLE tollgate."change_log" (
    "seq" bigserial NOT NULL,
    "at" timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "kind" text NOT NULL,
    "id" text NOT NULL,
    "src" text NOT NULL DEFAULT '',
    "spend_was_set" boolean NOT NULL DEFAULT false,
    CONSTRAINT "change_log_pkey" PRIMARY KEY ("seq")
);
CREATE INDEX "change_log_at_idx" ON tollgate."change_log" ("at");
CREATE TABLE tollgate."lease" (
    "name" text NOT NULL,
    "holder" text NOT NULL,
    "expires_at" timestamp with time zone NOT NULL,
    CONSTRAINT "lease_pkey" PRIMARY KEY ("name")
);
CREATE TABLE tollgate."kv" (
    "name" text NOT NULL,
    "value" jsonb,
    CONSTRAINT "kv_pkey" PRIMARY KEY ("name")
);
CREATE TABLE tollgate."model_override" (
    "scope" text NOT NULL,
    "id" text NOT NULL,
    "data" jsonb NOT NULL,
    CONSTRAINT "model_override_pkey" PRIMARY KEY ("scope", "id")
);
CREATE TABLE tollgate."rollup_hour" (
    "hour" timestamp with time zone NOT NULL,
    "deployment" text NOT NULL,
    "model_group" text NOT NULL,
    "api_key" text NOT NULL,
    "status" text NOT NULL,
    "route" text NOT NULL,
    "requests" bigint NOT NULL DEFAULT 0,
    "tokens_in" bigint NOT NULL DEFAULT 0,
    "tokens_out" bigint NOT NULL DEFAULT 0,
    "spend" double precision NOT NULL DEFAULT 0,
    "dur_ms_sum" double precision NOT NULL DEFAULT 0,
    "dur_ms_hist" jsonb NOT NULL DEFAULT '[]',
    "ttft_ms_sum" double precision NOT NULL DEFAULT 0,
    "ttft_n" bigint NOT NULL DEFAULT 0,
    CONSTRAINT "rollup_hour_pkey" PRIMARY KEY ("hour", "deployment", "model_group", "api_key", "status", "route")
);
CREATE TABLE tollgate."journal_cursor" (
    "journal_id" text NOT NULL,
    "segment" bigint NOT NULL,
    "position" bigint NOT NULL,
    "updated_at" timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "journal_cursor_pkey" PRIMARY KEY ("journal_id")
);
