// Responses over a provider that knows only chat: whole, streamed, with tools, and going on from an earlier answer.
import assert from "node:assert/strict";
import { connect } from "./gateway.mjs";

const client = connect();
const model = "over-chat";

const plain = await client.responses.create({ model, input: "Hello from the SDK", instructions: "Be brief." });
assert.equal(plain.object, "response");
assert.equal(plain.status, "completed");
assert.ok(plain.output_text.length > 0);
assert.equal(plain.model, model);
assert.equal(plain.usage.total_tokens, plain.usage.input_tokens + plain.usage.output_tokens);

const types = [];
let text = "";
let completed;
for await (const event of await client.responses.create({ model, input: "Hello from the SDK", stream: true })) {
  assert.equal(event.sequence_number, types.length, "events are numbered");
  types.push(event.type);
  text += event.type === "response.output_text.delta" ? event.delta : "";
  completed = event.type === "response.completed" ? event.response : completed;
}
assert.deepEqual(types.slice(0, 2), ["response.created", "response.in_progress"]);
assert.equal(types.at(-1), "response.completed");
assert.equal(text, plain.output_text);
assert.equal(completed.output[0].content[0].text, text);

const final = await client.responses.stream({ model, input: "Hello from the SDK" }).finalResponse();
assert.equal(final.output_text, plain.output_text);

const tools = [
  {
    type: "function",
    name: "get_weather",
    description: "Weather of a city",
    strict: false,
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
];
const asked = await client.responses.create({ model, input: "Weather?", tools });
const call = asked.output.find((item) => item.type === "function_call");
assert.equal(call.name, "get_weather");
JSON.parse(call.arguments);
const answered = await client.responses.create({
  model,
  previous_response_id: asked.id,
  input: [{ type: "function_call_output", call_id: call.call_id, output: "22 °C" }],
});
assert.equal(answered.previous_response_id, asked.id);
assert.ok(answered.output_text.length > 0);

const again = await client.responses.retrieve(answered.id);
assert.deepEqual(again.output, answered.output);
const items = await client.responses.inputItems.list(answered.id);
assert.deepEqual(items.data.map((item) => item.type), ["message", "function_call", "function_call_output"]);
await client.responses.delete(answered.id);
await assert.rejects(client.responses.retrieve(answered.id), (error) => error.status === 404);
await assert.rejects(client.responses.create({ model }), (error) => error.status === 400 && error.param === "input");
