/** What was typed into each session and is not at its program's terminal yet; it outlives connections and screens. */
import { InputBuffer } from "./wire/input_buffer.ts";

export class UndeliveredInputs {
  readonly #inputs = new Map<string, InputBuffer>();

  /** Return the input of one session, which is empty the first time. */
  of(deviceId: string, sessionId: string): InputBuffer {
    const key = `${deviceId}/${sessionId}`;
    const input = this.#inputs.get(key) ?? new InputBuffer();
    this.#inputs.set(key, input);
    return input;
  }

  /** How many characters were typed anywhere and were not acknowledged. */
  get characters(): number {
    const pending = [...this.#inputs.values()].map(
      (input) => new TextDecoder().decode(input.unacknowledged).length,
    );
    return pending.reduce((sum, characters) => sum + characters, 0);
  }
}
