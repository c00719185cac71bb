/** What the composer remembers: drafts by session, history by machine, and where the user types into which program. */
import { withEntry } from "./composer_history.ts";
import type { ComposerStore } from "./composer_store.ts";
import type { Store } from "./store.ts";

/** Where the user types: key by key into the terminal, or into the composer. */
export type Typing = "keys" | "line";

/** Programs of one kind are typed into alike. */
export type SessionKind = "shell" | "agent";

const SHELL = "shell";
const FIRST_TYPING: Readonly<Record<SessionKind, Typing>> = { shell: "keys", agent: "line" };
const KINDS = Object.keys(FIRST_TYPING) as SessionKind[];

/** Return the kind of a session that runs `agent`; all but the known agents is as shells are. */
export function kindOf(agent: string | undefined, agents: readonly { readonly id: string }[]): SessionKind {
  return agent !== undefined && agent !== SHELL && agents.some(({ id }) => id === agent) ? "agent" : "shell";
}

type WrittenStore = Pick<ComposerStore, keyof ComposerStore>;
type TypingStore = Pick<Store, "setting" | "setSetting">;

export class ComposerControl {
  readonly #written: WrittenStore;
  readonly #store: TypingStore;
  readonly #typing: Record<SessionKind, Typing> = { ...FIRST_TYPING };
  readonly #drafts = new Map<string, string>();
  #histories = new Map<string, readonly string[]>();

  constructor(written: WrittenStore, store: TypingStore) {
    this.#written = written;
    this.#store = store;
  }

  /** Load all of it, so that a session shows its draft at once. */
  async load(): Promise<void> {
    for (const kind of KINDS) {
      const kept = await this.#store.setting(typingSetting(kind));
      if (kept === "keys" || kept === "line") this.#typing[kind] = kept;
    }
    for (const { deviceId, sessionId, text } of await this.#written.drafts())
      this.#drafts.set(draftKey(deviceId, sessionId), text);
    this.#histories = await this.#written.histories();
  }

  typing(kind: SessionKind): Typing {
    return this.#typing[kind];
  }

  rememberTyping(kind: SessionKind, typing: Typing): void {
    if (this.#typing[kind] === typing) return;
    this.#typing[kind] = typing;
    void this.#store.setSetting(typingSetting(kind), typing);
  }

  draft(deviceId: string, sessionId: string): string {
    return this.#drafts.get(draftKey(deviceId, sessionId)) ?? "";
  }

  /** Keep a draft; a secret only in memory. */
  keepDraft(deviceId: string, sessionId: string, text: string, isSecret: boolean): void {
    this.#drafts.set(draftKey(deviceId, sessionId), text);
    void this.#written.saveDraft(deviceId, sessionId, isSecret ? "" : text);
  }

  /** Return what was sent to a machine, oldest first. */
  history(deviceId: string): readonly string[] {
    return this.#histories.get(deviceId) ?? [];
  }

  /** Remember a text that was sent. */
  remember(deviceId: string, text: string): void {
    const history = withEntry(this.history(deviceId), text);
    this.#histories.set(deviceId, history);
    void this.#written.saveHistory(deviceId, history);
  }

  /** Forget what was sent to one machine. */
  clearHistory(deviceId: string): void {
    this.#histories.delete(deviceId);
    void this.#written.saveHistory(deviceId, []);
  }

  /** Forget what was sent to all machines. */
  clearHistories(): void {
    this.#histories.clear();
    void this.#written.clearHistories();
  }

  /** Delete all that was written for a machine. */
  async forget(deviceId: string): Promise<void> {
    this.#histories.delete(deviceId);
    for (const key of this.#drafts.keys()) if (key.startsWith(`${deviceId}/`)) this.#drafts.delete(key);
    await this.#written.forget(deviceId);
  }
}

function draftKey(deviceId: string, sessionId: string): string {
  return `${deviceId}/${sessionId}`;
}

function typingSetting(kind: SessionKind): string {
  return `typing_${kind}`;
}
