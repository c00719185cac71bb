/** Makes text that a program wrote fit to be read: what is invisible or turns the line around is shown as a sign. */

const CONTROL = /\p{Cc}/gu;
/** Among them what joins, what breaks lines, and what turns the direction of reading around. */
const INVISIBLE = /[\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Return the text on one line; controls become their pictures. */
export function readableText(text: string): string {
  return text.replace(CONTROL, picture).replace(INVISIBLE, "\ufffd");
}

function picture(control: string): string {
  const code = control.charCodeAt(0);
  if (code === 0x0a) return "⏎";
  if (code === 0x7f) return "␡";
  return code < 0x20 ? String.fromCharCode(0x2400 + code) : "\ufffd";
}
