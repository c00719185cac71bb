/** One file on its way from a session's machine: pieces in order, over any number of connections, then checked. */
import type { MachineConnection } from "./connection.ts";
import { FileDigest } from "./file_digest.ts";
import type { Failure } from "./requests.ts";
import { TransferRate } from "./transfer_rate.ts";
import { isCut, type TransferChange } from "./transfer_view.ts";
import { type Bytes, concatenate } from "./wire/bytes.ts";
import type { BlobFrame } from "./wire/frames.ts";
import type { DaemonMessage } from "./wire/messages.ts";

/** Pieces are put together so that a large file does not become many small ones in the browser's store. */
const GATHERED_BYTES = 1_048_576;

type Connection = Pick<MachineConnection, "request" | "notify" | "followTransfer" | "reject">;

export interface DownloadEvents {
  changed(change: TransferChange): void;
  /** It is over for now: complete, or failed. */
  stopped(): void;
}

export class Download {
  readonly #sessionId: string;
  readonly #path: string;
  readonly #events: DownloadEvents;
  #digest = new FileDigest();
  readonly #rate = new TransferRate();
  #connection: Connection | null = null;
  #transfer: number | null = null;
  #version: string | null = null;
  #name = "";
  #sizeBytes = 0;
  #doneBytes = 0;
  /** The browser keeps large ones on disk. */
  #kept: Blob[] = [];
  #gathered: Bytes[] = [];
  #gatheredBytes = 0;
  #isOver = false;

  constructor(sessionId: string, path: string, events: DownloadEvents) {
    this.#sessionId = sessionId;
    this.#path = path;
    this.#events = events;
  }

  /** Begin on this connection, or go on. */
  start(connection: Connection): void {
    this.#connection = connection;
    this.#events.changed({ status: "running", failure: null });
    const version = this.#version;
    const known = version === null ? {} : { offset: this.#doneBytes, version };
    connection.request(
      { type: "download.start", session: this.#sessionId, path: this.#path, ...known },
      {
        replied: (message) => this.#started(connection, message),
        failed: (failure) => this.#failed(failure),
      },
    );
  }

  connectionLost(): void {
    this.#leave();
    this.#rate.pause();
    if (!this.#isOver) this.#events.changed({ status: "waiting", bytesPerSecond: null });
  }

  cancel(): void {
    this.#isOver = true;
    const [connection, transfer] = [this.#connection, this.#transfer];
    this.#leave();
    const ignore = { replied: () => undefined, failed: () => undefined };
    if (transfer !== null) connection?.request({ type: "transfer.cancel", transfer }, ignore);
  }

  #started(connection: Connection, message: DaemonMessage): void {
    if (message.type !== "download.started") return;
    this.#transfer = message.transfer;
    if (this.#isOver) {
      this.cancel(); // the user did not wait for the answer
      return;
    }
    this.#version = message.version;
    this.#name = message.name;
    this.#sizeBytes = message.size;
    this.#events.changed({ name: message.name, sizeBytes: message.size, doneBytes: message.offset });
    connection.followTransfer(message.transfer, {
      blob: (blob) => this.#received(connection, blob),
      message: (told) => {
        if (told.type === "download.finished") void this.#finished(told.sha256);
        else if (told.type === "transfer.failed") this.#failed(told);
      },
    });
  }

  #received(connection: Connection, { transfer, offset, data }: BlobFrame): void {
    if (offset !== this.#doneBytes || offset + data.length > this.#sizeBytes) {
      connection.reject(); // a daemon sends the bytes in order, and no more than there are
      return;
    }
    this.#digest.take(offset, data);
    this.#gathered.push(data);
    this.#gatheredBytes += data.length;
    this.#doneBytes += data.length;
    if (this.#gatheredBytes >= GATHERED_BYTES) this.#keep();
    connection.notify({ type: "transfer.ack", transfer, offset: this.#doneBytes });
    this.#rate.note(this.#doneBytes, performance.now() / 1_000);
    this.#events.changed({ doneBytes: this.#doneBytes, bytesPerSecond: this.#rate.bytesPerSecond });
  }

  #keep(): void {
    if (this.#gatheredBytes > 0) this.#kept.push(new Blob([concatenate(...this.#gathered)]));
    this.#gathered = [];
    this.#gatheredBytes = 0;
  }

  async #finished(sha256: Bytes): Promise<void> {
    this.#leave();
    this.#keep();
    this.#isOver = true;
    this.#events.changed({ status: "checking", bytesPerSecond: null });
    const whole = new Blob(this.#kept);
    const found = await this.#digest.finish(this.#sizeBytes, async (start, end) => {
      return new Uint8Array(await whole.slice(start, end).arrayBuffer());
    });
    if (this.#doneBytes !== this.#sizeBytes || found.some((byte, index) => byte !== sha256[index])) {
      this.#isOver = false;
      this.#failed({ code: "bad_checksum", message: "The file did not arrive as it was sent.", hint: null });
      return;
    }
    const file = new File(this.#kept, this.#name, { type: "application/octet-stream" });
    this.#events.changed({ status: "done", file });
    this.#events.stopped();
  }

  #failed(failure: Failure): void {
    this.#leave();
    this.#rate.pause();
    if (this.#isOver || isCut(failure)) return; // the next connection goes on
    this.#beginAnew();
    this.#events.changed({ status: "failed", failure, doneBytes: 0, bytesPerSecond: null });
    this.#events.stopped();
  }

  /** Forget what has arrived: what is tried again may be another file. */
  #beginAnew(): void {
    this.#version = null;
    this.#doneBytes = 0;
    this.#digest = new FileDigest();
    this.#kept = [];
    this.#gathered = [];
    this.#gatheredBytes = 0;
  }

  #leave(): void {
    if (this.#transfer !== null) this.#connection?.followTransfer(this.#transfer, null);
    this.#transfer = null;
  }
}
