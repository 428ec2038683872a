-- Answers of the Responses API that clients may go on from, packed and encrypted; removed by age, by size and by their owners.
CREATE TABLE "tollgate_response" (
    "name" TEXT NOT NULL,
    "kept" BLOB NOT NULL,
    "size" INTEGER NOT NULL,
    "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    CONSTRAINT "response_pkey" PRIMARY KEY ("name")
);
CREATE INDEX "tollgate_response_created_at_idx" ON "tollgate_response" ("created_at");
