// Google's SDK in front of an upstream that speaks OpenAI: chat, streams, tools, images, thoughts, counting, errors.
import assert from "node:assert/strict";
import { ApiError, GoogleGenAI } from "@google/genai";
import { root } from "./gateway.mjs";

const connect = (apiKey = process.env.OPENAI_API_KEY) => new GoogleGenAI({ apiKey, httpOptions: { baseUrl: root, timeout: 30_000 } });
const { models } = connect();
const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const functionDeclarations = [
  { name: "get_weather", description: "Weather of a city", parameters: { type: "OBJECT", properties: { city: { type: "STRING" } }, required: ["city"] } },
];

const plain = await models.generateContent({ model: "gpt-4o", contents: "Hello from the SDK", config: { systemInstruction: "Be brief.", temperature: 0.5, maxOutputTokens: 100 } });
assert.ok(plain.text.length > 0);
assert.equal(plain.candidates[0].finishReason, "STOP");
assert.ok(plain.usageMetadata.promptTokenCount > 0 && plain.usageMetadata.candidatesTokenCount > 0);

let streamed = "";
let last;
for await (const chunk of await models.generateContentStream({ model: "gpt-4o", contents: "Hello from the SDK" })) {
  streamed += chunk.text ?? "";
  last = chunk;
}
assert.equal(streamed, plain.text);
assert.equal(last.usageMetadata.candidatesTokenCount, plain.usageMetadata.candidatesTokenCount);

const called = await models.generateContent({ model: "gpt-4o", contents: "Weather?", config: { tools: [{ functionDeclarations }] } });
assert.equal(called.functionCalls[0].name, "get_weather");
assert.equal(typeof called.functionCalls[0].args, "object");

let streamedCall;
for await (const chunk of await models.generateContentStream({ model: "gpt-4o", contents: "Weather?", config: { tools: [{ functionDeclarations }] } })) {
  streamedCall ??= chunk.functionCalls?.[0];
}
assert.deepEqual(streamedCall.args, called.functionCalls[0].args);

const answered = await models.generateContent({
  model: "gpt-4o",
  contents: [
    { role: "user", parts: [{ text: "Weather?" }] },
    called.candidates[0].content,
    { role: "user", parts: [{ functionResponse: { id: called.functionCalls[0].id, name: "get_weather", response: { output: "22 °C" } } }] },
  ],
  config: { tools: [{ functionDeclarations }], toolConfig: { functionCallingConfig: { mode: "NONE" } } },
});
assert.ok(answered.text.length > 0);

const seen = await models.generateContent({
  model: "gpt-4o",
  contents: [{ role: "user", parts: [{ inlineData: { mimeType: "image/png", data: pixel } }, { text: "What is this?" }] }],
});
assert.ok(seen.text.length > 0);

const thought = await models.generateContent({ model: "thinker", contents: "Hello", config: { thinkingConfig: { includeThoughts: true, thinkingBudget: 2000 } } });
assert.ok(thought.candidates[0].content.parts.some((part) => part.thought && part.text.includes("think")));

const counted = await models.countTokens({ model: "gpt-4o", contents: "Hello from the SDK" });
assert.ok(counted.totalTokens > 0);

async function failure(promise, status) {
  const error = await promise.then(
    () => assert.fail(`expected status ${status}`),
    (reason) => reason,
  );
  assert.ok(error instanceof ApiError, `expected ApiError, got ${error.constructor.name}: ${error.message}`);
  assert.equal(error.status, status);
  const body = JSON.parse(error.message);
  assert.equal(body.error.code, status);
}

const ask = (model, by = models) => by.generateContent({ model, contents: "Hello" });
await failure(ask("gpt-4o", connect("sk-wrong").models), 401);
await failure(ask("no-such-model"), 400);
await failure(ask("limited"), 429);
await failure(ask("broken"), 500);
