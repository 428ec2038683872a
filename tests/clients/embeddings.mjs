// Embeddings. Unless told otherwise the SDK asks for base64 and decodes it: both forms must be the same vector.
import assert from "node:assert/strict";
import { connect } from "./gateway.mjs";

const client = connect();
const request = { model: "embed", input: "The quick brown fox" };
const floats = await client.embeddings.create({ ...request, encoding_format: "float" });
const decoded = await client.embeddings.create(request);
assert.equal(floats.data[0].embedding.length, 1536);
assert.deepEqual(decoded.data[0].embedding.map(Math.fround), floats.data[0].embedding.map(Math.fround));

const several = await client.embeddings.create({ model: "embed", input: ["one", "two", "three"], dimensions: 8, encoding_format: "float" });
assert.deepEqual(several.data.map((item) => item.index), [0, 1, 2]);
assert.ok(several.data.every((item) => item.embedding.length === 8));
assert.ok(several.usage.prompt_tokens > 0);

const tokens = await client.embeddings.create({ model: "embed", input: [[1, 2, 3], [4, 5]] });
assert.equal(tokens.data.length, 2);
