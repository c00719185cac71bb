/** Files of the session on screen: what is under way, where paths land, and files that are dropped or pasted here. */
import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import { carriesFiles, droppedFiles, pastedFiles } from "../brought_files.ts";
import type { Controller } from "../controller.ts";
import { pastedInput } from "../paste.ts";
import { smallerPhoto } from "../photo.ts";
import type { TransferView } from "../transfer_view.ts";
import type { ComposerHandle } from "./composer.tsx";
import type { StageHandle } from "./stage.tsx";

interface Place {
  readonly controller: Controller;
  readonly deviceId: string;
  readonly sessionId: string;
  readonly stage: RefObject<StageHandle | null>;
  readonly composer: RefObject<ComposerHandle | null>;
}

export interface Files {
  readonly transfers: readonly TransferView[];
  readonly send: (files: readonly File[]) => void;
  readonly fetch: (path: string) => void;
  /** Whether photos are made smaller before they are sent. */
  readonly shrinks: boolean;
  readonly setShrinks: (shrinks: boolean) => void;
  /** For the element on which files are dropped and pasted. */
  readonly handlers: {
    readonly onDragOver: (event: DragEvent) => void;
    readonly onDrop: (event: DragEvent) => void;
    readonly onPasteCapture: (event: ClipboardEvent) => void;
  };
}

export function useFiles({ controller, deviceId, sessionId, stage, composer }: Place): Files {
  const control = controller.files;
  const [views, setViews] = useState(control.list.views);
  const [shrinks, setShrinks] = useState(control.shrinksPhotos);

  useEffect(() => control.list.subscribe(() => setViews(control.list.views)), []);
  useEffect(
    () =>
      control.landAt(deviceId, sessionId, (typed) => {
        if (composer.current?.isWriting) {
          composer.current.insert(typed);
          return;
        }
        // agents know a path by its being pasted
        const isBracketed = stage.current?.surface.bracketedPaste ?? false;
        controller.terminal.type(pastedInput(typed, isBracketed));
      }),
    [deviceId, sessionId],
  );

  const send = (files: readonly File[]): void => {
    const ready = control.shrinksPhotos ? Promise.all(files.map(smallerPhoto)) : Promise.resolve(files);
    void ready.then((chosen) => control.send(deviceId, sessionId, chosen));
  };
  return {
    transfers: views.filter((view) => view.deviceId === deviceId && view.sessionId === sessionId),
    send,
    fetch: (path) => control.fetch(deviceId, sessionId, path),
    shrinks,
    setShrinks: (chosen) => {
      control.shrinkPhotos(chosen);
      setShrinks(chosen);
    },
    handlers: {
      onDragOver: (event) => {
        if (carriesFiles(event)) event.preventDefault(); // or the browser would open it
      },
      onDrop: (event) => {
        const dropped = droppedFiles(event);
        if (dropped.length === 0) return;
        event.preventDefault();
        send(dropped);
      },
      onPasteCapture: (event) => {
        const pasted = pastedFiles(event);
        if (pasted.length === 0) return;
        event.preventDefault();
        event.stopPropagation();
        send(pasted);
      },
    },
  };
}
