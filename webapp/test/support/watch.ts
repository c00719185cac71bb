/** Waits for conditions that hold after something has changed, instead of for time to pass. */

const DEADLINE_MILLISECONDS = 20_000;

/** Tell it with `changed`; whoever waits `until` a condition holds looks again then. */
export class Watch {
  #waiting: (() => void)[] = [];

  changed = (): void => {
    for (const look of [...this.#waiting]) look();
  };

  until(condition: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`in vain: ${what}`)), DEADLINE_MILLISECONDS);
      const look = (): void => {
        if (!condition()) return;
        clearTimeout(timer);
        this.#waiting = this.#waiting.filter((other) => other !== look);
        resolve();
      };
      this.#waiting.push(look);
      look();
    });
  }
}
