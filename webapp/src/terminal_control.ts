/** What the user can do in the session on screen: look, type, claim its size. */
import type { AppModel } from "./app_model.ts";
import { Attachment, type TerminalPort } from "./attachment.ts";
import type { Surroundings } from "./connection_ports.ts";
import type { MachineConnections } from "./machine_connections.ts";
import type { NoteKeeping } from "./note_keeping.ts";
import { sessionName } from "./session_list.ts";
import { say, sayCount } from "./strings.ts";
import { UndeliveredInputs } from "./undelivered_inputs.ts";
import { type Bytes, encodeText } from "./wire/bytes.ts";

export class TerminalControl {
  readonly inputs = new UndeliveredInputs();
  readonly #model: AppModel;
  readonly #surroundings: Surroundings;
  readonly #connections: MachineConnections;
  readonly #notes: NoteKeeping;
  #attachment: Attachment | null = null;
  #attachedDevice: string | null = null;

  constructor(
    model: AppModel,
    surroundings: Surroundings,
    connections: MachineConnections,
    notes: NoteKeeping,
  ) {
    this.#model = model;
    this.#surroundings = surroundings;
    this.#connections = connections;
    this.#notes = notes;
  }

  /** Put a session's stream into a terminal; returns how to leave it. */
  attach(deviceId: string, sessionId: string, terminal: TerminalPort): Attachment | null {
    const connection = this.#connections.of(deviceId);
    if (!connection) return null;
    const input = this.inputs.of(deviceId, sessionId);
    const visible = this.#surroundings.isVisible();
    const attachment = new Attachment(connection, sessionId, input, terminal, visible, () => {
      if (this.#attachment === attachment)
        this.#model.dispatch({ type: "attachment", view: attachment.view });
    });
    this.#attachment = attachment;
    this.#attachedDevice = deviceId;
    this.#model.dispatch({ type: "attachment", view: attachment.view });
    return attachment;
  }

  leave(attachment: Attachment): void {
    this.noteLooked();
    attachment.detach();
    const { status, undelivered, info } = attachment.view;
    if (this.#attachedDevice !== null && (status === "exited" || status === "gone")) {
      const name = info === null ? say("terminal.session") : sessionName(info);
      this.inputs.abandon(this.#attachedDevice, attachment.sessionId, name);
    }
    if (undelivered.length > 0 && (status === "live" || status === "loading"))
      this.#model.notify(say("terminal.delivered_later"));
    if (this.#attachment !== attachment) return;
    this.#attachment = null;
    this.#attachedDevice = null;
  }

  /** Send text, or keep it until it can be sent; false, and the user was told, if it was refused. */
  type(text: string): boolean {
    return this.typeBytes(encodeText(text));
  }

  typeBytes(data: Bytes): boolean {
    if (this.#attachment?.type(data) !== false) return true;
    const { status } = this.#attachment.view;
    if (status === "live" || status === "loading") this.#model.notify(say("terminal.too_much"));
    return false;
  }

  /** Take back what was typed and not sent yet. */
  discardUnsent(): void {
    this.#attachment?.discardUnsent();
  }

  /** Say what became of input that was under way when the page was left. */
  tellLost(characters: number): void {
    if (characters > 0) this.#model.notify(sayCount("terminal.lost", characters));
  }

  /** Note how far the session on screen was seen: what it prints later is unread. */
  noteLooked(): void {
    const [attachment, deviceId] = [this.#attachment, this.#attachedDevice];
    const shownTo = attachment?.shownTo ?? null;
    if (attachment && deviceId !== null && shownTo !== null)
      this.#notes.looked(deviceId, attachment.sessionId, shownTo);
  }

  /** Say whether the app is looked at. */
  show(visible: boolean): void {
    if (!visible) this.noteLooked();
    this.#attachment?.show(visible);
  }

  /** Get more of what lies above the terminal's oldest line. */
  wantOlder(): void {
    this.#attachment?.wantOlder();
  }

  /** Make the program on screen as large as this phone shows. */
  claimSize(): void {
    this.#attachment?.claim();
  }

  /** A channel with this machine has begun: go on with the session on screen. */
  channelBegun(deviceId: string): void {
    if (this.#attachedDevice === deviceId) this.#attachment?.attach();
  }

  channelLost(deviceId: string): void {
    if (this.#attachedDevice === deviceId) this.#attachment?.connectionLost();
  }
}
