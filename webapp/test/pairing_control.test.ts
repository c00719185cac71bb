/** Pairing begins before the part that talks with machines is there, and that part may come late or never. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeBase64url, PAIR_TOKEN_BYTES } from "../../relay/src/wire/identifiers.ts";
import { AppModel } from "../src/app_model.ts";
import { type MachineMaker, PairingControl } from "../src/pairing_control.ts";
import type { PairingView } from "../src/pairing_view.ts";
import { DEFAULT_SETTINGS } from "../src/settings.ts";
import { encodeFragment } from "../src/wire/pairing.ts";

const FRAGMENT = encodeFragment({
  digits: 4,
  token: encodeBase64url(new Uint8Array(PAIR_TOKEN_BYTES)),
  deviceKey: new Uint8Array(32),
  secret: new Uint8Array(16),
});
const NAVIGATION = { go: () => {}, show: () => {}, replace: () => {}, back: () => {} };
const CODE_STEP = { step: "code", digits: 4, trouble: null, triesLeft: 5 };

/** The part as far as pairing knows it: writes down what it is asked to do. */
class Maker implements MachineMaker {
  readonly heard: string[] = [];

  attempt(): ReturnType<MachineMaker["attempt"]> {
    return {
      submit: async (code, label) => void this.heard.push(`${code} ${label}`),
      cancel: () => void this.heard.push("cancel"),
    };
  }

  async welcome(): Promise<void> {}
}

function pairing(fetchMaker: () => Promise<MachineMaker>): {
  control: PairingControl;
  view: () => PairingView | null;
} {
  const model = new AppModel(DEFAULT_SETTINGS);
  return { control: new PairingControl(model, NAVIGATION, fetchMaker), view: () => model.state.pairing };
}

/** A value that comes when the test says so. */
function awaited<Value>(): { readonly promise: Promise<Value>; readonly arrive: (value: Value) => void } {
  let arrive = (_: Value): void => undefined;
  const promise = new Promise<Value>((resolve) => {
    arrive = resolve;
  });
  return { promise, arrive: (value) => arrive(value) };
}

test("a code that is typed before the part is there waits for it", async () => {
  const maker = new Maker();
  const arriving = awaited<MachineMaker>();
  const { control, view } = pairing(() => arriving.promise);
  control.pairWith(FRAGMENT);
  assert.deepEqual(view(), CODE_STEP);
  const submitted = control.submitCode("1234", "Pixel");
  assert.equal(view()?.step, "working");
  arriving.arrive(maker);
  await submitted;
  await control.submitCode("5678", "Pixel"); // the same attempt: its token is used up
  assert.deepEqual(maker.heard, ["1234 Pixel", "5678 Pixel"]);
});

test("a part that does not come leaves the code to be typed again", async () => {
  const maker = new Maker();
  const answers = [Promise.reject(new Error("no network")), Promise.resolve(maker)];
  const { control, view } = pairing(() => answers.shift() as Promise<MachineMaker>);
  control.pairWith(FRAGMENT);
  await control.submitCode("1234", "Pixel");
  assert.deepEqual(view(), { ...CODE_STEP, trouble: "no_connection" });
  await control.submitCode("1234", "Pixel");
  assert.deepEqual(maker.heard, ["1234 Pixel"]);
});

test("a part that comes after the user has left, or for another link, begins nothing", async () => {
  for (const leave of ["cancel", "another"] as const) {
    const maker = new Maker();
    const arriving = awaited<MachineMaker>();
    const { control, view } = pairing(() => arriving.promise);
    control.pairWith(FRAGMENT);
    const submitted = control.submitCode("1234", "Pixel");
    if (leave === "cancel") control.cancel();
    else control.pairWith(FRAGMENT);
    arriving.arrive(maker);
    await submitted;
    assert.deepEqual(view(), leave === "cancel" ? null : CODE_STEP);
    assert.deepEqual(maker.heard, []);
  }
});
