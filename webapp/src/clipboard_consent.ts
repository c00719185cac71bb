/** Whether a session's program may write to the clipboard: asked once, remembered until the page is left. */

export type Consent = "allowed" | "never";

class ClipboardConsents {
  readonly #given = new Map<string, Consent>();

  /** What the user said about this session; undefined before they were asked. */
  of(deviceId: string, sessionId: string): Consent | undefined {
    return this.#given.get(`${deviceId}/${sessionId}`);
  }

  give(deviceId: string, sessionId: string, consent: Consent): void {
    this.#given.set(`${deviceId}/${sessionId}`, consent);
  }
}

export const clipboardConsents = new ClipboardConsents();
