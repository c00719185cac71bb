/** Reads QR codes from the camera's pictures: by the browser where it can, else by a decoder that comes with the app. */

/** Return the text of a code in the picture that the video shows now, or null. */
export type ReadQr = (video: HTMLVideoElement) => Promise<string | null>;

/** The part of the Shape Detection API that is needed; few browsers have it, and TypeScript does not describe it. */
interface DetectorClass {
  new (options: {
    readonly formats: "qr_code"[];
  }): {
    detect(source: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>;
  };
  getSupportedFormats(): Promise<readonly string[]>;
}

/** Return what this browser reads with; the decoder is fetched only where it is needed. */
export async function qrReader(): Promise<ReadQr> {
  const known = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  const Detector = known !== undefined && (await knowsQr(known)) ? known : await bundledDetector();
  const detector = new Detector({ formats: ["qr_code"] });
  return async (video) => (await detector.detect(video))[0]?.rawValue ?? null;
}

/** Where the platform lacks its half, the class is there and knows no format, or fails. */
async function knowsQr(detector: DetectorClass): Promise<boolean> {
  try {
    return (await detector.getSupportedFormats()).includes("qr_code");
  } catch {
    return false;
  }
}

async function bundledDetector(): Promise<DetectorClass> {
  return (await import("qr/decode.js")).BarcodeDetector;
}
