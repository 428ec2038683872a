-- Answers of the Responses API that clients may go on from, packed and encrypted; removed by age, by size and by their owners.
CREATE TABLE tollgate."response" (
    "name" text NOT NULL,
    "kept" bytea NOT NULL,
    "size" bigint NOT NULL,
    "created_at" timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "response_pkey" PRIMARY KEY ("name")
);
CREATE INDEX "response_created_at_idx" ON tollgate."response" ("created_at");
