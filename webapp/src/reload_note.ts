/** Remembers over a reload of the page how much typed input was not acknowledged, and never the input itself. */

const KEY = "undelivered";

/** Note how many characters the page takes with it; what was typed may be a password, so nothing else is kept. */
export function noteUndelivered(characters: number): void {
  if (characters > 0) sessionStorage.setItem(KEY, String(characters));
}

/** Return and forget what the former page of this tab noted. */
export function takeUndelivered(): number {
  const noted = Number(sessionStorage.getItem(KEY) ?? 0);
  sessionStorage.removeItem(KEY);
  return Number.isSafeInteger(noted) && noted > 0 ? noted : 0;
}
