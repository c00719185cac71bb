/** One attachment's output as a state machine: offsets, snapshots and acknowledgements, without a terminal. */
import { type Bytes, concatenate } from "./bytes.ts";
import { violation } from "./errors.ts";
import type { StreamFrame } from "./frames.ts";
import { ACK_DELAY_SECONDS } from "./limits.ts";
import type { Resized, Size, Snapshot } from "./messages.ts";

/**
 * What a terminal does next, in this order.
 * `write` ends at `end`: once the terminal has parsed it, the stream is told with `parsed(end, now)`.
 */
export type Step =
  | ({ readonly do: "reset" } & Size)
  | ({ readonly do: "resize" } & Size)
  | { readonly do: "write"; readonly data: Bytes; readonly end: number }
  /** Rows that belong above everything that the terminal has. */
  | { readonly do: "prepend"; readonly data: Bytes };

interface Assembly {
  readonly base: number;
  readonly size: Size;
  readonly bytes: number;
  received: number;
  readonly parts: Bytes[];
}

export interface StreamStart extends Size {
  readonly base: number;
  readonly snapshot: number | null;
  /** The most output that the daemon keeps unacknowledged. */
  readonly windowBytes: number;
}

export class OutputStream {
  readonly #windowBytes: number;
  #received: number;
  #parsed: number;
  #acknowledged: number;
  #parsedAtSeconds = 0;
  #assembly: Assembly | null = null;
  #deferred: Step[] = [];

  constructor(start: StreamStart) {
    this.#windowBytes = start.windowBytes;
    this.#received = start.base;
    this.#parsed = start.base;
    this.#acknowledged = start.base;
  }

  /** Say what the terminal does at the beginning; with a snapshot, nothing before its last byte is here. */
  begin(start: StreamStart): Step[] {
    if (start.snapshot !== null) return this.#assemble(start.base, start.snapshot, start);
    return [{ do: "resize", cols: start.cols, rows: start.rows }];
  }

  /** The offset from which output can continue after a cut; null in the middle of a snapshot. */
  get have(): number | null {
    return this.#assembly === null ? this.#received : null;
  }

  /** How much of a snapshot is here, from 0 to 1; null when none is under way. */
  get snapshotProgress(): number | null {
    return this.#assembly && this.#assembly.received / this.#assembly.bytes;
  }

  skipForward(message: Snapshot): Step[] {
    if (message.base < this.#received) throw violation("a snapshot goes back");
    return this.#assemble(message.base, message.bytes, message);
  }

  receive(frame: StreamFrame): Step[] {
    if (frame.kind === "snapshot") return this.#addToSnapshot(frame);
    if (frame.kind === "input") throw violation("the daemon sent input");
    if (this.#assembly !== null) throw violation("output in the middle of a snapshot");
    if (frame.offset !== this.#received) throw violation("output with a gap or a repeat");
    this.#received += frame.data.length;
    return [{ do: "write", data: frame.data, end: this.#received }];
  }

  resized(message: Resized): Step[] {
    const step: Step = { do: "resize", cols: message.cols, rows: message.rows };
    if (this.#assembly === null) return [step];
    this.#deferred.push(step);
    return [];
  }

  /** The terminal has parsed the output before `end`. */
  parsed(end: number, nowSeconds: number): void {
    if (end <= this.#parsed) return;
    if (this.#parsed === this.#acknowledged) this.#parsedAtSeconds = nowSeconds;
    this.#parsed = end;
  }

  /** Return the offset to acknowledge now, or null; asking again gives it once only. */
  takeAck(nowSeconds: number): number | null {
    const unacknowledged = this.#parsed - this.#acknowledged;
    const waited = nowSeconds - this.#parsedAtSeconds >= ACK_DELAY_SECONDS;
    if (unacknowledged <= 0 || (!waited && unacknowledged < this.#windowBytes / 2)) return null;
    this.#acknowledged = this.#parsed;
    return this.#parsed;
  }

  /** When an acknowledgement falls due without more output; null if all is acknowledged. */
  get ackDueSeconds(): number | null {
    return this.#parsed > this.#acknowledged ? this.#parsedAtSeconds + ACK_DELAY_SECONDS : null;
  }

  #assemble(base: number, bytes: number, size: Size): Step[] {
    this.#deferred = [];
    this.#assembly = { base, bytes, received: 0, parts: [], size: { cols: size.cols, rows: size.rows } };
    return bytes === 0 ? this.#completeSnapshot(this.#assembly) : [];
  }

  #addToSnapshot(frame: StreamFrame): Step[] {
    const assembly = this.#assembly;
    if (assembly === null) throw violation("a snapshot that was not announced");
    if (frame.offset !== assembly.received) throw violation("a snapshot with a gap or a repeat");
    assembly.parts.push(frame.data);
    assembly.received += frame.data.length;
    if (assembly.received > assembly.bytes) throw violation("a snapshot longer than announced");
    return assembly.received === assembly.bytes ? this.#completeSnapshot(assembly) : [];
  }

  #completeSnapshot({ base, size, parts }: Assembly): Step[] {
    const deferred = this.#deferred;
    this.#assembly = null;
    this.#deferred = [];
    this.#received = base;
    return [{ do: "reset", ...size }, { do: "write", data: concatenate(...parts), end: base }, ...deferred];
  }
}
