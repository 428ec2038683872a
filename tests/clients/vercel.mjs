// The Vercel AI SDK with its providers for Anthropic, Google and OpenAI in front of the same upstream: chat, streams, tools.
import assert from "node:assert/strict";
import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogleGenerativeAI } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { generateText, streamText, tool } from "ai";
import { z } from "zod";
import { root } from "./gateway.mjs";

const apiKey = process.env.OPENAI_API_KEY;
const openai = createOpenAI({ apiKey, baseURL: `${root}/v1` });
const tools = { get_weather: tool({ description: "Weather of a city", inputSchema: z.object({ city: z.string().optional() }) }) };

for (const model of [
  createAnthropic({ apiKey, baseURL: `${root}/v1` })("gpt-4o"),
  createGoogleGenerativeAI({ apiKey, baseURL: `${root}/v1beta` })("gpt-4o"),
  openai.chat("gpt-4o"),
  openai.responses("chat-only"),
]) {
  const request = { model, prompt: "Hello from the SDK", maxRetries: 0 };
  const plain = await generateText(request);
  assert.ok(plain.text.length > 0, model.provider);
  assert.equal(plain.finishReason, "stop", model.provider);
  assert.ok(plain.usage.outputTokens > 0, model.provider);

  let streamed = "";
  for await (const piece of streamText(request).textStream) {
    streamed += piece;
  }
  assert.equal(streamed, plain.text, model.provider);

  const called = await generateText({ ...request, tools });
  assert.equal(called.toolCalls[0].toolName, "get_weather", model.provider);
  assert.equal(called.finishReason, "tool-calls", model.provider);

  await assert.rejects(generateText({ ...request, model: Object.assign(Object.create(model), { modelId: "broken" }) }), model.provider);
}
