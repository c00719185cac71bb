/** A session edge to edge: header, terminal, key bar and composer. */
import type { JSX } from "preact";
import { useCallback, useRef, useState } from "preact/hooks";
import type { ConnectionView } from "../app.ts";
import type { AttachmentView } from "../attachment.ts";
import { isOver } from "../connection_state.ts";
import type { Controller } from "../controller.ts";
import { composedInput, keySequence, type NamedKey, type Sticky, stickyAfterKey, withCtrl } from "../keys.ts";
import type { Machine } from "../machine.ts";
import { sessionName } from "../session_list.ts";
import { Chip, useChip } from "./chip.tsx";
import { Composer } from "./composer.tsx";
import { Icon } from "./icons.tsx";
import { KeyBar } from "./keybar.tsx";
import { Stage, type StageHandle } from "./stage.tsx";
import { TerminalState } from "./terminal_state.tsx";
import { TextView } from "./text_view.tsx";

interface TerminalProps {
  readonly controller: Controller;
  readonly machine: Machine;
  readonly connection: ConnectionView | undefined;
  readonly sessionId: string;
  readonly attachment: AttachmentView | null;
}

export function TerminalScreen(props: TerminalProps): JSX.Element {
  const { controller, machine, connection, sessionId, attachment } = props;
  const [ctrl, setCtrl] = useState<Sticky>("off");
  const [showsText, setShowsText] = useState(false);
  const ctrlNow = useRef(ctrl);
  ctrlNow.current = ctrl;
  const stage = useRef<StageHandle | null>(null);
  const health = useChip(connection).health;
  const info = connection?.sessions?.find(({ id }) => id === sessionId) ?? attachment?.info;
  const title = info ? sessionName(info) : "Session";
  const ended = attachment?.status === "exited" || attachment?.status === "gone";
  const mute = ended || isOver(connection?.phase);

  /** Send what was typed, with Ctrl if that is held. */
  const typed = useCallback((text: string): void => {
    const held = ctrlNow.current !== "off";
    setCtrl(stickyAfterKey);
    controller.type(held ? withCtrl(text) : text);
  }, []);
  const press = useCallback((key: NamedKey): void => {
    const surface = stage.current?.surface;
    surface?.scrollToBottom();
    const held = ctrlNow.current !== "off";
    setCtrl(stickyAfterKey);
    controller.type(keySequence(key, held, surface?.applicationCursor ?? false));
  }, []);
  const send = useCallback((text: string): void => {
    const surface = stage.current?.surface;
    surface?.scrollToBottom();
    controller.type(composedInput(text, surface?.bracketedPaste ?? false));
  }, []);

  return (
    <main class="screen terminal-screen" data-testid="terminal-screen">
      <header class="bar">
        <button
          type="button"
          class="button-icon"
          aria-label={`Sessions of ${machine.name}`}
          data-testid="back"
          onClick={() => controller.back()}
        >
          <Icon name="back" />
        </button>
        <h1 class="bar-title">{title}</h1>
        <Chip connection={connection} />
        <button
          type="button"
          class="button-icon"
          aria-label="Show as text"
          data-testid="text-view"
          onClick={() => setShowsText(true)}
        >
          <Icon name="text" />
        </button>
      </header>
      <Stage
        handle={stage}
        controller={controller}
        deviceId={machine.deviceId}
        sessionId={sessionId}
        dimmed={health === "none" && !ended}
        typed={typed}
      />
      <TerminalState
        controller={controller}
        machine={machine}
        connection={connection}
        attachment={attachment}
        health={health}
      />
      <div class="controls">
        <KeyBar ctrl={ctrl} setCtrl={setCtrl} press={press} disabled={mute} />
        <Composer
          controller={controller}
          stage={stage}
          disabled={mute}
          ctrlHeld={ctrl !== "off"}
          typed={typed}
          send={send}
        />
      </div>
      {showsText && stage.current ? (
        <TextView
          surface={stage.current.surface}
          title={title}
          close={() => setShowsText(false)}
          notify={(text) => controller.notify(text)}
        />
      ) : null}
    </main>
  );
}
