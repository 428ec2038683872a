#!/usr/bin/env python3
"""Writes the first migrations of both engines from columns.tsv, keys.tsv and views.*.sql, which lie next to this file.

Run it after a change of the description while no released version has made a database; afterwards a change is a migration of its own.
"""
import csv
import pathlib

HERE = pathlib.Path(__file__).parent
OUT = HERE.parent / "Migrations"
HEAD = "-- Made by Schema/generate.py from Schema/columns.tsv and Schema/keys.tsv.\n"
POSTGRES_TYPES = {
    "text": "text", "text[]": "text[]", "jsonb": "jsonb", "float8": "double precision", "int4": "integer", "int8": "bigint",
    "bool": "boolean", "ts3": "timestamp(3) without time zone", "tstz": "timestamp with time zone", "bytea": "bytea",
    "serial": "serial", "bigserial": "bigserial",
}
SQLITE_TYPES = {
    "text": "TEXT", "text[]": "TEXT", "jsonb": "TEXT", "float8": "REAL", "int4": "INTEGER", "int8": "INTEGER", "bool": "INTEGER",
    "ts3": "TEXT", "tstz": "TEXT", "bytea": "BLOB",
}
ENUMS = {"JobStatus": ["ACTIVE", "INACTIVE"]}
ACTIONS = {"set-null": "SET NULL", "restrict": "RESTRICT"}


def read(name):
    with open(HERE / name, newline="", encoding="utf-8") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [row for row in rows if row and not row[0].startswith("#")]


def tables():
    result = {}
    for table, column, kind, nullable, default, _ in read("columns.tsv"):
        result.setdefault(table, []).append((column, kind, nullable == "yes", default))
    return result


def bare(table):
    return table.removeprefix("tollgate.")


def name_of(table, engine):
    if not table.startswith("tollgate."):
        return f'"{table}"'
    return f'tollgate."{bare(table)}"' if engine == "postgresql" else f'"tollgate_{bare(table)}"'


def quoted(columns):
    parts = []
    for part in columns.split(","):
        if "(" in part:
            function, column = part.rstrip(")").split("(")
            parts.append(f'{function}("{column}")')
        else:
            column, _, order = part.partition(" ")
            parts.append(f'"{column}"' + (f" {order}" if order else ""))
    return ", ".join(parts)


def constraint(table, columns, suffix):
    # Prisma's names: 63 bytes, of which the suffix is kept.
    plain = "_".join(column.partition(" ")[0] for column in columns.split(",")) if columns else ""
    stem = f"{bare(table)}_{plain}" if plain else bare(table)
    return stem[: 63 - len(suffix)] + suffix


def default_of(kind, default, engine):
    if default == "-":
        return ""
    if default == "now":
        return " DEFAULT CURRENT_TIMESTAMP" if engine == "postgresql" else " DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now'))"
    if default == "array":
        return " DEFAULT ARRAY[]::text[]" if engine == "postgresql" else " DEFAULT '[]'"
    if kind == "jsonb":
        return f" DEFAULT '{default}'"
    if kind == "bool" and engine == "sqlite":
        return f" DEFAULT {int(default == 'true')}"
    return f" DEFAULT {default}"


def postgres_column(column, kind, nullable, default):
    enum = kind.removeprefix("enum:")
    name = f'"{enum}"' if enum != kind else POSTGRES_TYPES[kind]
    return f'    "{column}" {name}' + ("" if nullable else " NOT NULL") + default_of(kind, default, "postgresql")


def sqlite_column(column, kind, nullable, default):
    if kind in ("serial", "bigserial"):
        return f'    "{column}" INTEGER PRIMARY KEY AUTOINCREMENT'
    enum = kind.removeprefix("enum:")
    text = f'    "{column}" ' + ("TEXT" if enum != kind else SQLITE_TYPES[kind]) + ("" if nullable else " NOT NULL")
    text += default_of(kind, default, "sqlite")
    if enum != kind:
        text += f' CHECK ("{column}" IN (' + ", ".join(f"'{value}'" for value in ENUMS[enum]) + "))"
    if kind == "bool":
        text += f' CHECK ("{column}" IN (0, 1))'
    # The shipped SQLite answers json_valid(NULL) with 0.
    absent = f'"{column}" IS NULL OR ' if nullable else ""
    if kind == "jsonb":
        text += f' CHECK ({absent}json_valid("{column}"))'
    if kind == "text[]":
        text += f' CHECK ({absent}json_valid("{column}") AND json_type("{column}") = \'array\')'
    return text


def create(table, columns, keys, engine):
    lines = [(postgres_column if engine == "postgresql" else sqlite_column)(*column) for column in columns]
    serial = any(kind in ("serial", "bigserial") for _, kind, _, _ in columns)
    for kind, on, name, target, action in keys.get(table, []):
        if kind == "pk" and not (engine == "sqlite" and serial):
            lines.append(f'    CONSTRAINT "{constraint(table, "", "_pkey")}" PRIMARY KEY ({quoted(on)})')
        if kind == "fk" and engine == "sqlite":
            lines.append("    " + foreign_key(table, on, target, action, keys))
    return f"CREATE TABLE {name_of(table, engine)} (\n" + ",\n".join(lines) + "\n);\n"


def foreign_key(table, column, target, action, keys):
    parent = next(on for kind, on, *_ in keys[target] if kind == "pk")
    return (f'CONSTRAINT "{constraint(table, column, "_fkey")}" FOREIGN KEY ("{column}") REFERENCES "{target}" ("{parent}") '
            f"ON DELETE {ACTIONS[action]} ON UPDATE CASCADE")


def indexes(table, keys, engine):
    for kind, on, name, _, _ in keys.get(table, []):
        if kind in ("unique", "index"):
            own = constraint(table, on, "_key" if kind == "unique" else "_idx") if name == "-" else name
            if engine == "sqlite" and table.startswith("tollgate."):
                own = "tollgate_" + own
            yield f'CREATE {"UNIQUE " if kind == "unique" else ""}INDEX "{own}" ON {name_of(table, engine)} ({quoted(on)});\n'


def main():
    described = tables()
    keys = {}
    for table, *key in read("keys.tsv"):
        keys.setdefault(table, []).append(key)
    for engine in ("postgresql", "sqlite"):
        theirs, ours = [HEAD], [HEAD]
        if engine == "postgresql":
            theirs += [f'CREATE TYPE "{name}" AS ENUM (' + ", ".join(f"'{v}'" for v in values) + ");\n" for name, values in ENUMS.items()]
        for table, columns in described.items():
            if table == "tollgate.schema_version":
                continue  # the migrator makes it before the first version
            part = ours if table.startswith("tollgate.") else theirs
            part.append(create(table, columns, keys, engine))
            part.extend(indexes(table, keys, engine))
        if engine == "postgresql":
            for table, entries in keys.items():
                theirs.extend(f'ALTER TABLE "{table}" ADD {foreign_key(table, on, target, action, keys)};\n'
                              for kind, on, _, target, action in entries if kind == "fk")
        theirs.append((HERE / f"views.{engine}.sql").read_text(encoding="utf-8"))
        folder = OUT / engine
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "0001_litellm.sql").write_text("".join(theirs), encoding="utf-8")
        (folder / "0002_tollgate.sql").write_text("".join(ours), encoding="utf-8")


if __name__ == "__main__":
    main()
