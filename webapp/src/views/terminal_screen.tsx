/** A session edge to edge: header, terminal, key bar and composer. */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { ConnectionView } from "../app.ts";
import type { AttachmentView } from "../attachment.ts";
import { kindOf } from "../composer_control.ts";
import { isOver } from "../connection_state.ts";
import type { Controller } from "../controller.ts";
import type { Machine } from "../machine.ts";
import { sessionName } from "../session_list.ts";
import type { Settings } from "../settings.ts";
import { say } from "../strings.ts";
import { Chip, useChip } from "./chip.tsx";
import { ClipboardBanner, useClipboardAsking } from "./clipboard_banner.tsx";
import { Composer, type ComposerHandle } from "./composer.tsx";
import { FileTools } from "./file_tools.tsx";
import { useFiles } from "./files.ts";
import { Icon } from "./icons.tsx";
import { KeyBar } from "./keybar.tsx";
import { PasteQuestion } from "./paste_question.tsx";
import { Stage, type StageHandle } from "./stage.tsx";
import { TerminalSearchBar } from "./terminal_search.tsx";
import { TerminalState } from "./terminal_state.tsx";
import { TerminalToolViews } from "./terminal_tool_views.tsx";
import { useTerminalTools } from "./terminal_tools.ts";
import { TransferStrip } from "./transfer_strip.tsx";
import { useWriting } from "./writing.ts";

const HAPTIC_MILLISECONDS = 6;

interface TerminalProps {
  readonly controller: Controller;
  readonly machine: Machine;
  readonly connection: ConnectionView | undefined;
  readonly sessionId: string;
  /** Whether another session of the machine wants to be looked at. */
  readonly othersRang: boolean;
  readonly attachment: AttachmentView | null;
  readonly settings: Settings;
}

export function TerminalScreen(props: TerminalProps): JSX.Element {
  const { controller, machine, connection, sessionId, othersRang, attachment, settings } = props;
  const [showsMoreKeys, setShowsMoreKeys] = useState(false);
  const stage = useRef<StageHandle | null>(null);
  const composer = useRef<ComposerHandle | null>(null);
  const screen = useRef<HTMLElement>(null);
  const notify = (text: string): void => controller.notify(text);
  const asking = useClipboardAsking(machine.deviceId, sessionId, notify);
  const tools = useTerminalTools({
    controller,
    deviceId: machine.deviceId,
    sessionId,
    sessions: connection?.sessions ?? [],
    settings,
    stage,
    screen,
    clipboardWanted: asking.wanted,
  });
  const health = useChip(connection).health;
  const info = connection?.sessions?.find(({ id }) => id === sessionId) ?? attachment?.info;
  const title = info ? sessionName(info) : say("terminal.session");
  const ended = attachment?.status === "exited" || attachment?.status === "gone";
  const mute = ended || isOver(connection?.phase);

  const kind = kindOf(info?.agent, connection?.agents ?? []);
  const files = useFiles({ controller, deviceId: machine.deviceId, sessionId, stage, composer });
  const writing = useWriting(controller, { stage, composer }, machine.deviceId, kind, settings.keepsHistory);

  return (
    <main
      ref={screen}
      class="screen terminal-screen"
      data-testid="terminal-screen"
      onKeyDownCapture={tools.shortcut}
      {...files.handlers}
    >
      <header class="bar">
        <button
          type="button"
          class="button-icon"
          aria-label={say(othersRang ? "terminal.back_rang" : "terminal.back", { machine: machine.name })}
          data-testid="back"
          onClick={() => controller.back()}
        >
          <Icon name="back" />
          {othersRang ? <span class="back-rang" data-testid="back-rang" /> : null}
        </button>
        <h1 class="bar-title">{title}</h1>
        <Chip connection={connection} />
        <button
          type="button"
          class="button-icon"
          aria-label={say("terminal.as_text")}
          data-testid="text-view"
          onClick={() => tools.show({ open: "text", row: null })}
        >
          <Icon name="text" />
        </button>
        <button
          type="button"
          class="button-icon"
          aria-label={say("menu.open")}
          data-testid="terminal-more"
          onClick={() => tools.show({ open: "menu" })}
        >
          <Icon name="more" />
        </button>
      </header>
      {tools.tool.open === "search" && stage.current ? (
        <TerminalSearchBar surface={stage.current.surface} close={tools.close} />
      ) : null}
      <Stage
        handle={stage}
        controller={controller}
        deviceId={machine.deviceId}
        sessionId={sessionId}
        dimmed={health === "none" && !ended}
        fontSizePixels={settings.fontSizePixels}
        events={{
          ...tools.events,
          ...writing.events,
          typingWanted: writing.beginTyping,
        }}
        selectionUses={tools.selectionUses}
      />
      <ClipboardBanner asking={asking} />
      <TerminalState
        controller={controller}
        machine={machine}
        connection={connection}
        attachment={attachment}
        health={health}
      />
      <div class="controls">
        <TransferStrip control={controller.files} transfers={files.transfers} notify={notify} />
        <KeyBar
          keys={settings.keys}
          expanded={showsMoreKeys}
          stickies={writing.stickies}
          setSticky={writing.setSticky}
          press={writing.press}
          haptic={() => void (settings.haptics && navigator.vibrate?.(HAPTIC_MILLISECONDS))}
          disabled={mute}
        />
        <Composer
          controller={controller}
          stage={stage}
          handle={composer}
          deviceId={machine.deviceId}
          sessionId={sessionId}
          kind={kind}
          settings={settings}
          disabled={mute}
          writing={writing}
          tools={<FileTools files={files} disabled={mute} chosen={() => setShowsMoreKeys(false)} />}
          showsMore={showsMoreKeys}
          toggleMore={() => setShowsMoreKeys((shown) => !shown)}
        />
      </div>
      <TerminalToolViews
        tools={tools}
        surface={stage.current?.surface ?? null}
        title={title}
        controller={controller}
        settings={settings}
      />
      {writing.waitingPaste === null ? null : (
        <PasteQuestion
          text={writing.waitingPaste}
          bracketedPaste={stage.current?.surface.bracketedPaste ?? false}
          decide={writing.decidePaste}
        />
      )}
    </main>
  );
}
