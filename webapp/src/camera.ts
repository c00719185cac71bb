/** The phone's camera as a stream, or why there is none. */

export type CameraTrouble = "denied" | "missing" | "busy" | "unsupported";

export class CameraError extends Error {
  readonly trouble: CameraTrouble;

  constructor(trouble: CameraTrouble) {
    super(`no camera: ${trouble}`);
    this.trouble = trouble;
  }
}

/** Ask for the camera at the back, or for any. Throws CameraError. */
export async function openCamera(): Promise<MediaStream> {
  if (navigator.mediaDevices === undefined) throw new CameraError("unsupported");
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } },
    });
  } catch (error) {
    throw new CameraError(troubleOf(error instanceof DOMException ? error.name : ""));
  }
}

export function closeCamera(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** What a failure of `getUserMedia` means (Media Capture and Streams §10.2). */
export function troubleOf(name: string): CameraTrouble {
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    default:
      return "unsupported";
  }
}
