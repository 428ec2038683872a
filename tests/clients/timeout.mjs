// Patience that ends: the program's own, and the gateway's.
import assert from "node:assert/strict";
import OpenAI from "openai";
import { connect, messages } from "./gateway.mjs";

await assert.rejects(
  connect({ timeout: 300 }).chat.completions.create({ model: "silent", messages }),
  OpenAI.APIConnectionTimeoutError,
);
const error = await connect().chat.completions.create({ model: "impatient", messages }).then(
  () => assert.fail("expected a timeout"),
  (reason) => reason,
);
assert.equal(error.status, 408);
assert.match(error.message, /Timeout/);
