// Response headers that operators and programs read.
import assert from "node:assert/strict";
import { connect, messages } from "./gateway.mjs";

const client = connect();
const { data, response } = await client.chat.completions.create({ model: "gpt-4o", messages }).withResponse();
assert.ok(data.choices[0].message.content.length > 0);
const headers = response.headers;
for (const name of ["x-litellm-call-id", "x-litellm-model-id", "x-litellm-version", "x-litellm-response-duration-ms"]) {
  assert.ok(headers.get(name), `${name} is missing`);
}
assert.equal(headers.get("x-litellm-model-group"), "gpt-4o");
assert.match(headers.get("content-type"), /^application\/json/);

const again = await client.chat.completions.create({ model: "gpt-4o", messages }).asResponse();
assert.notEqual(again.headers.get("x-litellm-call-id"), headers.get("x-litellm-call-id"));
await again.text();

const stream = await client.chat.completions.create({ model: "gpt-4o", messages, stream: true }).asResponse();
assert.match(stream.headers.get("content-type"), /^text\/event-stream/);
assert.ok(stream.headers.get("x-litellm-call-id"));
assert.match(await stream.text(), /data: \[DONE\]\n\n$/);
