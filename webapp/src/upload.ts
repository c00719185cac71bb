/** One file on its way to a session: it goes on where the machine has it until, over any number of connections. */
import type { MachineConnection } from "./connection.ts";
import { FileDigest, type ReadFile } from "./file_digest.ts";
import type { Failure } from "./requests.ts";
import { TransferRate } from "./transfer_rate.ts";
import { isCut, type TransferChange } from "./transfer_view.ts";
import { BlobWindow } from "./wire/blob_window.ts";
import type { Bytes } from "./wire/bytes.ts";
import type { DaemonMessage } from "./wire/messages.ts";

export interface UploadFile {
  readonly sessionId: string;
  /** Random; the machine knows an upload by it. */
  readonly key: Bytes;
  readonly name: string;
  readonly sizeBytes: number;
  readonly read: ReadFile;
}

export interface UploadEvents {
  changed(change: TransferChange): void;
  /** The file is there; `typed` is its path as it is typed in the session. */
  landed(typed: string): void;
  /** It ended for now, and another one may go. */
  stopped(): void;
}

type Connection = Pick<MachineConnection, "request" | "notify" | "sendBlob" | "followTransfer">;

/** What one connection has of the upload. */
interface Era {
  readonly connection: Connection;
  readonly transfer: number;
  readonly window: BlobWindow;
  /** Called when there may be room for more. */
  wake: () => void;
}

export class Upload {
  readonly #file: UploadFile;
  readonly #events: UploadEvents;
  readonly #digest = new FileDigest();
  readonly #rate = new TransferRate();
  #era: Era | null = null;
  #isOver = false;

  constructor(file: UploadFile, events: UploadEvents) {
    this.#file = file;
    this.#events = events;
  }

  /** Begin on this connection, or go on. */
  start(connection: Connection): void {
    const { sessionId, key, name, sizeBytes } = this.#file;
    this.#events.changed({ status: "running", failure: null });
    connection.request(
      { type: "upload.start", session: sessionId, key, name, size: sizeBytes },
      {
        replied: (message) => this.#started(connection, message),
        failed: (failure) => this.#failed(failure),
      },
    );
  }

  /** The connection is gone; `start` follows once there is another. */
  connectionLost(): void {
    this.#leave();
    this.#rate.pause();
    if (!this.#isOver) this.#events.changed({ status: "waiting", bytesPerSecond: null });
  }

  /** Give it up, and have the machine remove what it has. */
  cancel(): void {
    const era = this.#era;
    this.#isOver = true;
    this.#leave();
    const ignore = { replied: () => undefined, failed: () => undefined };
    era?.connection.request({ type: "transfer.cancel", transfer: era.transfer }, ignore);
  }

  #started(connection: Connection, message: DaemonMessage): void {
    if (message.type !== "upload.started") return;
    const { transfer, offset, window } = message;
    const era: Era = { connection, transfer, window: new BlobWindow(offset, window), wake: () => undefined };
    this.#era = era;
    if (this.#isOver) {
      this.cancel(); // the user did not wait for the answer
      return;
    }
    connection.followTransfer(transfer, {
      blob: () => undefined,
      message: (told) => {
        if (told.type === "transfer.ack") this.#acknowledged(era, told.offset);
        else if (told.type === "transfer.failed") this.#failed(told);
      },
    });
    this.#events.changed({ doneBytes: offset });
    void this.#send(era);
  }

  async #send(era: Era): Promise<void> {
    const { sizeBytes, read } = this.#file;
    const { window } = era;
    try {
      while (window.sent < sizeBytes) {
        const count = Math.min(window.messageBytes, sizeBytes - window.sent);
        if (count > window.roomBytes && window.sent > window.acknowledged) {
          await new Promise<void>((resolve) => {
            era.wake = resolve;
          });
        } else {
          const offset = window.sent;
          const data = await read(offset, offset + count);
          if (this.#era !== era) return;
          this.#digest.take(offset, data);
          window.recordSent(count, performance.now() / 1_000);
          era.connection.sendBlob(era.transfer, offset, data);
        }
        if (this.#era !== era) return;
      }
      this.#events.changed({ status: "checking", bytesPerSecond: null });
      const sha256 = await this.#digest.finish(sizeBytes, read);
      if (this.#era === era) this.#finish(era, sha256);
    } catch {
      // the file was changed, moved, or taken away from the page
      if (this.#era === era) this.#failed({ code: "unreadable", message: "", hint: null });
    }
  }

  #finish(era: Era, sha256: Bytes): void {
    era.connection.request(
      { type: "upload.finish", transfer: era.transfer, sha256 },
      {
        replied: (message) => {
          if (message.type !== "uploaded" || this.#isOver) return;
          this.#isOver = true;
          this.#leave();
          this.#events.changed({ status: "done", doneBytes: this.#file.sizeBytes });
          this.#events.landed(message.typed);
          this.#events.stopped();
        },
        failed: (failure) => this.#failed(failure),
      },
    );
  }

  #acknowledged(era: Era, offset: number): void {
    const nowSeconds = performance.now() / 1_000;
    era.window.acknowledge(offset, nowSeconds);
    this.#rate.note(offset, nowSeconds);
    this.#events.changed({ doneBytes: offset, bytesPerSecond: this.#rate.bytesPerSecond });
    era.wake();
  }

  #failed(failure: Failure): void {
    this.#leave();
    this.#rate.pause();
    if (this.#isOver || isCut(failure)) return; // the next connection goes on
    this.#events.changed({ status: "failed", failure, bytesPerSecond: null });
    this.#events.stopped();
  }

  #leave(): void {
    const era = this.#era;
    this.#era = null;
    era?.connection.followTransfer(era.transfer, null);
    era?.wake();
  }
}
