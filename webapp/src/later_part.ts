/** A part of the app whose code is fetched when it is wanted, so that the first screen has to wait for nothing else. */

export class LaterPart<Part> {
  readonly #load: () => Promise<Part>;
  #fetching: Promise<Part> | null = null;
  #part: Part | null = null;

  constructor(load: () => Promise<Part>) {
    this.#load = load;
  }

  /** The part, once it is here. */
  get part(): Part | null {
    return this.#part;
  }

  /** Have the part here, once; what failed is tried again by the next call. */
  fetch(): Promise<Part> {
    this.#fetching ??= this.#load().then(
      (part) => {
        this.#part = part;
        return part;
      },
      (error: unknown) => {
        this.#fetching = null;
        throw error;
      },
    );
    return this.#fetching;
  }
}
