/** What the app says in English: the app itself: updates, parts that come later, and browsers that cannot run it. */

export const ENGLISH_APP = {
  "update.ready": "A new version is ready",
  "update.apply": "Reload",

  "later.back": "Back",
  "later.loading": "Loading…",
  "later.missing": "Not loaded",
  "later.failed": "A part of the app could not be loaded",
  "later.failed.hint": "Check the connection with the relay, then reload.",
  "later.details": "Details",

  "unsupported.insecure_context": "This page needs https",
  "unsupported.insecure_context.hint":
    "Browsers allow encryption only on https addresses and on localhost. Open the relay by its https address.",
  "unsupported.old_browser": "This browser is too old",
  "unsupported.old_browser.hint":
    "Loopsy needs X25519 encryption: Safari 17, Chrome 133, Firefox 130 or later. Update the browser or the system.",
  "unsupported.no_storage": "This browser keeps nothing",
  "unsupported.no_storage.hint":
    "Loopsy stores its keys in the browser. Leave private browsing, or allow this page to store data.",
} as const;
