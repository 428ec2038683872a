// A plain chat call, and the options that most programs set.
import assert from "node:assert/strict";
import { connect, messages } from "./gateway.mjs";

const client = connect();
const plain = await client.chat.completions.create({ model: "gpt-4o", messages });
assert.equal(plain.object, "chat.completion");
assert.equal(plain.choices[0].message.role, "assistant");
assert.ok(plain.choices[0].message.content.length > 0);
assert.equal(plain.choices[0].finish_reason, "stop");
assert.equal(plain.usage.total_tokens, plain.usage.prompt_tokens + plain.usage.completion_tokens);

const several = await client.chat.completions.create({
  model: "gpt-4o",
  messages: [{ role: "system", content: "Be brief. Grüße, 你好, 👋" }, ...messages],
  n: 2,
  temperature: 0.8,
  max_completion_tokens: 500,
  seed: 7,
  metadata: { user_id: "user-123", session_id: "session-456" },
});
assert.equal(several.choices.length, 2);
assert.equal(several.choices[1].index, 1);

// The upstream of "unicode" says exactly this.
const exact = await client.chat.completions.create({ model: "unicode", messages });
assert.equal(exact.choices[0].message.content, 'Überraschung: 👩‍🚀 and "quotes"\nnew line');

const wildcard = await client.chat.completions.create({ model: "wild/some-model", messages });
assert.ok(wildcard.choices[0].message.content.length > 0);
