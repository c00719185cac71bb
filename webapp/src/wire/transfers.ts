/** What app and daemon say about files; the bytes themselves travel as blobs. */
import type { Bytes } from "./bytes.ts";
import { blob, type Fields, integer, nullable, text } from "./fields.ts";

const MAX_U32 = 0xffff_ffff;

export type TransferRequest =
  | {
      readonly type: "upload.start";
      readonly session: string;
      readonly key: Uint8Array;
      readonly name: string;
      readonly size: number;
    }
  | { readonly type: "upload.finish"; readonly transfer: number; readonly sha256: Uint8Array }
  | {
      readonly type: "download.start";
      readonly session: string;
      readonly path: string;
      readonly offset?: number;
      readonly version?: string;
    }
  | { readonly type: "transfer.cancel"; readonly transfer: number };

/** Said in both directions: the receiver has the bytes before `offset`. */
export type TransferAck = {
  readonly type: "transfer.ack";
  readonly transfer: number;
  readonly offset: number;
};

export type UploadStarted = {
  readonly type: "upload.started";
  readonly id: number;
  readonly transfer: number;
  readonly offset: number;
  readonly window: number;
};

/** `typed` is the path, quoted for the session's program. */
export type Uploaded = {
  readonly type: "uploaded";
  readonly id: number;
  readonly path: string;
  readonly typed: string;
};

export type DownloadStarted = {
  readonly type: "download.started";
  readonly id: number;
  readonly transfer: number;
  readonly name: string;
  readonly size: number;
  readonly version: string;
  readonly offset: number;
};

export type DownloadFinished = {
  readonly type: "download.finished";
  readonly transfer: number;
  readonly sha256: Bytes;
};

export type TransferFailed = {
  readonly type: "transfer.failed";
  readonly transfer: number;
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
};

/** What belongs to one transfer. */
export type TransferMessage = TransferAck | DownloadFinished | TransferFailed;
export type TransferAnswer = UploadStarted | Uploaded | DownloadStarted;

export const TRANSFER_READERS = {
  "upload.started": (fields: Fields): UploadStarted => ({
    type: "upload.started",
    id: uint32(fields, "id"),
    transfer: uint32(fields, "transfer"),
    offset: integer(fields, "offset"),
    window: integer(fields, "window", 1),
  }),
  uploaded: (fields: Fields): Uploaded => ({
    type: "uploaded",
    id: uint32(fields, "id"),
    path: text(fields, "path"),
    typed: text(fields, "typed"),
  }),
  "download.started": (fields: Fields): DownloadStarted => ({
    type: "download.started",
    id: uint32(fields, "id"),
    transfer: uint32(fields, "transfer"),
    name: text(fields, "name"),
    size: integer(fields, "size"),
    version: text(fields, "version"),
    offset: integer(fields, "offset"),
  }),
  "transfer.ack": (fields: Fields): TransferAck => ({
    type: "transfer.ack",
    transfer: uint32(fields, "transfer"),
    offset: integer(fields, "offset"),
  }),
  "download.finished": (fields: Fields): DownloadFinished => ({
    type: "download.finished",
    transfer: uint32(fields, "transfer"),
    sha256: blob(fields, "sha256"),
  }),
  "transfer.failed": (fields: Fields): TransferFailed => ({
    type: "transfer.failed",
    transfer: uint32(fields, "transfer"),
    code: text(fields, "code"),
    message: text(fields, "message"),
    hint: nullable(fields, "hint", text),
  }),
};

function uint32(fields: Fields, name: string): number {
  return integer(fields, name, 0, MAX_U32);
}
