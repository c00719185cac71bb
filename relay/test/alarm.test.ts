/** What time takes away, and when to look again. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Ageing, type AgeingPhone, dueAt, nextDeadlineSeconds } from "../src/alarm.ts";

const DAY = 86_400;
const PENDING_SECONDS = 600;
const EMPTY: Ageing = { deviceSeenAtSeconds: 0, isDeviceOnline: false, phones: [], nonces: [] };

function phone(fields: Partial<AgeingPhone>): AgeingPhone {
  return { phoneId: "p", pairedAtSeconds: 100, isPending: false, revokedAtSeconds: null, ...fields };
}

function due(ageing: Ageing, now: number) {
  return dueAt(ageing, now, PENDING_SECONDS);
}

test("a pending phone goes ten minutes after it was redeemed", () => {
  const ageing = { ...EMPTY, phones: [phone({ isPending: true })] };
  assert.equal(nextDeadlineSeconds(ageing, 100, PENDING_SECONDS), 700);
  assert.deepEqual(due(ageing, 699).phoneIds, []);
  assert.deepEqual(due(ageing, 700).phoneIds, ["p"]);
});

test("a paired phone stays", () => {
  const ageing = { ...EMPTY, phones: [phone({})] };
  assert.deepEqual(due(ageing, 364 * DAY).phoneIds, []);
  assert.equal(nextDeadlineSeconds(ageing, 0, PENDING_SECONDS), 365 * DAY);
});

test("a revoked phone is remembered for ninety days", () => {
  const ageing = { ...EMPTY, phones: [phone({ revokedAtSeconds: 200 })] };
  assert.deepEqual(due(ageing, 200 + 90 * DAY - 1).phoneIds, []);
  assert.deepEqual(due(ageing, 200 + 90 * DAY).phoneIds, ["p"]);
});

test("a spent nonce goes when its token has expired", () => {
  const ageing = { ...EMPTY, nonces: [{ nonceId: 3, expiresAtSeconds: 50 }] };
  assert.deepEqual(due(ageing, 49).nonceIds, []);
  assert.deepEqual(due(ageing, 50).nonceIds, [3]);
});

test("a device unseen for a year goes, one that is connected does not", () => {
  assert.equal(due({ ...EMPTY, deviceSeenAtSeconds: 10 }, 10 + 365 * DAY - 1).forgetsDevice, false);
  assert.equal(due({ ...EMPTY, deviceSeenAtSeconds: 10 }, 10 + 365 * DAY).forgetsDevice, true);
  const connected = { ...EMPTY, deviceSeenAtSeconds: 10, isDeviceOnline: true };
  assert.equal(due(connected, 10 + 365 * DAY).forgetsDevice, false);
  assert.equal(nextDeadlineSeconds(connected, 500 * DAY, PENDING_SECONDS), 865 * DAY);
});

test("the next deadline is the earliest", () => {
  const ageing = {
    ...EMPTY,
    phones: [phone({ isPending: true }), phone({ revokedAtSeconds: 1 })],
    nonces: [{ nonceId: 1, expiresAtSeconds: 300 }],
  };
  assert.equal(nextDeadlineSeconds(ageing, 100, PENDING_SECONDS), 300);
});
