/** Binary frames on the device's socket: the number of a phone's connection, then an opaque payload. */

export const CONN_BYTES = 4;

/** A payload together with the connection that it belongs to; `payload` is a view, not a copy. */
export interface DeviceFrame {
  readonly conn: number;
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** Read `conn u32 ‖ payload`; null if the frame is too short to name a connection. */
export function splitDeviceFrame(frame: ArrayBuffer): DeviceFrame | null {
  if (frame.byteLength < CONN_BYTES) {
    return null;
  }
  return { conn: new DataView(frame).getUint32(0), payload: new Uint8Array(frame, CONN_BYTES) };
}

/** Write `conn u32 ‖ payload`, which copies the payload once. */
export function joinDeviceFrame(conn: number, payload: ArrayBuffer): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(CONN_BYTES + payload.byteLength);
  new DataView(frame.buffer).setUint32(0, conn);
  frame.set(new Uint8Array(payload), CONN_BYTES);
  return frame;
}
