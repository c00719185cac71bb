/** What was typed into each session and is not at its program's terminal yet; it outlives connections, screens and sessions. */
import { cleanText } from "./paste.ts";
import { InputBuffer } from "./wire/input_buffer.ts";

/** So many texts of sessions that are over wait for each machine. */
export const MAX_LEFTOVERS = 10;

/** What was typed into a session that ended before it was delivered. */
export interface Leftover {
  readonly session: string;
  readonly text: string;
}

export class UndeliveredInputs {
  readonly #inputs = new Map<string, InputBuffer>();
  readonly #leftovers = new Map<string, readonly Leftover[]>();

  /** Return the input of one session, which is empty the first time. */
  of(deviceId: string, sessionId: string): InputBuffer {
    const key = `${deviceId}/${sessionId}`;
    const input = this.#inputs.get(key) ?? new InputBuffer();
    this.#inputs.set(key, input);
    return input;
  }

  /** A session, called `name`, is over: what it did not get is left over for others of its machine. */
  abandon(deviceId: string, sessionId: string, name: string): void {
    const text = writtenText(this.of(deviceId, sessionId).abandon());
    if (text === "") return;
    const others = this.leftovers(deviceId);
    this.#leftovers.set(deviceId, [...others, { session: name, text }].slice(-MAX_LEFTOVERS));
  }

  /** Return what sessions of a machine have left, oldest first. */
  leftovers(deviceId: string): readonly Leftover[] {
    return this.#leftovers.get(deviceId) ?? [];
  }

  /** Forget what was used again, or is not wanted. */
  drop(deviceId: string, leftover: Leftover): void {
    const others = this.leftovers(deviceId).filter((other) => other !== leftover);
    this.#leftovers.set(deviceId, others);
  }

  /** How many characters were typed anywhere and were not acknowledged. */
  get characters(): number {
    const pending = [...this.#inputs.values()].map((input) => new TextDecoder().decode(input.unacknowledged));
    const left = [...this.#leftovers.values()].flatMap((leftovers) => leftovers.map(({ text }) => text));
    return [...pending, ...left].reduce((sum, text) => sum + text.length, 0);
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: keys send them
const KEY_SEQUENCES = /\x1b(?:\[[0-9;?]*[ -/]*[@-~]|O[ -~]|[ -~])/g;

/** Return the text in what was typed: without keys that are no text, and without what was taken back. */
export function writtenText(input: Uint8Array): string {
  const characters: string[] = [];
  for (const character of new TextDecoder().decode(input).replace(KEY_SEQUENCES, "")) {
    if (character === "\x7f") characters.pop();
    else characters.push(character);
  }
  return cleanText(characters.join("")).text.trimEnd();
}
