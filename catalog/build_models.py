#!/usr/bin/env python3
"""Turns a file of model facts (one JSON object a line) into catalog/models.jsonl; see catalog/README.md for the fields.

Usage: build_models.py FACTS.jsonl > models.jsonl
Numbers are carried over digit by digit: prices are exact decimals, never binary floats.
"""
import json
import re
import sys


class Exact(float):
    """A JSON number that remembers how it was written."""

    def __new__(cls, text):
        number = super().__new__(cls, text)
        number.text = text
        return number


def write(value):
    if isinstance(value, Exact):
        return value.text
    if isinstance(value, dict):
        return "{" + ",".join(json.dumps(k) + ":" + write(v) for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(write, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def provider_of(fact):
    name = fact["provider"]
    if name.startswith("vertex_ai-"):
        return "vertex_ai"
    if name == "bedrock_converse":
        return "bedrock"
    if name == "fireworks_ai-embedding-models":
        return "fireworks_ai"
    if name == "cohere" and fact["mode"] == "chat":
        return "cohere_chat"
    if name == "ai21" and fact["mode"] == "chat":
        return "ai21_chat"
    return name


def main():
    lines = []
    with open(sys.argv[1], encoding="utf-8") as facts:
        for line in facts:
            fact = json.loads(line, parse_float=Exact)
            # The index reads the first three members by position and the id without undoing escapes.
            if not re.fullmatch(r'[ !#-\[\]-~]+', fact["id"]):
                sys.exit(f"id needs escapes: {fact['id']!r}")
            out = {"id": fact["id"], "p": provider_of(fact), "m": fact["mode"]}
            context = fact.get("context_tokens", {})
            if context:
                out["ctx"] = [context.get("input", context.get("total")), context.get("output")]
            for name, short in (("capabilities", "f"), ("endpoints", "e"), ("price", "price"), ("vector_size", "dim"),
                                ("limits", "limits"), ("deprecated_on", "until"), ("rpm", "rpm"), ("tpm", "tpm"),
                                ("source", "src")):
                if name in fact:
                    out[short] = fact[name]
            # Some facts name no page but what was read; an address is what a reader can check.
            if not out.get("src", "").startswith("https://"):
                out.pop("src", None)
            if fact["provider"] != out["p"]:
                out["lp"] = fact["provider"]
            lines.append(write(out))
    # Sorted by provider, then id: a listing of one provider is one run of lines.
    lines.sort(key=lambda text: (json.loads(text)["p"], json.loads(text)["id"]))
    print("\n".join(lines))


main()
