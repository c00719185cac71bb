/** What is typed while connections come and go reaches the program once, in order. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Bytes, concatenate, EMPTY } from "../../src/wire/bytes.ts";
import { InputBuffer } from "../../src/wire/input_buffer.ts";

type Action =
  | { readonly do: "type"; readonly length: number }
  | { readonly do: "send" | "deliver" | "ack" | "cut" };

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ do: fc.constant("type" as const), length: fc.integer({ min: 1, max: 70 }) }),
  fc.record({ do: fc.constantFrom("send" as const, "deliver" as const, "ack" as const, "cut" as const) }),
);

/** The daemon's side: it drops what it has seen and refuses a gap. */
class Program {
  received: Bytes = EMPTY;

  take(offset: number, data: Bytes): void {
    assert.ok(offset <= this.received.length, "a gap");
    this.received = concatenate(this.received, data.slice(this.received.length - offset));
  }
}

test("any order of typing, sending, losing and acknowledging gives the same bytes", () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 80 }), (actions) => {
      const buffer = new InputBuffer();
      const program = new Program();
      let typed: Bytes = EMPTY;
      let onTheWire: { offset: number; data: Bytes }[] = [];
      const sendAll = (): void => {
        for (let piece = buffer.nextPiece(); piece; piece = buffer.nextPiece()) onTheWire.push(piece);
      };
      const deliver = (): void => {
        const piece = onTheWire.shift();
        if (piece) program.take(piece.offset, piece.data);
      };
      for (const step of actions) {
        if (step.do === "type") {
          const data = Uint8Array.from({ length: step.length }, (_, index) => (typed.length + index) % 251);
          assert.ok(buffer.append(data));
          typed = concatenate(typed, data);
        } else if (step.do === "send") sendAll();
        else if (step.do === "deliver") deliver();
        else if (step.do === "ack") buffer.acknowledge(program.received.length);
        else {
          onTheWire = [];
          buffer.attached(program.received.length);
        }
      }
      sendAll();
      while (onTheWire.length > 0) deliver();
      buffer.acknowledge(program.received.length);
      assert.deepEqual(program.received, typed);
      assert.equal(buffer.unacknowledged.length, 0);
    }),
    { numRuns: 500 },
  );
});

test("input beyond the window is refused as a whole", () => {
  const buffer = new InputBuffer();
  buffer.setLimit(10);
  assert.ok(buffer.append(new Uint8Array(8)));
  assert.equal(buffer.append(new Uint8Array(3)), false);
  assert.ok(buffer.append(new Uint8Array(2)));
  assert.equal(buffer.end, 10);
});

test("a daemon that forgot this client gets what waits at its own beginning", () => {
  const buffer = new InputBuffer();
  buffer.append(Uint8Array.of(1, 2, 3));
  buffer.attached(0);
  buffer.nextPiece();
  buffer.acknowledge(3);
  buffer.append(Uint8Array.of(4, 5));
  buffer.attached(0);
  assert.deepEqual(buffer.nextPiece(), { offset: 0, data: Uint8Array.of(4, 5) });
});

test("only what was never sent can be taken back", () => {
  const buffer = new InputBuffer();
  buffer.append(Uint8Array.of(1, 2));
  buffer.attached(0);
  buffer.nextPiece();
  buffer.append(Uint8Array.of(3, 4));
  assert.deepEqual(buffer.discardUnsent(), Uint8Array.of(3, 4));
  buffer.append(Uint8Array.of(9));
  buffer.attached(1);
  assert.deepEqual(buffer.nextPiece(), { offset: 1, data: Uint8Array.of(2, 9) });
});

test("a daemon that claims more than was typed is not believed", () => {
  const buffer = new InputBuffer();
  buffer.append(Uint8Array.of(1));
  assert.throws(() => buffer.attached(2));
  assert.throws(() => buffer.acknowledge(2));
});
