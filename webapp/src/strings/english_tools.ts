/** What the app says in English: selection, search, links, the clipboard and the bell in a terminal. */

export const ENGLISH_TOOLS = {
  "menu.open": "More",
  "menu.label": "What can be done here",
  "menu.search": "Search",
  "menu.text": "Show as text",
  "menu.previous": "Previous session",
  "menu.next": "Next session",
  "menu.larger": "Larger text",
  "menu.smaller": "Smaller text",

  "selection.label": "Selection",
  "selection.copy": "Copy",
  "selection.all": "All",
  "selection.text": "As text",
  "selection.link": "Open link",

  "search.label": "Search",
  "search.input": "Search for",
  "search.previous": "Previous match",
  "search.next": "Next match",
  "search.case": "Match upper and lower case",
  "search.close": "Close search",
  "search.count": "{current}/{count}",
  "search.none": "None",

  "link.title": "Open this link?",
  "link.leads": "It leads to {destination}",
  "link.disguised": "The text on the screen says something else:",
  "link.open": "Open",
  "link.copy": "Copy address",
  "link.cancel": "Cancel",

  "clipboard.title": "A program wants to write to this device’s clipboard",
  "clipboard.hint": "Until you leave the app, this session may replace it. It can never read it.",
  "clipboard.again": "The browser wants a tap before it copies this",
  "clipboard.allow": "Allow",
  "clipboard.never": "Never",
  "clipboard.copy": "Copy",
  "clipboard.dismiss": "Dismiss",
  "clipboard.too_large": "A program wanted to copy more than 100 KB; nothing was copied.",
} as const;
