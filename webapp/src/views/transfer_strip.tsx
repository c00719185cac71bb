/** The files of a session that are under way, above the composer: how far they are, and what can be done. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { FileControl } from "../file_control.ts";
import { readableText } from "../readable_text.ts";
import { canShare, saveFile, shareFile } from "../saving.ts";
import { bytesText, say } from "../strings.ts";
import type { TransferView } from "../transfer_view.ts";
import { Icon } from "./icons.tsx";

interface StripProps {
  readonly control: FileControl;
  readonly transfers: readonly TransferView[];
  readonly notify: (text: string) => void;
}

export function TransferStrip({ control, transfers, notify }: StripProps): JSX.Element | null {
  if (transfers.length === 0) return null;
  return (
    <ul class="transfers" data-testid="transfers" aria-label={say("files.label")}>
      {transfers.map((transfer) => (
        <Transfer key={transfer.id} control={control} transfer={transfer} notify={notify} />
      ))}
    </ul>
  );
}

interface TransferProps extends Omit<StripProps, "transfers"> {
  readonly transfer: TransferView;
}

function Transfer({ control, transfer, notify }: TransferProps): JSX.Element {
  const { id, name, sizeBytes, doneBytes, status } = transfer;
  return (
    <li class={`transfer transfer-${status}`} data-testid="transfer" data-status={status}>
      <Icon name={transfer.direction === "upload" ? "up" : "down"} size={18} />
      <div class="transfer-body">
        <p class="transfer-name" data-testid="transfer-name">
          {readableText(name)}
        </p>
        <p class="transfer-state" data-testid="transfer-state" role="status">
          {stateText(transfer)}
        </p>
        {status === "running" || status === "waiting" ? (
          <progress
            class="transfer-progress"
            aria-label={readableText(name)}
            max={sizeBytes ?? 1}
            value={sizeBytes === 0 ? 0 : doneBytes}
          />
        ) : null}
        <Actions control={control} transfer={transfer} notify={notify} />
      </div>
      <button
        type="button"
        class="button-icon"
        data-testid="transfer-remove"
        aria-label={say(status === "done" ? "files.dismiss" : "files.cancel", { name: readableText(name) })}
        onClick={() => control.remove(id)}
      >
        <Icon name="close" size={18} />
      </button>
    </li>
  );
}

/** What can be done beside taking it off the list. */
function Actions({ control, transfer, notify }: TransferProps): JSX.Element | null {
  const { id, status, file } = transfer;
  const input = useRef<HTMLInputElement>(null);
  if (status !== "failed" && status !== "unreadable" && file === null) return null;
  return (
    <div class="transfer-actions">
      {status === "failed" ? (
        <button
          type="button"
          class="button-small"
          data-testid="transfer-retry"
          onClick={() => control.retry(id)}
        >
          {say("files.retry")}
        </button>
      ) : null}
      {status === "unreadable" ? (
        <>
          <button
            type="button"
            class="button-small"
            data-testid="transfer-choose"
            onClick={() => input.current?.click()}
          >
            {say("files.choose")}
          </button>
          <input
            ref={input}
            type="file"
            class="files-input"
            data-testid="transfer-choose-input"
            aria-label={say("files.choose")}
            tabIndex={-1}
            onChange={(event) => {
              const chosen = event.currentTarget.files?.[0];
              if (chosen && !control.choose(id, chosen)) notify(say("files.another"));
              event.currentTarget.value = "";
            }}
          />
        </>
      ) : null}
      {file === null ? null : (
        <>
          {canShare(file) ? (
            <button
              type="button"
              class="button-small"
              data-testid="transfer-share"
              onClick={() => shareFile(file)}
            >
              {say("files.share")}
            </button>
          ) : null}
          <button
            type="button"
            class="button-small"
            data-testid="transfer-save"
            onClick={() => saveFile(file)}
          >
            {say("files.save")}
          </button>
        </>
      )}
    </div>
  );
}

function stateText({
  status,
  sizeBytes,
  doneBytes,
  bytesPerSecond,
  failure,
  direction,
}: TransferView): string {
  const size = sizeBytes === null ? "" : bytesText(sizeBytes);
  switch (status) {
    case "waiting":
      return doneBytes === 0
        ? say("files.waiting")
        : say("files.paused", { done: bytesText(doneBytes), size });
    case "running": {
      if (sizeBytes === null) return say("files.asking");
      const done = bytesText(doneBytes);
      return bytesPerSecond === null
        ? say("files.progress", { done, size })
        : say("files.progress_rate", { done, size, rate: bytesText(bytesPerSecond) });
    }
    case "checking":
      return say("files.checking");
    case "done":
      return say(direction === "upload" ? "files.sent" : "files.fetched", { size });
    case "unreadable":
      return say("files.reloaded");
    case "failed":
      if (failure === null || failure.code === "unreadable") return say("files.unreadable");
      return failure.hint === null ? failure.message : `${failure.message} ${failure.hint}`;
  }
}
