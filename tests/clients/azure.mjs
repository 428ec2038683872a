// Programs written for Azure: the deployment is in the path, the key in the header "api-key".
import assert from "node:assert/strict";
import OpenAI, { AzureOpenAI } from "openai";
import { collect, messages, root } from "./gateway.mjs";

delete process.env.OPENAI_BASE_URL; // the Azure client refuses an endpoint when this one is set
const azure = (options = {}) =>
  new AzureOpenAI({ endpoint: root, apiVersion: "2024-10-21", apiKey: process.env.OPENAI_API_KEY, maxRetries: 0, ...options });

const byModel = await azure().chat.completions.create({ model: "gpt-4o", messages });
assert.ok(byModel.choices[0].message.content.length > 0);

const byDeployment = azure({ deployment: "gpt-4o" });
const { text } = await collect(await byDeployment.chat.completions.create({ model: "", messages, stream: true }));
assert.equal(text, byModel.choices[0].message.content);

const embedding = await azure().embeddings.create({ model: "embed", input: "Hello", encoding_format: "float" });
assert.equal(embedding.data[0].embedding.length, 1536);

await assert.rejects(azure({ apiKey: "sk-wrong" }).chat.completions.create({ model: "gpt-4o", messages }), OpenAI.AuthenticationError);
