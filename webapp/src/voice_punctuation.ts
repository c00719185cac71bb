/** Signs that are dictated by name, and how dictated text joins what is written. */

interface Sign {
  readonly sign: string;
  /** Whether the spaces that stand before and after the name go. */
  readonly before: boolean;
  readonly after: boolean;
}

const closing = (sign: string): Sign => ({ sign, before: true, after: false });
const opening = (sign: string): Sign => ({ sign, before: false, after: true });
const joining = (sign: string): Sign => ({ sign, before: true, after: true });

const ENGLISH: Readonly<Record<string, Sign>> = {
  comma: closing(","),
  period: closing("."),
  "full stop": closing("."),
  "question mark": closing("?"),
  "exclamation mark": closing("!"),
  "exclamation point": closing("!"),
  colon: closing(":"),
  semicolon: closing(";"),
  "open parenthesis": opening("("),
  "close parenthesis": closing(")"),
  hyphen: joining("-"),
  slash: joining("/"),
  "new paragraph": joining("\n\n"),
  "new line": joining("\n"),
};
const CHINESE: Readonly<Record<string, Sign>> = {
  逗号: joining("，"),
  句号: joining("。"),
  问号: joining("？"),
  感叹号: joining("！"),
  冒号: joining("："),
  分号: joining("；"),
  顿号: joining("、"),
  左括号: joining("（"),
  右括号: joining("）"),
  斜杠: joining("/"),
  换行: joining("\n"),
};

/** Return dictated text with its signs; languages without a table keep their words. */
export function withSigns(text: string, language: string): string {
  const spoken = primary(language);
  if (spoken === "en") return replaced(text, ENGLISH, (name) => `\\b${name.replace(" ", "\\s+")}\\b`);
  if (spoken === "zh") return replaced(text, CHINESE, (name) => name);
  return text;
}

function replaced(
  text: string,
  signs: Readonly<Record<string, Sign>>,
  pattern: (name: string) => string,
): string {
  return Object.entries(signs).reduce((signed, [name, { sign, before, after }]) => {
    const spaces = (go: boolean): string => (go ? "[ \\t]*" : "");
    return signed.replace(new RegExp(spaces(before) + pattern(name) + spaces(after), "giu"), () => sign);
  }, text);
}

/** Return what to insert behind `before`: with a space between words, where the language has any. */
export function joinedTo(before: string, dictated: string, language: string): string {
  const text = dictated.trimStart();
  const touches = /\S$/.test(before) && !/[([{/-]$/.test(before);
  const needsSpace = touches && !/^[\s,.?!:;)/-]/.test(text) && !["zh", "ja"].includes(primary(language));
  return needsSpace && text !== "" ? ` ${text}` : text;
}

function primary(language: string): string {
  return language.toLowerCase().split("-")[0] ?? "";
}
