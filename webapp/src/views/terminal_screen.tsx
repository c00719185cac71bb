/** A session edge to edge: header, terminal, key bar and composer. */
import type { JSX } from "preact";
import { useCallback, useRef, useState } from "preact/hooks";
import type { ConnectionView } from "../app.ts";
import type { AttachmentView } from "../attachment.ts";
import { isOver } from "../connection_state.ts";
import type { Controller } from "../controller.ts";
import { composedInput, type Held, keySequence, type NamedKey, stickyAfterKey, withHeld } from "../keys.ts";
import type { Machine } from "../machine.ts";
import { sessionName } from "../session_list.ts";
import type { Settings } from "../settings.ts";
import { say } from "../strings.ts";
import { Chip, useChip } from "./chip.tsx";
import { Composer } from "./composer.tsx";
import { Icon } from "./icons.tsx";
import { KeyBar, type Stickies } from "./keybar.tsx";
import { Stage, type StageHandle } from "./stage.tsx";
import { TerminalState } from "./terminal_state.tsx";
import { TextView } from "./text_view.tsx";

const HAPTIC_MILLISECONDS = 6;
const RELEASED: Stickies = { ctrl: "off", alt: "off" };

interface TerminalProps {
  readonly controller: Controller;
  readonly machine: Machine;
  readonly connection: ConnectionView | undefined;
  readonly sessionId: string;
  readonly attachment: AttachmentView | null;
  readonly settings: Settings;
}

export function TerminalScreen(props: TerminalProps): JSX.Element {
  const { controller, machine, connection, sessionId, attachment, settings } = props;
  const [stickies, setStickies] = useState<Stickies>(RELEASED);
  const [showsMoreKeys, setShowsMoreKeys] = useState(false);
  const [showsText, setShowsText] = useState(false);
  const stickiesNow = useRef(stickies);
  stickiesNow.current = stickies;
  const stage = useRef<StageHandle | null>(null);
  const health = useChip(connection).health;
  const info = connection?.sessions?.find(({ id }) => id === sessionId) ?? attachment?.info;
  const title = info ? sessionName(info) : say("terminal.session");
  const ended = attachment?.status === "exited" || attachment?.status === "gone";
  const mute = ended || isOver(connection?.phase);

  /** Return the modifiers for the key that is pressed now; those that are for one key end with it. */
  const takeHeld = useCallback((): Held => {
    const { ctrl, alt } = stickiesNow.current;
    setStickies(({ ctrl, alt }) => ({ ctrl: stickyAfterKey(ctrl), alt: stickyAfterKey(alt) }));
    return { ctrl: ctrl !== "off", alt: alt !== "off" };
  }, []);
  const typed = useCallback((text: string): void => controller.type(withHeld(text, takeHeld())), []);
  const press = useCallback((key: NamedKey): void => {
    const surface = stage.current?.surface;
    surface?.scrollToBottom();
    controller.type(keySequence(key, takeHeld(), surface?.applicationCursor ?? false));
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
          aria-label={say("terminal.back", { machine: machine.name })}
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
          aria-label={say("terminal.as_text")}
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
        fontSizePixels={settings.fontSizePixels}
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
        <KeyBar
          keys={settings.keys}
          expanded={showsMoreKeys}
          stickies={stickies}
          setSticky={(modifier, sticky) => setStickies((before) => ({ ...before, [modifier]: sticky }))}
          press={press}
          haptic={() => void (settings.haptics && navigator.vibrate?.(HAPTIC_MILLISECONDS))}
          disabled={mute}
        />
        <Composer
          controller={controller}
          stage={stage}
          disabled={mute}
          modified={stickies.ctrl !== "off" || stickies.alt !== "off"}
          showsMoreKeys={showsMoreKeys}
          toggleKeys={() => setShowsMoreKeys((shown) => !shown)}
          typed={typed}
          send={send}
        />
      </div>
      {showsText && stage.current ? (
        <TextView
          surface={stage.current.surface}
          title={title}
          close={() => setShowsText(false)}
          wantOlder={() => controller.wantOlder()}
          notify={(text) => controller.notify(text)}
        />
      ) : null}
    </main>
  );
}
