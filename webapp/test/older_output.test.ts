/** Older output is asked for a piece at a time, and no more than there is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { OlderOutput } from "../src/older_output.ts";
import type { ReplyHandler } from "../src/requests.ts";
import type { Request } from "../src/wire/messages.ts";

function asked(): { requests: Request[]; handlers: ReplyHandler[]; pieces: number[]; older: OlderOutput } {
  const requests: Request[] = [];
  const handlers: ReplyHandler[] = [];
  const pieces: number[] = [];
  const request = (message: Request, handler: ReplyHandler): void => {
    requests.push(message);
    handlers.push(handler);
  };
  return {
    requests,
    handlers,
    pieces,
    older: new OlderOutput({ request }, (data) => pieces.push(data.length)),
  };
}

test("one request is under way at a time, and none after the oldest piece until a snapshot", () => {
  const { requests, handlers, pieces, older } = asked();
  older.want(7);
  older.want(7);
  assert.deepEqual(requests, [{ type: "history", stream: 7 }]);
  handlers[0]?.replied({ type: "scrollback", id: 1, data: new Uint8Array(5), oldest: false });
  older.want(7);
  handlers[1]?.replied({ type: "scrollback", id: 2, data: new Uint8Array(0), oldest: true });
  older.want(7);
  assert.deepEqual([requests.length, pieces], [2, [5]]);
  older.begin();
  older.want(8);
  assert.deepEqual(requests.at(-1), { type: "history", stream: 8 });
});

test("a refusal is not asked again at once", () => {
  const { requests, handlers, older } = asked();
  older.want(1);
  handlers[0]?.failed({ code: "no_history", message: "", hint: null });
  older.want(1);
  assert.equal(requests.length, 1);
});
