/** The keys of the key bar: what is written on them, and what of xterm's encoding each of them is. */

/** A key as the terminal sees it. */
interface KeyBase {
  /** What is written on the key. */
  readonly cap: string;
  /** Whether it repeats while it is held. */
  readonly repeats: boolean;
}

export type Key = KeyBase &
  (
    | { readonly sends: "text"; readonly text: string }
    /** A letter after CSI, or after SS3 in application mode; function keys always use SS3. */
    | { readonly sends: "final"; readonly final: string; readonly isFunctionKey: boolean }
    /** A number between CSI and a tilde. */
    | { readonly sends: "number"; readonly number: number }
  );

const text = (cap: string, sent: string = cap): Key => ({ cap, repeats: false, sends: "text", text: sent });
const cursor = (cap: string, final: string): Key => ({
  cap,
  repeats: true,
  sends: "final",
  final,
  isFunctionKey: false,
});
const functionLetter = (cap: string, final: string): Key => ({
  cap,
  repeats: false,
  sends: "final",
  final,
  isFunctionKey: true,
});
const numbered = (cap: string, number: number, repeats = false): Key => ({
  cap,
  repeats,
  sends: "number",
  number,
});

export const KEYS = {
  escape: text("esc", "\x1b"),
  tab: text("tab", "\t"),
  left: cursor("←", "D"),
  up: cursor("↑", "A"),
  down: cursor("↓", "B"),
  right: cursor("→", "C"),
  shift_tab: text("⇧tab", "\x1b[Z"),
  pipe: text("|"),
  slash: text("/"),
  tilde: text("~"),
  dash: text("-"),
  home: { ...cursor("home", "H"), repeats: false },
  end: { ...cursor("end", "F"), repeats: false },
  page_up: numbered("pgup", 5, true),
  page_down: numbered("pgdn", 6, true),
  f1: functionLetter("F1", "P"),
  f2: functionLetter("F2", "Q"),
  f3: functionLetter("F3", "R"),
  f4: functionLetter("F4", "S"),
  f5: numbered("F5", 15),
  f6: numbered("F6", 17),
  f7: numbered("F7", 18),
  f8: numbered("F8", 19),
  f9: numbered("F9", 20),
  f10: numbered("F10", 21),
  f11: numbered("F11", 23),
  f12: numbered("F12", 24),
} as const satisfies Readonly<Record<string, Key>>;

export type NamedKey = keyof typeof KEYS;
/** A modifier stays for the next key. */
export type Modifier = "ctrl" | "alt";
export type KeyName = NamedKey | Modifier;

/** The order of the key bar before a user changes it: on the smallest phones seven are in the first row. */
export const DEFAULT_KEYS: readonly KeyName[] = [
  "escape",
  "tab",
  "ctrl",
  "left",
  "up",
  "down",
  "right",
  "alt",
  ...(Object.keys(KEYS) as NamedKey[]).slice(6),
];

export function isKeyName(value: unknown): value is KeyName {
  return DEFAULT_KEYS.some((name) => name === value);
}

export function isModifier(name: KeyName): name is Modifier {
  return name === "ctrl" || name === "alt";
}
