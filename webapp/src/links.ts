/** Which text is a link, and where it really leads: nothing but http, https and mail. */

const ALLOWED = new Set(["http:", "https:", "mailto:"]);
const MAX_TARGET_CHARACTERS = 2_048;
const PLAIN = /\b(?:https?:\/\/|mailto:)[^\s"'<>`{}|\\^\u2018-\u201f]+/giu;
/** What ends a sentence or a list, not an address. */
const TRAILING = /[.,:;!?*_~]+$/u;
const PAIRS: readonly (readonly [string, string])[] = [
  ["(", ")"],
  ["[", "]"],
];

/** A link on the screen. */
export interface Link {
  /** What is shown. */
  readonly text: string;
  /** Where it leads, as the browser will read it. */
  readonly target: string;
}

/** A part of a text that leads somewhere. */
export interface LinkInText extends Link {
  readonly from: number;
  readonly to: number;
}

/** Return the address as a browser reads it, or null for one that is not opened from here. */
export function allowedTarget(address: string): string | null {
  if (address.length > MAX_TARGET_CHARACTERS) return null;
  try {
    const { protocol, href } = new URL(address);
    return ALLOWED.has(protocol) ? href : null;
  } catch {
    return null;
  }
}

/** Return the addresses that are written out in a text. */
export function linksInText(text: string): LinkInText[] {
  return Array.from(text.matchAll(PLAIN), ({ index, 0: found }) => {
    // What follows takes the square of the length, and a program can print a line without end.
    if (found.length > MAX_TARGET_CHARACTERS) return null;
    const shown = withoutTail(found);
    const target = allowedTarget(shown);
    return target === null ? null : { text: shown, target, from: index, to: index + shown.length };
  }).filter((link) => link !== null);
}

/** Whether the text says something else than where it leads. */
export function isDisguised({ text, target }: Link): boolean {
  const shown = text.trim();
  return shown !== target && allowedTarget(shown) !== target && `mailto:${shown}` !== target;
}

/** Return the part of an address that decides who gets the visit: a host, or whom a mail is for. */
export function destination(target: string): string {
  const { protocol, host, pathname } = new URL(target);
  return protocol === "mailto:" ? decodeURIComponentOrNot(pathname) : host;
}

function withoutTail(address: string): string {
  let kept = address.replace(TRAILING, "");
  for (const [open, close] of PAIRS) {
    while (kept.endsWith(close) && count(kept, close) > count(kept, open)) {
      kept = kept.slice(0, -1).replace(TRAILING, "");
    }
  }
  return kept;
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}

function decodeURIComponentOrNot(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
