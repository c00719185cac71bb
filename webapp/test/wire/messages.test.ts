/** Bytes from the wire that are not what the protocol says: always a WireError, never anything else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { encode } from "@msgpack/msgpack";
import fc from "fast-check";
import { WireError } from "../../src/wire/errors.ts";
import { decodeMessage } from "../../src/wire/frames.ts";
import { decodeDaemonMessage } from "../../src/wire/message_codec.ts";
import { decodeFragment } from "../../src/wire/pairing.ts";

function onlyWireErrors(act: () => unknown): void {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof WireError, String(error));
  }
}

test("any bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (data) => {
      onlyWireErrors(() => decodeMessage(data));
      onlyWireErrors(() => decodeDaemonMessage(data));
    }),
    { numRuns: 2_000 },
  );
});

test("any map of a known type", () => {
  const type = fc.constantFrom(
    "welcome",
    "sessions",
    "opened",
    "attached",
    "snapshot",
    "resized",
    "exit",
    "error",
    "pong",
  );
  const field = fc.constantFrom(
    "id",
    "stream",
    "base",
    "session",
    "sessions",
    "daemon",
    "limits",
    "cols",
    "offset",
  );
  const fields = fc.dictionary(field, fc.anything({ maxDepth: 2, withNullPrototype: false }), { maxKeys: 6 });
  fc.assert(
    fc.property(type, fields, (name, values) => {
      let body: Uint8Array;
      try {
        body = encode({ ...values, type: name });
      } catch {
        return; // what MessagePack cannot say does not arrive
      }
      onlyWireErrors(() => decodeDaemonMessage(body));
    }),
  );
});

test("a type named like something every object has is unknown, not an error", () => {
  for (const type of ["constructor", "toString", "__proto__"]) {
    assert.equal(decodeDaemonMessage(encode({ type })), null);
  }
});

test("any text behind the # of a link", () => {
  fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => onlyWireErrors(() => decodeFragment(text))));
});
