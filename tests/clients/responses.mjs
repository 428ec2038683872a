// OpenAI's responses in front of an upstream that has only chat completions: text, streams, tools, state, structured output, errors.
import assert from "node:assert/strict";
import OpenAI from "openai";
import { connect } from "./gateway.mjs";

const client = connect();
const tools = [
  {
    type: "function",
    name: "get_weather",
    description: "Weather of a city",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false },
    strict: true,
  },
];

const plain = await client.responses.create({ model: "chat-only", input: "Hello from the SDK", instructions: "Be brief." });
assert.match(plain.id, /^resp_/);
assert.equal(plain.object, "response");
assert.equal(plain.status, "completed");
assert.ok(plain.output_text.length > 0);
assert.ok(plain.usage.input_tokens > 0 && plain.usage.output_tokens > 0);

const types = [];
let streamed = "";
let completed;
for await (const event of await client.responses.create({ model: "chat-only", input: "Hello from the SDK", stream: true })) {
  assert.equal(event.sequence_number, types.length);
  types.push(event.type);
  if (event.type === "response.output_text.delta") {
    streamed += event.delta;
  }
  if (event.type === "response.completed") {
    completed = event.response;
  }
}
assert.equal(streamed, plain.output_text);
assert.deepEqual(types.slice(0, 4), ["response.created", "response.in_progress", "response.output_item.added", "response.content_part.added"]);
assert.deepEqual(types.slice(-4), ["response.output_text.done", "response.content_part.done", "response.output_item.done", "response.completed"]);
assert.equal(completed.usage.output_tokens, plain.usage.output_tokens);

const helper = await client.responses.stream({ model: "chat-only", input: "Hello from the SDK" }).finalResponse();
assert.equal(helper.output_text, plain.output_text);

const called = await client.responses.create({ model: "chat-only", input: "Weather?", tools });
const call = called.output.find((item) => item.type === "function_call");
assert.equal(call.name, "get_weather");
JSON.parse(call.arguments);

const answered = await client.responses.create({
  model: "chat-only",
  previous_response_id: called.id,
  input: [{ type: "function_call_output", call_id: call.call_id, output: "22 °C" }],
  tools,
  tool_choice: "none",
});
assert.equal(answered.previous_response_id, called.id);
assert.ok(answered.output_text.length > 0);

const calledStream = await client.responses.stream({ model: "chat-only", input: "Weather?", tools }).finalResponse();
assert.equal(calledStream.output.find((item) => item.type === "function_call").arguments, call.arguments);

const fetched = await client.responses.retrieve(plain.id);
assert.equal(fetched.id, plain.id);
assert.equal(fetched.output_text ?? fetched.output[0].content[0].text, plain.output_text);
const items = await client.responses.inputItems.list(plain.id);
assert.equal(items.data[0].role, "user");
await client.responses.delete(plain.id);
await assert.rejects(client.responses.retrieve(plain.id), OpenAI.NotFoundError);

const thought = await client.responses.create({ model: "thinker", input: "Hello", reasoning: { effort: "high", summary: "auto" } });
assert.ok(thought.output[0].type === "reasoning" && thought.output[0].summary[0].text.includes("think"));

const seen = await client.responses.create({
  model: "chat-only",
  input: [{ role: "user", content: [{ type: "input_text", text: "What is this?" }, { type: "input_image", image_url: "data:image/png;base64,iVBORw0KGgo=" }] }],
});
assert.ok(seen.output_text.length > 0);

await assert.rejects(client.responses.create({ model: "no-such-model", input: "x" }), OpenAI.BadRequestError);
await assert.rejects(client.responses.create({ model: "limited", input: "x" }), OpenAI.RateLimitError);
await assert.rejects(client.responses.create({ model: "broken", input: "x" }), OpenAI.InternalServerError);
