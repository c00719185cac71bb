/** What is to be said about the session on screen: loading, ended, gone, not connected, not delivered. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ConnectionView } from "../app.ts";
import type { AttachmentView } from "../attachment.ts";
import { copyText } from "../clipboard.ts";
import type { Health } from "../connection_state.ts";
import type { Controller } from "../controller.ts";
import { readableInput } from "../keys.ts";
import type { Machine } from "../machine.ts";
import { signalName } from "../session_list.ts";
import { say } from "../strings.ts";
import { Banner } from "./banner.tsx";
import { ConnectionBanner } from "./connection_banner.tsx";

interface StateProps {
  readonly controller: Controller;
  readonly machine: Machine;
  readonly connection: ConnectionView | undefined;
  readonly attachment: AttachmentView | null;
  readonly health: Health;
}

export function TerminalState({
  controller,
  machine,
  connection,
  attachment,
  health,
}: StateProps): JSX.Element {
  const online = connection?.phase.name === "online";
  const isPending = attachment !== null && attachment.undelivered.length > 0;
  const isLate = useLasting(isPending, LATE_SECONDS);
  const waiting = isPending && (isLate || health !== "good" || hasEnded(attachment));
  return (
    <div class="states">
      {attachment?.status === "loading" && online ? <Loading progress={attachment.progress} /> : null}
      {attachment?.oversized && attachment.status === "live" && health === "good" ? (
        <button
          type="button"
          class="button-small fit-size"
          data-testid="fit-size"
          onClick={() => controller.terminal.claimSize()}
        >
          {say("terminal.fit")}
        </button>
      ) : null}
      {attachment && hasEnded(attachment) ? (
        <SessionEnd controller={controller} attachment={attachment} />
      ) : (
        <ConnectionBanner controller={controller} machine={machine} connection={connection} />
      )}
      {waiting ? <Undelivered controller={controller} attachment={attachment} /> : null}
    </div>
  );
}

/** What is under way for longer is shown: a program may take nothing although the connection is good. */
const LATE_SECONDS = 2;

/** Return whether something has been so for some seconds. */
function useLasting(isSo: boolean, seconds: number): boolean {
  const [lasts, setLasts] = useState(false);
  useEffect(() => {
    setLasts(false);
    const timer = isSo ? setTimeout(() => setLasts(true), seconds * 1_000) : undefined;
    return () => clearTimeout(timer);
  }, [isSo]);
  return isSo && lasts;
}

function hasEnded({ status }: AttachmentView): boolean {
  return status === "exited" || status === "gone" || status === "failed";
}

function Loading({ progress }: { progress: number | null }): JSX.Element {
  return (
    <div
      class="loading"
      role="progressbar"
      aria-label={say("terminal.loading")}
      aria-valuenow={Math.round((progress ?? 0) * 100)}
    >
      <span class="loading-fill" style={{ width: `${Math.round((progress ?? 0.04) * 100)}%` }} />
    </div>
  );
}

function SessionEnd({
  controller,
  attachment,
}: {
  controller: Controller;
  attachment: AttachmentView;
}): JSX.Element {
  const { title, hint, tone } = endText(attachment);
  return (
    <Banner tone={tone} title={title} hint={hint} state={attachment.status}>
      <button type="button" class="button-small" onClick={() => controller.back()}>
        {say("terminal.all_sessions")}
      </button>
    </Banner>
  );
}

function endText({ status, exit, failure }: AttachmentView): {
  title: string;
  hint: string;
  tone: "quiet" | "warning" | "danger";
} {
  if (status === "gone") {
    return {
      tone: "danger",
      title: say("terminal.gone"),
      hint: say("terminal.gone.hint"),
    };
  }
  if (status === "failed") {
    return {
      tone: "danger",
      title: failure?.message ?? say("terminal.failed"),
      hint: failure?.hint ?? "",
    };
  }
  if (exit?.signal)
    return { tone: "warning", title: say("terminal.signal", { signal: signalName(exit.signal) }), hint: "" };
  const code = exit?.code ?? null;
  if (code === null) return { tone: "quiet", title: say("terminal.ended"), hint: "" };
  return {
    tone: code === 0 ? "quiet" : "warning",
    title: say("terminal.exited", { code: String(code) }),
    hint: "",
  };
}

function Undelivered({
  controller,
  attachment,
}: {
  controller: Controller;
  attachment: AttachmentView;
}): JSX.Element {
  const text = readableInput(attachment.undelivered);
  const ended = hasEnded(attachment);
  const copy = async (): Promise<void> => {
    await copyText(new TextDecoder().decode(attachment.undelivered));
    controller.notify(say("terminal.undelivered_copied"));
  };
  return (
    <div class="undelivered" role="status" data-testid="undelivered">
      <span class="undelivered-label">
        {say(ended ? "terminal.not_delivered" : "terminal.not_delivered_yet")}
      </span>
      <span class="undelivered-text">{text}</span>
      {ended ? (
        <button type="button" class="button-small" onClick={() => void copy()}>
          {say("terminal.copy")}
        </button>
      ) : (
        <button
          type="button"
          class="button-small"
          data-testid="undelivered-discard"
          onClick={() => controller.terminal.discardUnsent()}
        >
          {say("terminal.discard")}
        </button>
      )}
    </div>
  );
}
