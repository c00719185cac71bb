/** A few lines as a terminal would draw them with the present palette and font. */
import type { JSX } from "preact";
import { say } from "../strings.ts";
import { currentTheme } from "../terminal_theme.ts";

/** A program's words are the same in every language. */
const PROMPT = "ada@studio";
const PLACE = "~/tides";
const ADDED = "+ sun = 0.5 * cos(t)";
const REMOVED = "- sun = 0";

export function TerminalPreview({ fontSizePixels }: { readonly fontSizePixels: number }): JSX.Element {
  const { background, foreground, green = "", blue = "", red = "", cursor } = currentTheme();
  return (
    <div
      class="terminal-preview"
      data-testid="terminal-preview"
      role="img"
      aria-label={say("settings.preview")}
      style={{ background, color: foreground, fontSize: `${fontSizePixels}px` }}
    >
      <div>
        <b style={{ color: green }}>{PROMPT}</b> <b style={{ color: blue }}>{PLACE}</b> $ git diff
      </div>
      <div style={{ color: red }}>{REMOVED}</div>
      <div style={{ color: green }}>
        {ADDED}
        <span class="terminal-preview-cursor" style={{ background: cursor }} />
      </div>
    </div>
  );
}
