/** Reads what keyboards and input methods write into the terminal's element, in place of xterm.js. */
import { isModifierKey, type KeyboardKind, writesText } from "./ime_keys.ts";
import { ImeState } from "./ime_state.ts";

/** More than this is no context that a keyboard could still change. */
const MAX_CONTEXT_CHARACTERS = 256;

export interface ImeEvents {
  /** Text that is final, with a delete character for each one that a keyboard took back. */
  typed(text: string): void;
  /** What is being written and was not sent: show it at the cursor; empty when there is none. */
  composing(text: string): void;
  pasted(text: string): void;
  /** Whether a modifier of the key bar waits for a key: the next letter is that key. */
  isModified(): boolean;
}

/**
 * Stands before xterm.js: it hears of events on the way down to the element, and keeps from xterm.js all that is
 * text. Keys that are no text go on to xterm.js, after whatever was being written.
 */
export class ImeInput {
  readonly #element: HTMLTextAreaElement;
  readonly #events: ImeEvents;
  readonly #state: ImeState;
  readonly #isSoft: boolean;
  readonly #listening = new AbortController();
  /** The last key writes text, so that its `keypress` is not the terminal's either. */
  #keyIsText = false;

  constructor(host: HTMLElement, element: HTMLTextAreaElement, keyboard: KeyboardKind, events: ImeEvents) {
    this.#element = element;
    this.#events = events;
    this.#state = new ImeState(keyboard.sendsLetters);
    this.#isSoft = keyboard.isSoft;
    element.setAttribute("autocomplete", "off");
    this.#listen(host, "keydown", (event) => this.#keyDown(event));
    this.#listen(host, "keypress", (event) => {
      if (this.#keyIsText) event.stopPropagation();
    });
    this.#listen(host, "beforeinput", (event) => {
      if (event.inputType === "deleteContentBackward")
        this.#send(this.#state.deleteBackward(this.#element.value));
    });
    this.#listen(host, "input", (event) => {
      event.stopPropagation();
      this.#input(event as InputEvent);
    });
    this.#listen(host, "compositionstart", (event) => {
      event.stopPropagation();
      this.#state.begin();
    });
    this.#listen(host, "compositionupdate", (event) => event.stopPropagation());
    this.#listen(host, "compositionend", (event) => {
      event.stopPropagation();
      this.#send(this.#state.end(this.#element.value));
      setTimeout(() => this.#tidy());
    });
    this.#listen(host, "paste", (event) => {
      event.stopPropagation();
      event.preventDefault();
      this.finish();
      this.#events.pasted(event.clipboardData?.getData("text/plain") ?? "");
    });
    this.#listen(host, "blur", () => this.finish());
  }

  /** Send what is being written as it stands: something else is about to be sent. */
  finish(): void {
    // what xterm.js put there nobody has typed
    const { isComposing, seen } = this.#state;
    const rest = this.#state.finish(isComposing ? this.#element.value : seen);
    if (this.#element.value !== "") this.#element.value = "";
    this.#send(rest);
  }

  dispose(): void {
    this.#listening.abort();
  }

  #listen<Name extends keyof HTMLElementEventMap>(
    host: HTMLElement,
    name: Name,
    heard: (event: HTMLElementEventMap[Name]) => void,
  ): void {
    const ours = (event: HTMLElementEventMap[Name]): void => {
      if (event.target === this.#element) heard(event);
    };
    host.addEventListener(name, ours, { capture: true, signal: this.#listening.signal });
  }

  #keyDown(event: KeyboardEvent): void {
    this.#keyIsText = writesText(event, this.#isSoft, this.#element.value);
    if (this.#keyIsText) {
      event.stopPropagation();
      // xterm.js puts a mouse's selection there, for the X clipboard
      if (!this.#state.isComposing && this.#element.value !== this.#state.seen) this.finish();
      return;
    }
    if (!isModifierKey(event)) this.finish();
  }

  #input(event: InputEvent): void {
    const isTyped = event.inputType === "insertText" || event.inputType === "insertReplacementText";
    const isModified = this.#events.isModified(); // which sending ends
    this.#send(this.#state.change(this.#element.value, isTyped ? event.data : null));
    if (isModified) this.finish();
    else this.#tidy();
  }

  #send(text: string): void {
    this.#events.composing(this.#state.provisional);
    if (text !== "") this.#events.typed(text);
  }

  /** Drop text that no keyboard will come back to, but never while something is being written. */
  #tidy(): void {
    const { value } = this.#element;
    if (this.#state.isComposing || this.#state.provisional !== "") return;
    if (value.includes("\n") || value.length > MAX_CONTEXT_CHARACTERS) this.finish();
  }
}
