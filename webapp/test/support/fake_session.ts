/** A session of the stand-in daemon: a program that answers input with output, without a terminal model. */
import { type Bytes, concatenate, EMPTY } from "../../src/wire/bytes.ts";

export interface Program {
  /** Return what the program prints for this input. */
  input(data: Bytes): Bytes;
}

/** Start a program, which may also print of itself. */
export type NewProgram = (print: (data: Bytes) => void) => Program;

export class FakeSession {
  readonly id: string;
  readonly #program: Program;
  readonly inputSeen = new Map<string, number>();
  output: Bytes = EMPTY;
  received: Bytes = EMPTY;
  cols = 80;
  rows = 24;
  exit: { code: number | null; signal: string | null } | null = null;
  onOutput: () => void = () => undefined;

  constructor(id: string, newProgram: NewProgram) {
    this.id = id;
    this.#program = newProgram((data) => this.print(data));
  }

  /** Take input of one client at its offset: what was seen is dropped, a gap is an error. */
  take(client: string, offset: number, data: Bytes): number {
    const seen = this.inputSeen.get(client) ?? 0;
    if (offset > seen) throw new Error(`input at ${offset} after ${seen}`);
    const fresh = data.slice(seen - offset);
    if (fresh.length > 0) {
      this.inputSeen.set(client, seen + fresh.length);
      this.received = concatenate(this.received, fresh);
      this.print(this.#program.input(fresh));
    }
    return this.inputSeen.get(client) ?? 0;
  }

  print(data: Bytes): void {
    this.output = concatenate(this.output, data);
    this.onOutput();
  }

  info(): Record<string, unknown> {
    return {
      id: this.id,
      agent: "shell",
      name: this.id,
      title: "",
      cwd: "/home/ada",
      cols: this.cols,
      rows: this.rows,
      created_at: 1_700_000_000,
      active_at: Date.now() / 1_000,
      alive: this.exit === null,
      clients: 1,
      preview: "",
      ...(this.exit ?? {}),
    };
  }
}

/** Prints each line it is given twice, so that a lost or repeated byte of input shows in its output. */
export const doubling: NewProgram = () => ({ input: (data: Bytes): Bytes => concatenate(data, data) });
