/** The camera's picture, looked through for a pairing link. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { CameraError, type CameraTrouble, closeCamera, openCamera } from "../camera.ts";
import { scannedLink } from "../pairing_text.ts";
import { qrReader } from "../qr_reader.ts";
import { say } from "../strings.ts";

const BETWEEN_PICTURES_MILLISECONDS = 120;

interface CameraProps {
  /** Called once, with what stands behind `#` of the link. */
  readonly onFound: (fragment: string) => void;
  readonly onClose: () => void;
}

export function Camera({ onFound, onClose }: CameraProps): JSX.Element {
  const video = useRef<HTMLVideoElement>(null);
  const [trouble, setTrouble] = useState<CameraTrouble | null>(null);
  const [problem, setProblem] = useState("");
  const found = useRef(onFound);
  found.current = onFound;

  useEffect(() => {
    let stream: MediaStream | null = null;
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;

    const look = async (): Promise<void> => {
      const [opened, read] = await Promise.all([openCamera(), qrReader()]);
      stream = opened;
      const element = video.current;
      if (isOver || element === null) {
        closeCamera(opened);
        return;
      }
      element.srcObject = opened;
      await element.play();
      const next = async (): Promise<void> => {
        const text = await read(element);
        if (isOver) return;
        const link = text === null ? null : scannedLink(text, location.origin);
        if (link?.kind === "fragment") {
          isOver = true;
          closeCamera(opened);
          found.current(link.fragment);
          return;
        }
        if (link !== null) setProblem(link.problem);
        timer = setTimeout(() => void next(), BETWEEN_PICTURES_MILLISECONDS);
      };
      await next();
    };
    look().catch((error: unknown) => {
      if (isOver) return;
      if (stream !== null) closeCamera(stream);
      setTrouble(error instanceof CameraError ? error.trouble : "unsupported");
    });
    return () => {
      isOver = true;
      clearTimeout(timer);
      if (stream !== null) closeCamera(stream);
    };
  }, []);

  return (
    <div class="camera" data-testid="camera">
      {trouble === null ? (
        <div class="camera-picture">
          <video ref={video} playsInline muted aria-label={say("pair.camera.picture")} />
          <span class="camera-frame" aria-hidden="true" />
        </div>
      ) : (
        <p class="camera-trouble" role="alert" data-testid="camera-trouble">
          {say(`pair.camera.${trouble}`)}
        </p>
      )}
      <p class="field-error" role="status" data-testid="camera-problem">
        {problem}
      </p>
      <button type="button" class="button button-wide" data-testid="camera-close" onClick={onClose}>
        {say("pair.camera.close")}
      </button>
    </div>
  );
}
