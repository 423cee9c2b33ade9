import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";

import { ChainKey } from "../../../intake/web/protocol/chain_keys.ts";
import { newFileKey } from "../../../intake/web/protocol/chunks.ts";
import { newCodename } from "../../../intake/web/protocol/codename.ts";
import { newKemSecretKey } from "../../../intake/web/protocol/hpke.ts";
import { SigningKey } from "../../../intake/web/protocol/signing.ts";
import { sourceKeys } from "./messages.ts";

const secrets: Record<string, () => unknown> = {
  "chain key": () => new ChainKey(new Uint8Array(32)),
  codename: newCodename,
  "file key": newFileKey,
  "secret KEM key": newKemSecretKey,
  "signing key": () => new SigningKey(new Uint8Array(32)),
  "source's keys": sourceKeys,
};

for (const [name, make] of Object.entries(secrets)) {
  test(`a ${name} shows itself as nothing but a secret`, async () => {
    const secret = await make();
    assert.equal(inspect(secret), "[secret]");
    assert.equal(inspect({ secret }), "{ secret: [secret] }");
    assert.equal(String(secret), "[secret]");
    assert.equal(JSON.stringify({ secret }), '{"secret":"[secret]"}');
  });
}
