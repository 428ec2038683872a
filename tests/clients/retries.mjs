// The SDK tries again after a 429: the upstream of "flaky/…" refuses each model's first request only.
import assert from "node:assert/strict";
import { connect, marker, messages } from "./gateway.mjs";

const model = `flaky/flaky-${marker}`;
const completion = await connect({ maxRetries: 2 }).chat.completions.create({ model, messages });
assert.ok(completion.choices[0].message.content.length > 0);
