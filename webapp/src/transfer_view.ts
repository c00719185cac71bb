/** One transfer as the screen shows it. */
import type { Failure } from "./requests.ts";

/**
 * `waiting` for its turn or for the connection, `running`, `checking` the checksum, `done`, `failed` and to be tried
 * again, `unreadable` since the page was loaded anew and the file has to be chosen again.
 */
export type TransferStatus = "waiting" | "running" | "checking" | "done" | "failed" | "unreadable";

export interface TransferView {
  readonly id: string;
  readonly direction: "upload" | "download";
  readonly deviceId: string;
  readonly sessionId: string;
  readonly name: string;
  /** Null before the machine has said how large a download is. */
  readonly sizeBytes: number | null;
  readonly doneBytes: number;
  readonly bytesPerSecond: number | null;
  readonly status: TransferStatus;
  readonly failure: Failure | null;
  /** What was downloaded, once it is complete. */
  readonly file: File | null;
}

/** How a transfer tells of its changes. */
export type TransferChange = Partial<
  Pick<TransferView, "name" | "sizeBytes" | "doneBytes" | "bytesPerSecond" | "status" | "failure" | "file">
>;

/** Whether the connection's end is all that is wrong: the transfer goes on by itself with the next one. */
export function isCut(failure: Failure): boolean {
  return failure.code === "connection_lost" || failure.code === "not_connected";
}
