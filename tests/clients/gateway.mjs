// What all scripts share: where the gateway is. The SDK reads OPENAI_BASE_URL and OPENAI_API_KEY by itself, as it does for its users.
import OpenAI from "openai";

/** A client that tells of every failure at once; `options` are the SDK's own. */
export const connect = (options = {}) => new OpenAI({ maxRetries: 0, timeout: 30_000, ...options });

/** The gateway's address without the API prefix. */
export const root = process.env.OPENAI_BASE_URL.replace(/\/v1\/?$/, "");

/** Marks this run's requests, so that the test finds them among the upstream's. */
export const marker = process.env.TOLLGATE_TEST_MARKER;

export const messages = [{ role: "user", content: "Hello from the SDK" }];

/** All text of a chat stream, and its chunks. */
export async function collect(stream) {
  const chunks = [];
  for await (const chunk of stream) {
    chunks.push(chunk);
  }
  return { chunks, text: chunks.map((chunk) => chunk.choices[0]?.delta?.content ?? "").join("") };
}
