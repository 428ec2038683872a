// LangChain's models for Anthropic and OpenAI in front of the same upstream: chat, streams, tools.
import assert from "node:assert/strict";
import { ChatAnthropic } from "@langchain/anthropic";
import { HumanMessage, ToolMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { ChatOpenAI } from "@langchain/openai";
import { z } from "zod";
import { root } from "./gateway.mjs";

const apiKey = process.env.OPENAI_API_KEY;
const getWeather = tool(async () => "22 °C", { name: "get_weather", description: "Weather of a city", schema: z.object({ city: z.string().optional() }) });

for (const model of [
  new ChatAnthropic({ model: "gpt-4o", apiKey, anthropicApiUrl: root, maxRetries: 0, maxTokens: 100 }),
  new ChatOpenAI({ model: "gpt-4o", apiKey, configuration: { baseURL: `${root}/v1` }, maxRetries: 0 }),
  new ChatOpenAI({ model: "chat-only", apiKey, useResponsesApi: true, configuration: { baseURL: `${root}/v1` }, maxRetries: 0 }),
]) {
  const question = new HumanMessage("Hello from the SDK");
  const plain = await model.invoke([question]);
  assert.ok(plain.text.length > 0);
  assert.ok(plain.usage_metadata.output_tokens > 0);

  let streamed = "";
  for await (const chunk of await model.stream([question])) {
    streamed += chunk.text;
  }
  assert.equal(streamed, plain.text);

  const called = await model.bindTools([getWeather]).invoke([question]);
  assert.equal(called.tool_calls[0].name, "get_weather");
  const result = new ToolMessage({ content: "22 °C", tool_call_id: called.tool_calls[0].id });
  const answered = await model.invoke([question, called, result]);
  assert.ok(answered.text.length > 0);
}
