// A program that stops reading a stream. That the upstream is let go as well is checked by the test that runs this script.
import assert from "node:assert/strict";
import { connect, marker, messages } from "./gateway.mjs";

const stream = await connect().chat.completions.create({ model: "endless", messages, stream: true, user: marker });
let chunks = 0;
for await (const _ of stream) {
  chunks += 1;
  if (chunks === 3) {
    stream.controller.abort();
  }
}
assert.ok(chunks >= 3);
