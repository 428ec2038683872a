// Answers that follow a JSON schema; the schema must reach the upstream as it is.
import assert from "node:assert/strict";
import { connect, messages } from "./gateway.mjs";

const client = connect();
const schema = {
  type: "object",
  properties: { city: { type: "string" }, degrees: { type: "integer" }, tags: { type: "array", items: { type: "string" } } },
  required: ["city", "degrees", "tags"],
  additionalProperties: false,
};
const completion = await client.chat.completions.parse({
  model: "gpt-4o",
  messages,
  response_format: { type: "json_schema", json_schema: { name: "weather", strict: true, schema } },
});
const answer = JSON.parse(completion.choices[0].message.content);
assert.deepEqual(Object.keys(answer).sort(), ["city", "degrees", "tags"]);
assert.equal(typeof answer.city, "string");
assert.ok(Number.isInteger(answer.degrees));
assert.ok(Array.isArray(answer.tags));

const object = await client.chat.completions.create({ model: "gpt-4o", messages, response_format: { type: "json_object" } });
assert.equal(typeof JSON.parse(object.choices[0].message.content), "object");
