#!/usr/bin/env python3
"""Writes schema.sql: the tables of LiteLLM 1.81 as a dump of such a database has them, from the description in Tollgate.Data/Schema.

Run it after a change of that description.
"""
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parents[2] / "src/Tollgate.Data/Schema"))
sys.dont_write_bytecode = True
import generate  # noqa: E402

MIGRATIONS = """CREATE TABLE "_prisma_migrations" (
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
"""


def main():
    columns = {}
    for table, column, kind, nullable, default, newer in generate.read("columns.tsv"):
        if newer == "-" and not table.startswith("tollgate."):
            columns.setdefault(table, []).append((column, kind, nullable == "yes", default))
    keys = {}
    for table, kind, on, name, target, action in generate.read("keys.tsv"):
        known = {column for column, *_ in columns.get(table, [])}
        kept = [part for part in on.split(",") if part.split(" ")[0].rstrip(")").split("(")[-1] in known]
        if kept and (kind == "unique" or len(kept) == len(on.split(","))):
            keys.setdefault(table, []).append((kind, ",".join(kept), name, target, action))
    parts = ["-- Made by make_schema.py.\n", MIGRATIONS]
    parts += [f'CREATE TYPE "{name}" AS ENUM (' + ", ".join(f"'{v}'" for v in values) + ");\n" for name, values in generate.ENUMS.items()]
    parts += [generate.create(table, columns[table], keys, "postgresql") for table in columns]
    for table in columns:
        parts += generate.indexes(table, keys, "postgresql")
    for table in columns:
        for kind, on, _, target, action in keys.get(table, []):
            if kind == "fk" and target in columns:
                parts.append(f'ALTER TABLE "{table}" ADD {generate.foreign_key(table, on, target, action, keys)};\n')
    (HERE / "schema.sql").write_text("\n".join(parts), encoding="utf-8")


main()
