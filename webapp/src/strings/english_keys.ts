/** What the app says in English: the keys of the key bar. */

export const ENGLISH_KEYS = {
  "keys.label": "Keys",
  "keys.more": "More keys",
  "keys.locked": "{key}, locked",
  "key.escape": "Escape",
  "key.tab": "Tab",
  "key.shift_tab": "Shift and Tab",
  "key.ctrl": "Control",
  "key.alt": "Alt",
  "key.left": "Left",
  "key.up": "Up",
  "key.down": "Down",
  "key.right": "Right",
  "key.pipe": "Vertical bar",
  "key.slash": "Slash",
  "key.tilde": "Tilde",
  "key.dash": "Dash",
  "key.home": "Home",
  "key.end": "End",
  "key.page_up": "Page up",
  "key.page_down": "Page down",
} as const;
