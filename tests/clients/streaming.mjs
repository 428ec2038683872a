// Streams: their pieces make the text of the plain answer; usage comes exactly when it was asked for.
import assert from "node:assert/strict";
import { collect, connect, messages } from "./gateway.mjs";

const client = connect();
const request = { model: "gpt-4o", messages };
const plain = await client.chat.completions.create(request);

const silent = await collect(await client.chat.completions.create({ ...request, stream: true }));
assert.equal(silent.text, plain.choices[0].message.content);
assert.ok(silent.chunks.length > 2, "a stream has several chunks");
assert.ok(silent.chunks.every((chunk) => chunk.object === "chat.completion.chunk"));
assert.equal(new Set(silent.chunks.map((chunk) => chunk.id)).size, 1, "all chunks carry one id");
assert.ok(silent.chunks.every((chunk) => chunk.usage == null), "usage was not asked for");
assert.ok(silent.chunks.every((chunk) => chunk.choices.length > 0), "no chunk without choices when usage was not asked for");
assert.deepEqual(silent.chunks.map((chunk) => chunk.choices[0]?.finish_reason).filter(Boolean), ["stop"]);

const counted = await collect(await client.chat.completions.create({ ...request, stream: true, stream_options: { include_usage: true } }));
assert.equal(counted.text, silent.text);
const usage = counted.chunks.filter((chunk) => chunk.usage != null);
assert.equal(usage.length, 1, "usage comes once");
assert.equal(usage[0], counted.chunks.at(-1), "usage comes last");
assert.equal(usage[0].usage.total_tokens, plain.usage.total_tokens);

const runner = client.chat.completions.stream(request);
assert.equal((await runner.finalMessage()).content, plain.choices[0].message.content);
