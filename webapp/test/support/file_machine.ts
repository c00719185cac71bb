/** A machine that keeps files in memory, behind a connection that a test can cut after any number of bytes. */
import { createHash } from "node:crypto";
import type { TransferListener } from "../../src/connection_ports.ts";
import type { ReplyHandler } from "../../src/requests.ts";
import { type Bytes, concatenate } from "../../src/wire/bytes.ts";
import type { DaemonMessage, Notice, Request } from "../../src/wire/messages.ts";
import type { TransferMessage } from "../../src/wire/transfers.ts";

const PIECE_BYTES = 1_000;

export class FileMachine {
  /** What has arrived, and what can be fetched. */
  arrived: Bytes = new Uint8Array(0);
  offered: Bytes = new Uint8Array(0);
  version = "1";
  refusal: { code: string; message: string; hint: string | null } | null = null;
  /** What it says of what was fetched, in place of the truth. */
  lie: Bytes | null = null;
  starts = 0;
  cancelled = 0;
  /** Bytes until the connection is cut. */
  bytesLeft = Number.POSITIVE_INFINITY;
  onCut: () => void = () => undefined;
  #listener: TransferListener | null = null;
  #fetched = 0;
  rejected = false;

  request(request: Request, handler: ReplyHandler): void {
    queueMicrotask(() => this.#answer(request, handler));
  }

  notify(notice: Notice): void {
    if (notice.type === "transfer.ack") queueMicrotask(() => this.#offer());
  }

  followTransfer(_transfer: number, listener: TransferListener | null): void {
    this.#listener = listener;
    queueMicrotask(() => this.#offer());
  }

  reject(): void {
    this.rejected = true;
  }

  sendBlob(transfer: number, offset: number, data: Bytes): void {
    if (!this.#spend(data.length)) return;
    if (offset !== this.arrived.length)
      throw new Error(`a blob at ${offset}, expected ${this.arrived.length}`);
    this.arrived = concatenate(this.arrived, data);
    const ack: TransferMessage = { type: "transfer.ack", transfer, offset: this.arrived.length };
    queueMicrotask(() => this.#listener?.message(ack));
  }

  tell(message: TransferMessage): void {
    this.#listener?.message(message);
  }

  #answer(request: Request, handler: ReplyHandler): void {
    if (this.refusal !== null) {
      handler.failed(this.refusal);
      return;
    }
    const reply = (message: DaemonMessage): void => handler.replied(message);
    switch (request.type) {
      case "upload.start":
        this.starts += 1;
        reply({ type: "upload.started", id: 1, transfer: 1, offset: this.arrived.length, window: 1_048_576 });
        return;
      case "upload.finish":
        if (!sameBytes(request.sha256, sha256(this.arrived)))
          handler.failed({ code: "bad_checksum", message: "wrong", hint: null });
        else reply({ type: "uploaded", id: 1, path: "/u/a b", typed: "'/u/a b'" });
        return;
      case "download.start":
        this.starts += 1;
        if (request.version !== undefined && request.version !== this.version) {
          handler.failed({ code: "file_changed", message: "another", hint: null });
          return;
        }
        this.#fetched = request.offset ?? 0;
        reply({
          type: "download.started",
          id: 1,
          transfer: 1,
          name: "out.txt",
          size: this.offered.length,
          version: this.version,
          offset: this.#fetched,
        });
        return;
      case "transfer.cancel":
        this.cancelled += 1;
        reply({ type: "ok", id: 1 });
    }
  }

  #offer(): void {
    const listener = this.#listener;
    if (listener === null || this.offered.length === 0) return;
    const data = this.offered.slice(this.#fetched, this.#fetched + PIECE_BYTES);
    if (data.length === 0) {
      listener.message({ type: "download.finished", transfer: 1, sha256: this.lie ?? sha256(this.offered) });
      return;
    }
    if (!this.#spend(data.length)) return;
    const offset = this.#fetched;
    this.#fetched += data.length;
    listener.blob({ kind: "blob", transfer: 1, offset, data });
  }

  #spend(bytes: number): boolean {
    this.bytesLeft -= bytes;
    if (this.bytesLeft >= 0) return true;
    this.bytesLeft = Number.POSITIVE_INFINITY;
    this.#listener = null;
    queueMicrotask(() => this.onCut());
    return false;
  }
}

function sha256(data: Bytes): Bytes {
  return new Uint8Array(createHash("sha256").update(data).digest());
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
