/** Steps reach a terminal in order, and parsing leaves each frame time to be drawn. */
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import fc from "fast-check";
import { displayFrames } from "../src/display_frames.ts";
import { ParseBudget } from "../src/parse_budget.ts";
import { type Frames, StepQueue, type StepTerminal } from "../src/step_queue.ts";
import type { Step } from "../src/wire/stream.ts";

const FRAME_MILLISECONDS = 16;
const SIZE = { cols: 20, rows: 5 };

/** A terminal whose parser needs a millisecond for so many bytes, on a screen with a clock of its own. */
class SlowTerminal implements StepTerminal, Frames {
  /** What it was told to do, with how many bytes; those of one letter that were parsed in a row are one entry. */
  readonly deeds: [string, number][] = [];
  /** How many milliseconds were parsed in each frame. */
  readonly parsedMilliseconds: number[] = [0];
  readonly #bytesPerMillisecond: number;
  #now = 0;
  #tasks: (() => void)[] = [];
  #frames: (() => void)[] = [];

  constructor(bytesPerMillisecond: number) {
    this.#bytesPerMillisecond = bytesPerMillisecond;
  }

  nowMilliseconds = (): number => this.#now;
  next = (callback: () => void): void => void this.#frames.push(callback);
  ready = (callback: () => void): void => void this.#tasks.push(callback);
  reset = ({ cols, rows }: typeof SIZE): void => void this.deeds.push([`reset ${cols}x${rows}`, 0]);
  resize = ({ cols, rows }: typeof SIZE): void => void this.deeds.push([`resize ${cols}x${rows}`, 0]);

  write(data: Uint8Array, parsed: () => void): void {
    this.#tasks.push(() => {
      this.#parse(data.length);
      this.#print(String.fromCharCode(data[0] ?? 0), data.length);
      parsed();
    });
  }

  prepend(data: Uint8Array, done: () => void): void {
    this.#tasks.push(() => {
      this.deeds.push(["prepend", data.length]);
      done();
    });
  }

  /** Let everything happen that does not wait for a frame. */
  settle(): void {
    for (let task = this.#tasks.shift(); task !== undefined; task = this.#tasks.shift()) task();
  }

  get waitsForFrame(): boolean {
    return this.#frames.length > 0;
  }

  frame(): void {
    this.#now = (Math.floor(this.#now / FRAME_MILLISECONDS) + 1) * FRAME_MILLISECONDS;
    this.parsedMilliseconds.push(0);
    for (const callback of this.#frames.splice(0)) callback();
    this.settle();
  }

  /** Let frames pass until nothing waits for one. */
  finish(): void {
    this.settle();
    while (this.waitsForFrame) this.frame();
  }

  #parse(bytes: number): void {
    const milliseconds = bytes / this.#bytesPerMillisecond;
    this.#now += milliseconds;
    this.parsedMilliseconds.push((this.parsedMilliseconds.pop() ?? 0) + milliseconds);
  }

  #print(letter: string, bytes: number): void {
    const before = this.deeds.at(-1);
    if (before?.[0] === letter) before[1] += bytes;
    else this.deeds.push([letter, bytes]);
  }
}

function queueOn(terminal: SlowTerminal): {
  queue: StepQueue;
  done: number[];
  add: (...steps: Step[]) => void;
} {
  const queue = new StepQueue(terminal, terminal);
  const done: number[] = [];
  let count = 0;
  const add = (...steps: Step[]): void => {
    for (const step of steps) {
      const number = count;
      queue.add(step, () => done.push(number));
      count += 1;
    }
  };
  return { queue, done, add };
}

const write = (bytes: number, letter = "x"): Step => ({
  do: "write",
  data: new Uint8Array(bytes).fill(letter.charCodeAt(0)),
  end: 0,
});
const RESET: Step = { do: "reset", ...SIZE };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(fc.nat(20_000), fc.constantFrom("a", "b", "c")).map((made) => write(...made)),
  },
  fc.integer({ min: 1, max: 9 }).map((rows): Step => ({ do: "resize", cols: 20, rows })),
  fc.nat(9).map((bytes): Step => ({ do: "prepend", data: new Uint8Array(bytes) })),
);

test("whatever comes when, every step is done once, in order", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(anyStep, fc.nat(2))),
      fc.integer({ min: 100, max: 20_000 }),
      (all, speed) => {
        const [slow, whole] = [new SlowTerminal(speed), new SlowTerminal(Number.POSITIVE_INFINITY)];
        const { done, add } = queueOn(slow);
        for (const [step, pause] of all) {
          add(step);
          if (pause === 1) slow.settle();
          if (pause === 2) slow.frame();
        }
        slow.finish();
        const { add: addWhole } = queueOn(whole);
        addWhole(...all.map(([step]) => step));
        whole.finish();
        assert.deepEqual(slow.deeds, whole.deeds);
        assert.deepEqual(done, [...all.keys()]);
      },
    ),
    { numRuns: 60 },
  );
});

test("a flood is parsed for a part of each frame", () => {
  const terminal = new SlowTerminal(4_096);
  const { add } = queueOn(terminal);
  add(write(400_000));
  terminal.finish();
  const [first = 0, ...later] = terminal.parsedMilliseconds;
  assert.ok(first <= 13, `${first} ms in the first frame, before which nothing moved`);
  assert.ok(Math.max(...later) <= 6, `${Math.max(...later)} ms in a frame`);
  assert.ok(Math.min(...later.slice(0, -1)) >= 5, "no frame goes unused");
});

test("the longer a frame takes, the longer may be parsed in it, up to a limit", () => {
  const budget = new ParseBudget();
  budget.begin(1_000, false);
  for (const [now, milliseconds] of [
    [1_016, 5],
    [1_116, 15],
    [9_116, 30],
    [9_166, 7.5],
    [9_199, 5],
    [9_215, 5],
  ] as const) {
    budget.begin(now, true);
    assert.deepEqual(
      [budget.isSpent(now + milliseconds - 0.5), budget.isSpent(now + milliseconds)],
      [false, true],
    );
    budget.end(now + milliseconds);
  }
});

test("what is written in a frame counts together, also after a pause in it", () => {
  const terminal = new SlowTerminal(4_096);
  const { done, add } = queueOn(terminal);
  add(write(400_000));
  terminal.finish();
  terminal.frame();
  const before = done.length;
  for (let count = 0; count < 10; count += 1) {
    add(write(4_096));
    terminal.settle();
  }
  assert.equal(done.length - before, 5);
  assert.ok(terminal.waitsForFrame);
});

test("a key's echo waits for no frame", () => {
  const terminal = new SlowTerminal(4_096);
  const { done, add } = queueOn(terminal);
  for (let key = 0; key < 20; key += 1) {
    add(write(1));
    terminal.settle();
    assert.equal(done.length, key + 1);
  }
});

test("what a reset overtakes is not parsed, and counts as done in its turn", () => {
  const terminal = new SlowTerminal(4_096);
  const { done, add } = queueOn(terminal);
  add(write(100_000, "a"));
  terminal.settle();
  add({ do: "prepend", data: new Uint8Array(3) }, write(100_000, "b"), RESET, write(2, "c"));
  terminal.finish();
  const [[letter, bytes] = ["", 0], ...later] = terminal.deeds;
  assert.deepEqual([letter, ...later], ["a", ["reset 20x5", 0], ["c", 2]]);
  assert.ok(bytes < 60_000, "only what was parsed before the reset came");
  assert.deepEqual(done, [0, 1, 2, 3, 4]);
});

test("nothing more happens once the queue is cleared", () => {
  const terminal = new SlowTerminal(4_096);
  const { queue, done, add } = queueOn(terminal);
  add(write(100_000));
  terminal.settle();
  add(RESET);
  queue.clear();
  terminal.finish();
  assert.deepEqual([terminal.deeds.length, done], [1, []]);
});

test("the next frame comes from the browser, soon where it draws none, and at once where nobody looks", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const page = { visibilityState: "visible" };
  const waiting = new Map<number, () => void>();
  Object.assign(globalThis, {
    document: page,
    requestAnimationFrame: (callback: () => void) => waiting.set(waiting.size + 1, callback).size,
    cancelAnimationFrame: (frame: number) => waiting.delete(frame),
  });
  try {
    let called = 0;
    const next = (): void => displayFrames.next(() => (called += 1));
    next();
    assert.equal(called, 0);
    waiting.get(1)?.();
    mock.timers.tick(1_000);
    assert.equal(called, 1);
    waiting.clear();
    next();
    mock.timers.tick(100);
    assert.deepEqual([called, waiting.size], [2, 0]);
    page.visibilityState = "hidden";
    next();
    assert.equal(called, 3);
  } finally {
    for (const name of ["document", "requestAnimationFrame", "cancelAnimationFrame"])
      Reflect.deleteProperty(globalThis, name);
    mock.timers.reset();
  }
});
