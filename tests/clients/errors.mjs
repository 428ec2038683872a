// Every refusal and failure arrives as the class that programs catch, with the fields that they read.
import assert from "node:assert/strict";
import OpenAI from "openai";
import { connect, messages } from "./gateway.mjs";

const client = connect();

async function failure(promise, type, status) {
  const error = await promise.then(
    () => assert.fail(`expected ${type.name}`),
    (reason) => reason,
  );
  assert.ok(error instanceof type, `expected ${type.name}, got ${error.constructor.name}: ${error.message}`);
  assert.equal(error.status, status);
  assert.equal(error.code, String(status), "the error's code is the status as text");
  assert.equal(typeof error.error.message, "string");
  assert.ok(error.headers.get("x-litellm-call-id"), "failed calls have an id as well");
  return error;
}

const chat = (model, by = client) => by.chat.completions.create({ model, messages });

await failure(chat("gpt-4o", connect({ apiKey: "sk-wrong" })), OpenAI.AuthenticationError, 401);
await failure(chat("gpt-4o", connect({ apiKey: "not-a-key" })), OpenAI.AuthenticationError, 401);

const unknown = await failure(chat("no-such-model"), OpenAI.BadRequestError, 400);
assert.match(unknown.message, /no-such-model/);
const incomplete = await failure(client.chat.completions.create({ model: "gpt-4o" }), OpenAI.BadRequestError, 400);
assert.match(incomplete.message, /messages/);

await failure(chat("limited"), OpenAI.RateLimitError, 429);
await failure(chat("broken"), OpenAI.InternalServerError, 500);
await failure(client.chat.completions.create({ model: "broken", messages, stream: true }), OpenAI.InternalServerError, 500);
