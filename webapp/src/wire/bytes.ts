/** Byte arrays that WebCrypto accepts: joining, big-endian integers, text. */

export type Bytes = Uint8Array<ArrayBuffer>;

export const EMPTY: Bytes = new Uint8Array(0);

export function concatenate(...parts: readonly Uint8Array[]): Bytes {
  let size = 0;
  for (const part of parts) size += part.length;
  const result = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

/** Return a copy on a buffer of its own (what comes from a decoder may be a view of a shared one). */
export function copyOf(data: Uint8Array): Bytes {
  return new Uint8Array(data);
}

export function bytesEqual(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

/** Write an unsigned 64-bit integer below 2^53. */
export function setUint64(view: DataView, at: number, value: number): void {
  view.setUint32(at, Math.floor(value / 0x1_0000_0000));
  view.setUint32(at + 4, value % 0x1_0000_0000);
}

/** Read an unsigned 64-bit integer; values of 2^53 and more lose precision, which the caller must refuse. */
export function getUint64(view: DataView, at: number): number {
  return view.getUint32(at) * 0x1_0000_0000 + view.getUint32(at + 4);
}

export function viewOf(data: Uint8Array): DataView {
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}

export function encodeText(text: string): Bytes {
  return new TextEncoder().encode(text) as Bytes;
}
