/** A command line as text, and as the arguments that it stands for: quoting like a shell's, and nothing else of it. */

export type CommandLine =
  | { readonly kind: "arguments"; readonly arguments: readonly string[] }
  | { readonly kind: "open"; readonly quote: "'" | '"' | "\\" };

/** What needs no quotation marks in any shell. */
const PLAIN = /^[\w@%+=:,./-]+$/u;
const BLANK = /\s/u;
/** What a backslash is not itself before, between double quotation marks. */
const ESCAPED_IN_DOUBLE = new Set(['"', "\\", "$", "`"]);
/** What a shell would do something with, and we hand over as it is. */
const MEANS_SOMETHING = /[|&;<>()$`*?[\]{}~!#]/u;

/** Split a command line; `open` names the quotation mark that has no end. */
export function parseCommandLine(line: string): CommandLine {
  const found: string[] = [];
  let word: string | null = null;
  let quote: "'" | '"' | null = null;
  const characters = [...line];
  for (let index = 0; index < characters.length; index += 1) {
    const character = characters[index] ?? "";
    const next = characters[index + 1];
    if (quote === "'") {
      if (character === "'") quote = null;
      else word += character;
    } else if (quote === '"') {
      if (character === '"') quote = null;
      else if (character === "\\" && next !== undefined && ESCAPED_IN_DOUBLE.has(next)) {
        word += next;
        index += 1;
      } else word += character;
    } else if (character === "'" || character === '"') {
      quote = character;
      word ??= "";
    } else if (character === "\\") {
      if (next === undefined) return { kind: "open", quote: "\\" };
      word = (word ?? "") + next;
      index += 1;
    } else if (BLANK.test(character)) {
      if (word !== null) found.push(word);
      word = null;
    } else {
      word = (word ?? "") + character;
    }
  }
  if (quote !== null) return { kind: "open", quote };
  if (word !== null) found.push(word);
  return { kind: "arguments", arguments: found };
}

/** Return a text that stands for exactly these arguments. */
export function quoteArguments(all: readonly string[]): string {
  return all.map(quoted).join(" ");
}

function quoted(argument: string): string {
  if (PLAIN.test(argument)) return argument;
  if (!argument.includes("'")) return `'${argument}'`;
  return `"${argument.replace(/["\\$`]/gu, "\\$&")}"`;
}

/** Whether somebody may think that a shell reads this: it has signs that a shell would act upon. */
export function looksLikeShell(all: readonly string[]): boolean {
  const isShell = /(^|\/)(ba|z|da|k|fi)?sh$/u.test(all[0] ?? "");
  return (
    !isShell &&
    all.some((argument, index) =>
      MEANS_SOMETHING.test(index === 0 ? argument.replace(/^~\//u, "") : argument),
    )
  );
}

/** Undo what a phone's keyboard makes of quotation marks and double hyphens. */
export function plainPunctuation(typed: string): string {
  return typed
    .replace(/[\u201c\u201d\u201e]/gu, '"')
    .replace(/[\u2018\u2019\u201a]/gu, "'")
    .replace(/\u2014/gu, "--");
}
