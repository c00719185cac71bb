/** Asks whether a program may write to the clipboard, and does it if it may. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { copyText } from "../clipboard.ts";
import { clipboardConsents } from "../clipboard_consent.ts";
import { type ClipboardRequest, clipboardPreview } from "../osc52.ts";
import { say, sayCount } from "../strings.ts";

/** What a program wants to copy and has not been copied yet: the user is asked, or the browser wants a tap. */
export interface ClipboardAsk {
  readonly text: string;
  readonly consented: boolean;
}

interface ClipboardAsking {
  readonly ask: ClipboardAsk | null;
  readonly wanted: (request: ClipboardRequest) => void;
  readonly allow: () => void;
  readonly refuse: () => void;
}

/** Handle what the program of one session wants. */
export function useClipboardAsking(
  deviceId: string,
  sessionId: string,
  notify: (text: string) => void,
): ClipboardAsking {
  const [ask, setAsk] = useState<ClipboardAsk | null>(null);
  const write = async (text: string): Promise<void> => {
    const done = await copyText(text);
    if (done) notify(sayCount("text.copied", Array.from(text).length));
    setAsk(done ? null : { text, consented: true });
  };
  const wanted = (request: ClipboardRequest): void => {
    const consent = clipboardConsents.of(deviceId, sessionId);
    if (request.kind === "ignored" || consent === "never") return;
    if (request.kind === "too_large") notify(say("clipboard.too_large"));
    else if (consent === "allowed") void write(request.text);
    else setAsk({ text: request.text, consented: false });
  };
  const allow = (): void => {
    clipboardConsents.give(deviceId, sessionId, "allowed");
    if (ask !== null) void write(ask.text);
  };
  const refuse = (): void => {
    if (ask?.consented === false) clipboardConsents.give(deviceId, sessionId, "never");
    setAsk(null);
  };
  return { ask, wanted, allow, refuse };
}

export function ClipboardBanner({ asking }: { readonly asking: ClipboardAsking }): JSX.Element | null {
  const { ask, allow, refuse } = asking;
  if (ask === null) return null;
  return (
    <div class="banner banner-warning" role="status" data-testid="clipboard-ask">
      <span class="banner-mark" />
      <div class="banner-body">
        <p class="banner-title">{say(ask.consented ? "clipboard.again" : "clipboard.title")}</p>
        <p class="clipboard-preview" data-testid="clipboard-preview">
          {clipboardPreview(ask.text)}
        </p>
        {ask.consented ? null : <p class="banner-hint">{say("clipboard.hint")}</p>}
        <div class="banner-actions">
          <button type="button" class="button-small" data-testid="clipboard-refuse" onClick={refuse}>
            {say(ask.consented ? "clipboard.dismiss" : "clipboard.never")}
          </button>
          <button type="button" class="button-small" data-testid="clipboard-allow" onClick={allow}>
            {say(ask.consented ? "clipboard.copy" : "clipboard.allow")}
          </button>
        </div>
      </div>
    </div>
  );
}
