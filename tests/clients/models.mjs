// The model list, page by page as the SDK reads it, and single models, one of them with a slash in its name.
import assert from "node:assert/strict";
import OpenAI from "openai";
import { connect } from "./gateway.mjs";

const client = connect();
const ids = [];
for await (const model of client.models.list()) {
  assert.equal(model.object, "model");
  ids.push(model.id);
}
for (const id of ["gpt-4o", "embed", "team/slash-model"]) {
  assert.ok(ids.includes(id), `${id} is missing in ${ids}`);
  assert.equal((await client.models.retrieve(id)).id, id);
}
await assert.rejects(client.models.retrieve("no-such-model"), OpenAI.NotFoundError);
