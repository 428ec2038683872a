// The legacy text API, plain and streamed.
import assert from "node:assert/strict";
import { connect } from "./gateway.mjs";

const client = connect();
const request = { model: "gpt-4o", prompt: "Once upon a time", max_tokens: 50 };
const plain = await client.completions.create(request);
assert.equal(plain.object, "text_completion");
assert.ok(plain.choices[0].text.length > 0);

let text = "";
for await (const chunk of await client.completions.create({ ...request, stream: true })) {
  text += chunk.choices[0]?.text ?? "";
}
assert.equal(text, plain.choices[0].text);
