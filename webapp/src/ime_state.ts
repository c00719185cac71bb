/** Follows an element that keyboards and input methods write into, and says what the program has to be sent for it. */

const DELETE = "\x7f";
/** Syllables and their parts: Safari replaces the last one while it is being written, without any composition. */
const HANGUL = /^[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]$/;
/** Scripts that are chosen or assembled before they are meant. */
const ASSEMBLED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}]/u;

/**
 * What the program has of an element's text, and what is still being written.
 *
 * Browsers disagree about the order and the data of composition events, keyboards about which of them they send, and
 * some replace words that were finished long ago. The element's text is what all of them agree on in the end: each
 * change is sent as the difference from what the program has, so nothing can arrive twice.
 */
export class ImeState {
  readonly #sendsLetters: boolean;
  #sent = "";
  #seen = "";
  #isComposing = false;
  #heldLength = 0;

  /** With `sendsLetters` the letters of a word go at once, although a keyboard may still replace the word. */
  constructor(sendsLetters: boolean) {
    this.#sendsLetters = sendsLetters;
  }

  get isComposing(): boolean {
    return this.#isComposing;
  }

  /** The element's text as it was told last; any other was put there by no keyboard. */
  get seen(): string {
    return this.#seen;
  }

  /** What is on the element and not sent. */
  get provisional(): string {
    return this.#isComposing || this.#heldLength > 0 ? addedTo(this.#sent, this.#seen) : "";
  }

  begin(): void {
    this.#isComposing = true;
  }

  /** The element has this text now; `inserted` is what a single typed insertion brought, if it was one. */
  change(text: string, inserted: string | null): string {
    this.#seen = text;
    if (this.#isComposing) {
      return this.#sendsLetters && !ASSEMBLED.test(addedTo(this.#sent, text)) ? this.#send(text) : "";
    }
    const isUnfinished = inserted !== null && HANGUL.test(inserted) && text !== this.#sent;
    this.#heldLength = isUnfinished && text.endsWith(inserted) ? inserted.length : 0;
    return this.#send(text.slice(0, text.length - this.#heldLength));
  }

  /** The composition ended and left this text. */
  end(text: string): string {
    this.#isComposing = false;
    return this.change(text, null);
  }

  /** Backspace was pressed on this text; an empty element has nothing to tell by it. */
  deleteBackward(text: string): string {
    return text === "" && !this.#isComposing ? DELETE : "";
  }

  /** Finish what is being written as it stands, and begin with an empty element. */
  finish(text: string): string {
    const rest = this.end(text);
    this.#sent = "";
    this.#seen = "";
    return rest;
  }

  #send(text: string): string {
    const change = difference(this.#sent, text);
    this.#sent = text;
    return change;
  }
}

/** Return what makes `after` of `before` in a program whose cursor is behind it. */
function difference(before: string, after: string): string {
  const kept = commonPrefix(before, after);
  const deletions = DELETE.repeat([...before.slice(kept.length)].length);
  return deletions + after.slice(kept.length).replace(/\r?\n/g, "\r");
}

function addedTo(before: string, after: string): string {
  return after.slice(commonPrefix(before, after).length);
}

/** Whole characters, so that no half of a pair is sent. */
function commonPrefix(left: string, right: string): string {
  let length = 0;
  for (const character of left) {
    if (!right.startsWith(character, length)) break;
    length += character.length;
  }
  return left.slice(0, length);
}
