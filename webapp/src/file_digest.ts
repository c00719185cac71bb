/** The checksum of a file that is read in pieces, in whatever order the pieces were sent. */
import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, copyOf } from "./wire/bytes.ts";

const PIECE_BYTES = 1_048_576;

/** Reads bytes of a file; rejects when they cannot be read any more. */
export type ReadFile = (start: number, end: number) => Promise<Bytes>;

export class FileDigest {
  #hash = sha256.create();
  #hashed = 0;

  /** Take a piece if it is the next one; what is left out is read at the end. */
  take(offset: number, data: Bytes): void {
    if (offset !== this.#hashed) return;
    this.#hash.update(data);
    this.#hashed += data.length;
  }

  /** Return the SHA-256 of all bytes before `size`. */
  async finish(size: number, read: ReadFile): Promise<Bytes> {
    while (this.#hashed < size) {
      const start = this.#hashed;
      this.take(start, await read(start, Math.min(start + PIECE_BYTES, size)));
    }
    return copyOf(this.#hash.clone().digest());
  }
}
