// Tool calls: whole, streamed in pieces, and answered.
import assert from "node:assert/strict";
import { collect, connect, messages } from "./gateway.mjs";

const client = connect();
const tools = [
  {
    type: "function",
    function: {
      name: "get_weather",
      description: "Weather of a city",
      parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
    },
  },
];
const request = { model: "gpt-4o", messages, tools };

const plain = await client.chat.completions.create(request);
assert.equal(plain.choices[0].finish_reason, "tool_calls");
const [call] = plain.choices[0].message.tool_calls;
assert.equal(call.type, "function");
assert.equal(call.function.name, "get_weather");
JSON.parse(call.function.arguments);

const { chunks } = await collect(await client.chat.completions.create({ ...request, stream: true }));
const pieces = chunks.flatMap((chunk) => chunk.choices[0]?.delta?.tool_calls ?? []);
assert.equal(pieces.find((piece) => piece.function?.name)?.function.name, "get_weather");
assert.equal(pieces.map((piece) => piece.function?.arguments ?? "").join(""), call.function.arguments);
assert.equal(chunks.map((chunk) => chunk.choices[0]?.finish_reason).filter(Boolean).at(-1), "tool_calls");

const answered = await client.chat.completions.create({
  model: "gpt-4o",
  messages: [...messages, plain.choices[0].message, { role: "tool", tool_call_id: call.id, content: "22 °C" }],
  tools,
  tool_choice: "none",
});
assert.equal(answered.choices[0].finish_reason, "stop");
assert.ok(answered.choices[0].message.content.length > 0);
