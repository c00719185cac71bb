/** The composer's tools for files: a photo, the camera, any file; and fetching one from the machine. */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { say } from "../strings.ts";
import { ComposerTool } from "./composer_tools.tsx";
import { FetchSheet } from "./fetch_sheet.tsx";
import type { Files } from "./files.ts";

interface FileToolsProps {
  readonly files: Files;
  readonly disabled: boolean;
  /** Called when something was chosen: the tools have done their part. */
  readonly chosen: () => void;
}

export function FileTools({ files, disabled, chosen }: FileToolsProps): JSX.Element {
  const [fetches, setFetches] = useState(false);
  return (
    <>
      <Chooser
        name="files-photo"
        icon="photo"
        label={say("files.photo")}
        accept="image/*,video/*"
        {...{ files, disabled, chosen }}
      />
      {window.matchMedia("(pointer: coarse)").matches ? (
        <Chooser
          name="files-camera"
          icon="camera"
          label={say("files.camera")}
          accept="image/*"
          camera
          {...{ files, disabled, chosen }}
        />
      ) : null}
      <Chooser name="files-any" icon="attach" label={say("files.any")} {...{ files, disabled, chosen }} />
      <ComposerTool
        name="files-fetch"
        icon="download"
        label={say("files.fetch")}
        disabled={disabled}
        act={() => setFetches(true)}
      />
      {fetches ? (
        <FetchSheet
          shrinks={files.shrinks}
          setShrinks={files.setShrinks}
          fetch={(path) => {
            files.fetch(path);
            chosen();
          }}
          close={() => setFetches(false)}
        />
      ) : null}
    </>
  );
}

interface ChooserProps extends FileToolsProps {
  readonly name: string;
  readonly icon: "photo" | "camera" | "attach";
  readonly label: string;
  readonly accept?: string;
  readonly camera?: boolean;
}

/** A tool that opens the phone's own way of choosing. */
function Chooser({ name, icon, label, accept, camera, files, disabled, chosen }: ChooserProps): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <ComposerTool
        name={name}
        icon={icon}
        label={label}
        disabled={disabled}
        act={() => input.current?.click()}
      />
      <input
        ref={input}
        type="file"
        class="files-input"
        data-testid={`${name}-input`}
        aria-label={label}
        tabIndex={-1}
        multiple={!camera}
        {...(accept === undefined ? {} : { accept })}
        {...(camera ? { capture: "environment" as const } : {})}
        onChange={(event) => {
          files.send([...(event.currentTarget.files ?? [])]);
          chosen();
          event.currentTarget.value = ""; // so that the same file can be chosen again
        }}
      />
    </>
  );
}
