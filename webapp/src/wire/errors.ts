/** What can be wrong with bytes from the wire: one error with a reason that programs can compare. */

export type WireReason = "malformed" | "violation" | "decryption";

/**
 * malformed: bytes that do not follow the protocol; violation: well formed, but not allowed now;
 * decryption: a Noise message that does not verify.
 */
export class WireError extends Error {
  readonly reason: WireReason;

  constructor(reason: WireReason, message: string) {
    super(message);
    this.name = "WireError";
    this.reason = reason;
  }
}

export function malformed(message: string): WireError {
  return new WireError("malformed", message);
}

export function violation(message: string): WireError {
  return new WireError("violation", message);
}
