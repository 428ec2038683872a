// Anthropic's SDK in front of an upstream that speaks OpenAI: chat, streams, tools, images, thinking, counting, errors.
import assert from "node:assert/strict";
import Anthropic from "@anthropic-ai/sdk";
import { root } from "./gateway.mjs";

const client = new Anthropic({ baseURL: root, apiKey: process.env.OPENAI_API_KEY, maxRetries: 0, timeout: 30_000 });
const messages = [{ role: "user", content: "Hello from the SDK" }];
const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const tools = [
  {
    name: "get_weather",
    description: "Weather of a city",
    input_schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
];

const plain = await client.messages.create({ model: "gpt-4o", max_tokens: 100, system: "Be brief.", messages });
assert.equal(plain.type, "message");
assert.equal(plain.role, "assistant");
assert.equal(plain.model, "gpt-4o");
assert.equal(plain.stop_reason, "end_turn");
assert.ok(plain.content[0].text.length > 0);
assert.ok(plain.usage.input_tokens > 0 && plain.usage.output_tokens > 0);

const stream = client.messages.stream({ model: "gpt-4o", max_tokens: 100, messages });
let streamed = "";
stream.on("text", (piece) => (streamed += piece));
const final = await stream.finalMessage();
assert.equal(streamed, plain.content[0].text);
assert.equal(final.stop_reason, "end_turn");
assert.equal(final.usage.output_tokens, plain.usage.output_tokens);

const called = await client.messages.create({ model: "gpt-4o", max_tokens: 100, messages, tools });
assert.equal(called.stop_reason, "tool_use");
const call = called.content.find((block) => block.type === "tool_use");
assert.equal(call.name, "get_weather");
assert.equal(typeof call.input, "object");

const calledStream = await client.messages.stream({ model: "gpt-4o", max_tokens: 100, messages, tools }).finalMessage();
assert.deepEqual(calledStream.content.find((block) => block.type === "tool_use").input, call.input);
assert.equal(calledStream.stop_reason, "tool_use");

const answered = await client.messages.create({
  model: "gpt-4o",
  max_tokens: 100,
  tools,
  tool_choice: { type: "none" },
  messages: [
    ...messages,
    { role: "assistant", content: called.content },
    {
      role: "user",
      content: [
        {
          type: "tool_result",
          tool_use_id: call.id,
          content: [
            { type: "text", text: "22 °C" },
            { type: "image", source: { type: "base64", media_type: "image/png", data: pixel } },
          ],
        },
        { type: "text", text: "And now?" },
      ],
    },
  ],
});
assert.equal(answered.stop_reason, "end_turn");

const seen = await client.messages.create({
  model: "gpt-4o",
  max_tokens: 100,
  messages: [
    {
      role: "user",
      content: [
        { type: "image", source: { type: "base64", media_type: "image/png", data: pixel } },
        { type: "text", text: "What is this?", cache_control: { type: "ephemeral" } },
      ],
    },
  ],
});
assert.ok(seen.content[0].text.length > 0);

const thought = await client.messages.create({
  model: "thinker",
  max_tokens: 4000,
  thinking: { type: "enabled", budget_tokens: 2000 },
  messages,
});
assert.deepEqual(thought.content.map((block) => block.type), ["thinking", "text"]);
assert.ok(thought.content[0].thinking.includes("think"));
const thoughtStream = await client.messages.stream({ model: "thinker", max_tokens: 4000, thinking: { type: "enabled", budget_tokens: 2000 }, messages }).finalMessage();
assert.deepEqual(thoughtStream.content.map((block) => block.type), ["thinking", "text"]);
assert.equal(thoughtStream.content[0].thinking, thought.content[0].thinking);

const counted = await client.messages.countTokens({ model: "gpt-4o", messages, system: "Be brief." });
assert.ok(counted.input_tokens > 0);

async function failure(promise, type, status) {
  const error = await promise.then(
    () => assert.fail(`expected ${type.name}`),
    (reason) => reason,
  );
  assert.ok(error instanceof type, `expected ${type.name}, got ${error.constructor.name}: ${error.message}`);
  assert.equal(error.status, status);
  assert.equal(error.error.type, "error");
  assert.equal(typeof error.error.error.message, "string");
}

const ask = (model, by = client) => by.messages.create({ model, max_tokens: 10, messages });
await failure(ask("gpt-4o", new Anthropic({ baseURL: root, apiKey: "sk-wrong", maxRetries: 0 })), Anthropic.AuthenticationError, 401);
await failure(ask("no-such-model"), Anthropic.BadRequestError, 400);
await failure(client.messages.create({ model: "gpt-4o", max_tokens: 10 }), Anthropic.BadRequestError, 400);
await failure(ask("limited"), Anthropic.RateLimitError, 429);
await failure(ask("broken"), Anthropic.InternalServerError, 500);
